"""Writes the expected values of `ElementaryTests`: python3 measure_elementary.py

Two things that the Swift tests cannot compute for themselves:
- `ElementaryDoubleCases.swift`: arguments and results of the Float64 functions to 106 bits, by mpmath, at random and
  where they are hard (near multiples of π/2, near 1, at the ends of the range);
- printed, digests of the Cephes polynomials over every uniform random number that PyTorch can draw, by the NumPy
  description of PyTorch's generator in `Tests/Fixtures/rng_core.py`.
"""
import os
import sys

import mpmath as mp
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "Fixtures"))
import rng_core  # noqa: E402

mp.mp.prec = 1600
random = np.random.default_rng(24)


def arguments():
    uniform, power = random.uniform, lambda low, high, n: 2.0 ** random.uniform(low, high, n)
    near_quadrants = [float(mp.nint(mp.mpf(int(random.integers(1, 2**53))) * mp.mpf(2) ** (e - 53)) * mp.pi / 2)
                      for e in (3, 10, 20, 29, 40, 90, 300, 700, 1020)]
    angles = [*uniform(-10, 10, 12), *uniform(-(2.0**20), 2.0**20, 12), *power(28, 1023, 8), *near_quadrants,
              6381956970095103.0 * 2.0**797, 2.0**28, np.nextafter(2.0**28, 0), 2.0**-26, 1e-300]
    return {
        "exp": [*uniform(-745, 709, 20), *uniform(-1, 1, 16), 709.78, -744.4, -720.5, 2.0**-40],
        "log": [*power(-1070, 1023, 12), *uniform(0, 2, 12), *(1 + uniform(-1, 1, 12) * power(-50, -2, 12)),
                5e-324, 1.7976931348623157e308, np.nextafter(1, 0), np.nextafter(1, 2)],
        "log1p": [*uniform(-1, 1, 16), *(uniform(-1, 1, 12) * power(-60, 0, 12)), *power(0, 1023, 8),
                  -1 + 2.0**-53, 1e-310, 2.0**-90],
        "tanh": [*uniform(-19, 19, 16), *uniform(-1, 1, 16), *(uniform(-1, 1, 8) * power(-30, 0, 8)), 25.0, 1e-310],
        "sin": angles,
        "cos": angles,
    }


def power_arguments():
    pairs = []
    while len(pairs) < 48:
        kind = len(pairs) % 3
        x = float([2.0 ** random.uniform(-1074, 1023), random.uniform(0.5, 2),
                   1 + random.uniform(-1, 1) * 2.0 ** random.uniform(-40, -1)][kind])
        y = float(random.uniform(-1074, 1024) / np.log2(x)) if len(pairs) % 4 else float(random.uniform(-3, 3))
        if abs(y * np.log2(x)) < 1074 and y * np.log2(x) < 1023.9:
            pairs.append((x, y))
    return pairs + [(0.9, 1000.0), (0.999, 100000.0), (-3.0, 33.0), (1.5, 0.5)]


def literal(x):
    if 0 < abs(x) < 2.0**-1022:  # the compiler warns of literals of subnormal numbers
        return f"Double(bitPattern: {np.float64(x).view(np.uint64):#x})"
    return float(x).hex().replace(".0000000000000p", "p").replace("+", "")


def parts(value):
    high = mp.mpf(float(value))
    return literal(high), literal(value - high)


def cases():
    lines = ["// Written by measure_elementary.py; results to 106 bits, by mpmath.", "",
             "/// Arguments and results of a Float64 function; a result is the sum of two doubles.",
             "struct ElementaryDoubleCase: Sendable {", "  let x: Double", "  let y: Double", "  let high: Double",
             "  let low: Double", "",
             "  init(_ x: Double, _ high: Double, _ low: Double) {",
             "    (self.x, self.y, self.high, self.low) = (x, 0, high, low)", "  }", "",
             "  init(_ x: Double, _ y: Double, _ high: Double, _ low: Double) {",
             "    (self.x, self.y, self.high, self.low) = (x, y, high, low)", "  }",
             "}", "", "extension ElementaryDoubleCase {"]
    for name, values in arguments().items():
        lines.append(f"  static let {name}: [Self] = [")
        for x in values:
            high, low = parts(getattr(mp, name)(mp.mpf(float(x))))
            lines.append(f"    .init({literal(x)}, {high}, {low}),")
        lines += ["  ]", ""]
    lines.append("  static let pow: [Self] = [")
    for x, y in power_arguments():
        value = mp.mpf(x) ** (int(y) if y == int(y) else mp.mpf(y))
        lines.append(f"    .init({literal(x)}, {literal(y)}, {', '.join(parts(value))}),")
    lines += ["  ]", "}"]
    with open(os.path.join(here, "ElementaryDoubleCases.swift"), "w") as file:
        file.write("\n".join(lines) + "\n")


def digest(values):
    """The sum of bits times odd numbers, modulo 2⁶⁴: it tells every change of one value, and of their order."""
    bits = values.view(np.uint32).astype(np.uint64)
    with np.errstate(over="ignore"):
        return int(np.sum(bits * (2 * np.arange(bits.size, dtype=np.uint64) + 1), dtype=np.uint64))


def cephes():
    uniform = np.arange(1 << 24, dtype=np.uint32).astype(np.float32) * np.float32(2.0**-24)
    sine, cosine = rng_core.sincos8(rng_core.mul(rng_core.TWO_PI, uniform))
    print(f"log {digest(rng_core.log8(np.float32(1) - uniform)):#x}")
    print(f"sin {digest(sine):#x}")
    print(f"cos {digest(cosine):#x}")


if __name__ == "__main__":
    cases()
    cephes()
