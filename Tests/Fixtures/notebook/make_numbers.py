"""Writes numbers.txt: floating-point values and how Python formats them.

A line is: bits of the Float64 in hexadecimal, format, text. The formats are Python's own; the tests ask
Notebook's formatter for the same. Run: python3 make_numbers.py > numbers.txt
"""
import random
import struct

FORMATS = [",.0f", ",.1f", ",.2f", ",.4f", ".6f", ".17f", ".0e", ".3e", ".8e", ".1g", ".3g", ".9g", ".17g", ".1%", ".2%"]


def bits(value):
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def from_bits(pattern):
    return struct.unpack("<d", struct.pack("<Q", pattern))[0]


def as_float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def values():
    yield from [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 3.5, 0.25, 0.75, 0.125, 0.375, 0.05, 0.15, 0.045, 0.005, 0.015]
    yield from [2.675, 1.005, 1e15, 1e16, 1e17, 1e22, 1e23, 123456789.0, 999999.5, 999999.4999, 0.99995, 9.9995, 99.995]
    yield from [9.5, 99.5, 999.5, 9999.5, 1e-4, 9.9999e-5, 1e-5, 12345.678, -0.001, -0.5, 0.9563, 0.95625, 0.5 ** 30]
    yield from [2.2250738585072014e-308, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), float("nan")]
    yield from [as_float32(x) for x in (0.1, 0.2, 1 / 3, 2.3026, 0.9563, 16777217.0, 3.4028234e38, 1.4e-45)]
    generator = random.Random(0)
    for _ in range(120):
        yield generator.uniform(-1, 1)
    for _ in range(60):
        yield as_float32(generator.uniform(-1000, 1000))
    for _ in range(60):
        yield round(generator.uniform(0, 100), generator.randrange(5)) + 0.5 ** generator.randrange(1, 12)
    for _ in range(60):
        yield generator.randrange(-10 ** 6, 10 ** 6) / 2 ** generator.randrange(12)  # ties
    for _ in range(80):
        yield from_bits(generator.getrandbits(64))


for value in values():
    for form in FORMATS:
        if abs(value) > 1e300 and form.endswith("%"):
            continue
        print(f"{bits(value):016x} {form} {format(value, form)}")
