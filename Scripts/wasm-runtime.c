// What the kernels' digest needs of a C library, for WebAssembly, which brings none: memory, one character of output
// through WASI (the system interface of WebAssembly), and fused multiply-add. WebAssembly has no instruction for the last;
// here it is exact, rounded once, so the digest is comparable with that of processors that have one.

#include <stddef.h>
#include <stdint.h>

// MARK: Fused multiply-add

/// Multiplies exactly in binary64. The sum is rounded to odd, so that narrowing it rounds as if it had been exact:
/// binary64 has more than twice the digits of binary32 (Boldo and Melquiond 2008, "Emulation of FMA and correctly rounded
/// sums: proved algorithms using rounding to odd").
float fmaf(float a, float b, float c) {
  double product = (double)a * b;
  double sum = product + c;
  if (sum - sum != 0) return (float)sum;  // infinite, or not a number
  // The error of the sum, which is exact (Knuth's TwoSum).
  double part = sum - product;
  double error = (product - (sum - part)) + (c - part);
  if (error != 0) {
    union { double value; uint64_t bits; } odd = {sum};
    if ((odd.bits & 1) == 0) odd.bits += (error > 0) == (sum > 0) ? 1 : -1;
    sum = odd.value;
  }
  return (float)sum;
}

/// A 128-bit whole number.
typedef struct { uint64_t high, low; } Wide;

static int bitLength(Wide x) {
  if (x.high) return 128 - __builtin_clzll(x.high);
  return x.low ? 64 - __builtin_clzll(x.low) : 0;
}

static Wide shiftedLeft(Wide x, int count) {
  if (count == 0) return x;
  if (count >= 64) return (Wide){x.low << (count - 64), 0};
  return (Wide){x.high << count | x.low >> (64 - count), x.low << count};
}

/// Shifted to the right; the last bit remembers whether anything was lost.
static Wide shiftedRight(Wide x, int count) {
  if (count == 0) return x;
  if (count >= 128) return (Wide){0, (x.high | x.low) != 0};
  if (count >= 64) {
    uint64_t lost = x.low | (count > 64 ? x.high << (128 - count) : 0);
    return (Wide){0, x.high >> (count - 64) | (lost != 0)};
  }
  uint64_t lost = x.low << (64 - count);
  return (Wide){x.high >> count, x.low >> count | x.high << (64 - count) | (lost != 0)};
}

static Wide product(uint64_t a, uint64_t b) {
  uint64_t aLow = (uint32_t)a, aHigh = a >> 32, bLow = (uint32_t)b, bHigh = b >> 32;
  uint64_t low = aLow * bLow, middle = aHigh * bLow + (low >> 32), other = aLow * bHigh + (uint32_t)middle;
  return (Wide){aHigh * bHigh + (middle >> 32) + (other >> 32), other << 32 | (uint32_t)low};
}

static Wide sum(Wide a, Wide b) {
  uint64_t low = a.low + b.low;
  return (Wide){a.high + b.high + (low < a.low), low};
}

static Wide difference(Wide a, Wide b) { return (Wide){a.high - b.high - (a.low < b.low), a.low - b.low}; }

/// A finite double other than zero as a whole number · 2^exponent.
static uint64_t wholeNumber(double value, int *exponent) {
  union { double value; uint64_t bits; } x = {value};
  int biased = x.bits >> 52 & 0x7FF;
  uint64_t fraction = x.bits & 0xFFFFFFFFFFFFF;
  *exponent = (biased ? biased : 1) - 1075;
  return biased ? fraction | 1ULL << 52 : fraction;
}

/// Adds the exact product to the third number in whole numbers of 126 bits, and rounds once, to even.
double fma(double a, double b, double c) {
  // Where one is infinite, not a number or zero, nothing is rounded twice.
  if (a - a != 0 || b - b != 0 || a == 0 || b == 0) return a * b + c;
  if (c - c != 0) return c;
  int exponentA, exponentB, exponentC;
  Wide x = product(wholeNumber(a, &exponentA), wholeNumber(b, &exponentB)), y = {0, 0};
  int exponentX = exponentA + exponentB, exponent;
  int negativeX = (__builtin_signbit(a) != 0) != (__builtin_signbit(b) != 0), negativeY = __builtin_signbit(c) != 0;

  // Both with their highest bit at 125, then the smaller one shifted down to the larger one's exponent.
  int shift = 126 - bitLength(x);
  x = shiftedLeft(x, shift);
  exponentX -= shift;
  exponent = exponentX;
  if (c != 0) {
    y.low = wholeNumber(c, &exponentC);
    shift = 126 - bitLength(y);
    y = shiftedLeft(y, shift);
    exponentC -= shift;
    exponent = exponentX > exponentC ? exponentX : exponentC;
    x = shiftedRight(x, exponent - exponentX);
    y = shiftedRight(y, exponent - exponentC);
  }

  Wide total;
  int negative = negativeX;
  if (negativeX == negativeY) {
    total = sum(x, y);
  } else if (x.high > y.high || (x.high == y.high && x.low >= y.low)) {
    total = difference(x, y);
  } else {
    total = difference(y, x);
    negative = negativeY;
  }
  int length = bitLength(total);
  if (length == 0) return 0;

  // 53 bits remain, or as many as a number this small has; half is rounded to even.
  int drop = length - 53;
  if (exponent + drop < -1074) drop = -1074 - exponent;
  uint64_t digits;
  if (drop <= 0) {
    digits = shiftedLeft(total, -drop).low;
  } else {
    Wide kept = drop > 1 ? shiftedRight(total, drop - 2) : shiftedLeft(total, 1);
    digits = kept.low >> 2;
    uint64_t rest = kept.low & 3;  // half, and whether there is anything below it
    digits += rest == 3 || (rest == 2 && (digits & 1));
  }
  exponent += drop;
  if (digits >> 53) {
    digits >>= 1;
    exponent += 1;
  }
  union { uint64_t bits; double value; } result;
  if (exponent + 52 > 1023) {
    result.bits = 0x7FFULL << 52;
  } else if (digits >> 52) {
    result.bits = (uint64_t)(exponent + 1075) << 52 | (digits & 0xFFFFFFFFFFFFF);
  } else {
    result.bits = digits;
  }
  result.bits |= (uint64_t)negative << 63;
  return result.value;
}

#ifdef __wasm__

// MARK: Memory and output

extern unsigned char __heap_base;
static uintptr_t top;

/// Memory is handed out upwards and never taken back: the digest is computed once.
int posix_memalign(void **memory, size_t alignment, size_t size) {
  if (top == 0) top = (uintptr_t)&__heap_base;
  uintptr_t start = (top + alignment - 1) & ~(uintptr_t)(alignment - 1);
  top = start + size;
  size_t pages = __builtin_wasm_memory_size(0), wanted = (top + 65535) / 65536;
  if (wanted > pages && __builtin_wasm_memory_grow(0, wanted - pages) == (size_t)-1) return 12;
  *memory = (void *)start;
  return 0;
}

void free(void *memory) {}

/// Swift seeds its hash tables with these; the kernels have none.
void arc4random_buf(void *memory, size_t size) { __builtin_trap(); }

uintptr_t __stack_chk_guard = 0x51A7E;
void __stack_chk_fail(void) { __builtin_trap(); }

struct Piece { const void *start; size_t count; };
__attribute__((import_module("wasi_snapshot_preview1"), import_name("fd_write"))) int fd_write(
  int descriptor, const struct Piece *pieces, size_t count, size_t *written);

int putchar(int character) {
  unsigned char byte = character;
  struct Piece piece = {&byte, 1};
  size_t written;
  return fd_write(1, &piece, 1, &written) == 0 ? byte : -1;
}

/// The entry of the Swift program, and where WASI starts.
int __main_argc_argv(int count, char **arguments);
__attribute__((export_name("_start"))) void start(void) { __main_argc_argv(0, 0); }

#endif
