// What Swift has no word for: hints to the processor, on which no result depends, and a question to the compiler.

#ifndef CPREFETCH_PREFETCH_H
#define CPREFETCH_PREFETCH_H

/// Asks for the cache line at an address, which need not be valid, and goes on without waiting for it.
static inline __attribute__((always_inline)) void prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Tells the processor that this thread only looks whether a number in memory has changed: it waits some 40 to 140
/// cycles, and the core's other thread gets the time.
static inline __attribute__((always_inline)) void waitBriefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#endif
}

/// Whether an instruction converts halves to floats: on x86-64 with F16C, on arm64 always.
#if defined(__F16C__) || defined(__aarch64__)
#define CONVERTS_HALVES 1
#else
#define CONVERTS_HALVES 0
#endif

#endif
