// The entry into libFuzzer, which comes with the Swift toolchain.

#ifndef CFUZZER_FUZZER_H
#define CFUZZER_FUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer as its command line asks: `callback` is called with one input after another.
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*callback)(const uint8_t *bytes, size_t count));

#endif
