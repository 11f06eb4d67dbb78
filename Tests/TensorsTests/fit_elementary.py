"""Fits the polynomials of `Sources/Tensors/Kernels/Elementary*.swift`: python3 fit_elementary.py [name ...]

Each fit is a weighted minimax fit (Remez exchange on a grid of Chebyshev points, 100 digits). Coefficients are
then rounded to the working precision one after the other, lowest order first, and the rest is fitted again
after each, so that a later coefficient makes up for the rounding of an earlier one. Prints the coefficients, lowest
order first, and the largest weighted error of the rounded polynomial. Needs mpmath and numpy.
"""
import sys

import mpmath as mp
import numpy as np

mp.mp.dps = 100
SINGLE, DOUBLE = "single", "double"


def rounded(value, precision):
    """The nearest number of the working precision; rounding to 53 bits first is harmless at 24."""
    return mp.mpf(float(np.float32(float(value)))) if precision == SINGLE else mp.mpf(float(value))


def remez(target, weight, powers, points):
    """Coefficients c with the smallest max |weight * (target - sum c[k] x^powers[k])| over the points."""
    count = len(powers) + 1
    basis = [[x**p for p in powers] for x in points]
    reference = [round((len(points) - 1) * i / (count - 1)) for i in range(count)]
    for _ in range(40):
        system, right = mp.matrix(count, count), mp.matrix(count, 1)
        for row, i in enumerate(reference):
            for column in range(count - 1):
                system[row, column] = basis[i][column]
            system[row, count - 1] = (-1) ** row / weight[i]
            right[row] = target[i]
        solution = mp.lu_solve(system, right)
        errors = [weight[i] * (target[i] - mp.fdot(basis[i], solution[:-1])) for i in range(len(points))]
        level, worst = abs(solution[count - 1]), max(map(abs, errors))
        if worst <= level * mp.mpf("1.0005"):
            break
        # The largest error of each run of one sign is a candidate; keep the `count` largest that still alternate.
        extrema = []
        for i, error in enumerate(errors):
            if extrema and (errors[extrema[-1]] > 0) == (error > 0):
                if abs(error) > abs(errors[extrema[-1]]):
                    extrema[-1] = i
            else:
                extrema.append(i)
        while len(extrema) > count:
            sizes = [abs(errors[i]) for i in extrema]
            least = sizes.index(min(sizes))
            if len(extrema) == count + 1:
                extrema.pop(0 if sizes[0] < sizes[-1] else -1)
            elif least in (0, len(sizes) - 1):
                extrema.pop(least)
            else:  # with one of its neighbours, so that the signs go on alternating
                neighbour = least - 1 if sizes[least - 1] < sizes[least + 1] else least + 1
                for i in sorted((least, neighbour), reverse=True):
                    extrema.pop(i)
        if len(extrema) < count:
            break
        reference = extrema
    return list(solution[:-1]), worst


def fit(name, function, weight, powers, low, high, precision, size=600):
    points = [low + (high - low) * (1 - mp.cos(mp.pi * (i + mp.mpf(1) / 2) / size)) / 2 for i in range(size)]
    target, weights = [function(x) for x in points], [weight(x) for x in points]
    fixed, rest = [], list(powers)
    while rest:
        # Divided by the lowest power, the basis is 1, x, …: on an interval around 0 the powers x³, x⁴, … alone would
        # not have alternating errors.
        lowest = rest[0]
        coefficients, _ = remez([t / x**lowest for t, x in zip(target, points)],
                                [w * abs(x) ** lowest for w, x in zip(weights, points)],
                                [p - lowest for p in rest], points)
        fixed.append(rounded(coefficients[0], precision))
        target = [t - fixed[-1] * x ** rest[0] for t, x in zip(target, points)]
        rest.pop(0)
    worst = max(abs(t * w) for t, w in zip(target, weights))
    print(f"{name}: powers {list(powers)} on [{mp.nstr(low, 8)}, {mp.nstr(high, 8)}], "
          f"largest error 2^{mp.nstr(mp.log(worst, 2), 5)}")
    for power, c in zip(powers, fixed):
        print(f"  x^{power}: {float(c).hex()}  {mp.nstr(c, 9 if precision == SINGLE else 17)}")


def mpf(text):
    return mp.mpf(text)


def main():
    fits = {
        # e^r = 1 + r + r² Q(r), relative error
        "exp": lambda: fit("exp", lambda r: (mp.expm1(r) - r), lambda r: mp.exp(-r), range(2, 7),
                           mpf("-0.3467"), mpf("0.3467"), SINGLE),
        # log(1 + f) = f + f² Q(f), relative error
        "log": lambda: fit("log", lambda f: mp.log1p(f) - f, lambda f: 1 / abs(mp.log1p(f)), range(2, 11),
                           mpf(-1) / 3, mpf(1) / 3, SINGLE),
        # tanh x = x + x³ Q(x²), relative error
        "tanh": lambda: fit("tanh", lambda x: mp.tanh(x) - x, lambda x: 1 / mp.tanh(x), range(3, 13, 2),
                            mpf("0.01"), mpf("0.625"), SINGLE),
        # erf x = x + x Q(x²), relative error
        "erf-small": lambda: fit("erf, small", lambda x: mp.erf(x) - x, lambda x: 1 / mp.erf(x), range(1, 13, 2),
                                 mpf("0.01"), mpf("0.84375"), SINGLE),
        # -log(erfc t) = t + t Q(t); its error reaches erf multiplied by erfc
        "erf-large": lambda: fit("erf, large", lambda t: -mp.log(mp.erfc(t)) - t,
                                 lambda t: mp.erfc(t) / mp.erf(t), range(1, 8), mpf("0.84375"), mpf(4), SINGLE),
        # sin r = r + r³ Q(r²), relative error
        "sin": lambda: fit("sin", lambda r: mp.sin(r) - r, lambda r: 1 / mp.sin(r), range(3, 10, 2),
                           mpf("0.01"), mpf("0.8"), SINGLE),
        # cos r = 1 - r²/2 + r⁴ Q(r²), relative error
        "cos": lambda: fit("cos", lambda r: mp.cos(r) - 1 + r * r / 2, lambda r: 1 / mp.cos(r), range(4, 9, 2),
                           mpf("0.01"), mpf("0.8"), SINGLE),
        # For pow, in Float64: log2((1 + s) / (1 - s)) = s Q(s²), to 2^-45
        "pow-log2": lambda: fit("pow: log2", lambda s: mp.log((1 + s) / (1 - s), 2),
                                lambda s: 1 / mp.log((1 + s) / (1 - s), 2), range(1, 14, 2),
                                mpf("0.01"), mpf("0.2"), DOUBLE),
        # For pow, in Float64: 2^r = 1 + r Q(r)
        "pow-exp2": lambda: fit("pow: exp2", lambda r: mp.power(2, r) - 1, lambda r: mp.power(2, -r), range(1, 8),
                                mpf("-0.5"), mpf("0.5"), DOUBLE),
        # Float64: e^r = 1 + r + r²/2 + r³ Q(r)
        "exp-double": lambda: fit("exp, Float64", lambda r: mp.expm1(r) - r - r * r / 2, lambda r: mp.exp(-r),
                                  range(3, 12), mpf("-0.3467"), mpf("0.3467"), DOUBLE),
        # Float64: log((1 + s) / (1 - s)) = 2s + s³ Q(s²)
        "log-double": lambda: fit("log, Float64", lambda s: 2 * mp.atanh(s) - 2 * s, lambda s: 1 / (2 * mp.atanh(s)),
                                  range(3, 17, 2), mpf("0.01"), mpf("0.17158"), DOUBLE),
        # Float64, for pow: log((1 + s) / (1 - s)) = 2s + 2/3 s³ + s⁵ Q(s²)
        "pow-double": lambda: fit("pow, Float64", lambda s: 2 * mp.atanh(s) - 2 * s - 2 * s**3 / 3,
                                  lambda s: 1 / (2 * mp.atanh(s)), range(5, 23, 2),
                                  mpf("0.01"), mpf("0.17158"), DOUBLE),
        "sin-double": lambda: fit("sin, Float64", lambda r: mp.sin(r) - r, lambda r: 1 / mp.sin(r), range(3, 15, 2),
                                  mpf("0.01"), mpf("0.7855"), DOUBLE),
        "cos-double": lambda: fit("cos, Float64", lambda r: mp.cos(r) - 1 + r * r / 2, lambda r: 1 / mp.cos(r),
                                  range(4, 16, 2), mpf("0.01"), mpf("0.7855"), DOUBLE),
    }
    for name in sys.argv[1:] or fits:
        fits[name]()
    if not sys.argv[1:]:
        constants()


def constants():
    split("ln 2, Float32", mp.log(2), [None, None], SINGLE)
    # Cut, not rounded: all parts have one sign.
    split("pi / 2, Float32", mp.pi / 2, [24, 24, 24], SINGLE)
    # 32 bits in the first part: its product with an exponent is exact.
    split("ln 2, Float64", mp.log(2), [32, None], DOUBLE)
    split("pi / 2, Float64", mp.pi / 2, [None, None, None], DOUBLE)
    split("2 / 3, Float64", mp.mpf(2) / 3, [None, None], DOUBLE)
    for precision in (SINGLE, DOUBLE):
        split(f"1 / ln 2, {precision}", 1 / mp.log(2), [None], precision)
        split(f"2 / pi, {precision}", 2 / mp.pi, [None], precision)
    split("sqrt(1/2)", mp.sqrt(mpf("0.5")), [None], SINGLE)
    split("2 sqrt(2 / pi)", 2 * mp.sqrt(2 / mp.pi), [None], SINGLE)
    split("1 / sqrt(2 pi)", 1 / mp.sqrt(2 * mp.pi), [None], SINGLE)
    print("2 / pi, 64 bits a word:")
    with mp.workprec(1400):
        scaled = int(mp.floor(2 / mp.pi * mp.mpf(2) ** 1216))
    for i in range(19):
        print(f"  {(scaled >> (64 * (18 - i))) & (2**64 - 1):#018x}")


def split(name, value, bits, precision):
    """Writes a constant as a sum of numbers of the working precision, the first ones cut to so many bits."""
    print(f"{name}:")
    for count in bits:
        if count is None:
            part = rounded(value, precision)
        else:
            exponent = mp.floor(mp.log(abs(value), 2)) + 1
            part = mp.floor(value * mp.mpf(2) ** (count - exponent)) / mp.mpf(2) ** (count - exponent)
        print(f"  {float(part).hex()}")
        value -= part


if __name__ == "__main__":
    main()
