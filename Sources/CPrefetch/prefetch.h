// One instruction that Swift has no word for. It is a hint: no result depends on it.

#ifndef CPREFETCH_PREFETCH_H
#define CPREFETCH_PREFETCH_H

/// Asks for the cache line at an address, which need not be valid, and goes on without waiting for it.
static inline __attribute__((always_inline)) void prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

#endif
