// Instructions that Swift has no word for. They are hints: no result depends on them.

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

#endif
