#!/usr/bin/env python3
"""Do the tests of the engine find a wrong kernel? Makes one plausible mistake at a time and runs them.

Each mutant is the engine with one text replaced by another: off by one at an edge, a missing start value, a swapped stride,
another order of a sum, a dropped row of a mask. The engine is copied to .build-mutants, so no source is touched, and compiled
once with all replacements in it: each asks `isMutant` whether it is its turn, which the environment says. A mutant is caught
if a test fails or the tests end early. Of each is said which test failed first, and how many did beside the digest of all
kernels, which notices every change of a bit but says nothing about right and wrong. A replacement whose text is not in the
source any more, or is there twice, is an error: it has to be mended with the source.

    make mutants                     # all
    make mutants ARGS="3 17"         # some of them
    make mutants ARGS=--check        # only whether the replacements still fit
"""

import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / ".build-mutants"
PACKAGE = BUILD / "package"
# What is linked from the sources beside the copied engine, and what tests it.
LINKED = ["CPrefetch", "Support", "Layers"]
TESTS = ["TestSupport", "TensorsTests", "LayersTests"]
# The digest's test, and one that counts the files of the whole project.
DIGEST = "everyKernelComputesTheSameBitsAsEverywhere"
LEFT_OUT = "SourceRulesTests"
SECONDS = 900
# The tests that take the processor little time for what they see; where none of them fails, all are run.
FIRST = "KernelGemm|KernelDigest|OpParity|OpContract|ScoreMatrix|HalfPrecision|HalfSizeProduct|LayerParity|Optimizer"

# What is wrong, the file in Sources/Tensors, the text, and what stands there instead; # is the mutant's number.
MUTANTS = [
    (
        "matrix product: each block of depth starts from the bias again",
        "Kernels/Gemm.swift",
        "bias: k == 0 ? panelBias : nil, edge,",
        "bias: k == 0 || isMutant(#) ? panelBias : nil, edge,",
    ),
    (
        "matrix product: sums without a bias start from what is in memory",
        "Kernels/Gemm.swift",
        "for j in 0..<GemmTile.columns { target[j] = 0 }",
        "if !isMutant(#) { for j in 0..<GemmTile.columns { target[j] = 0 } }",
    ),
    (
        "matrix product: the last column of a tile over the edge is not copied",
        "Kernels/Gemm.swift",
        "      while j < columns {\n        to[j] = from[j]",
        "      while j &+ (isMutant(#) ? 1 : 0) < columns {\n        to[j] = from[j]",
    ),
    (
        "matrix product: the kept panels of a block of columns are looked for one panel too early",
        "Kernels/Gemm.swift",
        "(column &- firstColumn) &* kCount : 0",
        "(isMutant(#) ? max(0, column &- firstColumn &- GemmTile.columns) : column &- firstColumn) &* kCount : 0",
    ),
    (
        "tile: the sixth row is multiplied by the fifth row's numbers",
        "Kernels/GemmTile.swift",
        "let a5 = SIMD8<Float>(repeating: lower[2 &* row])",
        "let a5 = SIMD8<Float>(repeating: lower[isMutant(#) ? row : 2 &* row])",
    ),
    (
        "low tile: the sums of the fourth row start from the third row's",
        "Kernels/GemmTile.swift",
        "    var c30 = load(first + 3 &* step)\n    var c31 = load(first + (3 &* step &+ 8))\n    let row",
        "    var c30 = load(first + (isMutant(#) ? 2 : 3) &* step)\n"
        "    var c31 = load(first + ((isMutant(#) ? 2 : 3) &* step &+ 8))\n    let row",
    ),
    (
        "packing: of six rows the fifth is the fourth again",
        "Kernels/GemmPacking.swift",
        "let r4 = source + min(4, last) &* rowStride",
        "let r4 = source + min(isMutant(#) ? 3 : 4, last) &* rowStride",
    ),
    (
        "packing: rows that lie side by side are read with the stride of rows",
        "Kernels/GemmPacking.swift",
        "store(load(source + k &* columnStride), target + GemmTile.rows &* k)",
        "store(load(source + k &* (isMutant(#) ? rowStride : columnStride)), target + GemmTile.rows &* k)",
    ),
    (
        "packing of four tiles at once: the third begins a row too early",
        "Kernels/GemmPacking.swift",
        "store(load(from + 12), to + 2 &* panel)",
        "store(load(from + (isMutant(#) ? 11 : 12)), to + 2 &* panel)",
    ),
    (
        "few rows: the last number of depths that four do not divide is left out",
        "Kernels/GemmSkinny.swift",
        "    while k < g.depth {\n      accumulate(left",
        "    while k &+ (isMutant(#) ? 1 : 0) < g.depth {\n      accumulate(left",
    ),
    (
        "few rows: the bias of the second eight columns is off by a lane",
        "Kernels/GemmSkinny.swift",
        "    let bias1 = g.bias.map { load($0 + (column &+ 8)) } ?? .zero\n    var c00 = bias0\n    var c01 = bias1\n"
        "    var c10 = bias0\n    var c11 = bias1\n    if !aliases",
        "    let bias1 = g.bias.map { load($0 + (column &+ (isMutant(#) ? 7 : 8))) } ?? .zero\n    var c00 = bias0\n"
        "    var c01 = bias1\n    var c10 = bias0\n    var c11 = bias1\n    if !aliases",
    ),
    (
        "few rows: each copied piece of columns is multiplied by the beginning of the rows",
        "Kernels/GemmSkinny.swift",
        "accumulate16(left + 4 &* k, copy, copyStride, part, &c00, &c01, &c10, &c11)",
        "accumulate16(isMutant(#) ? left : left + 4 &* k, copy, copyStride, part, &c00, &c01, &c10, &c11)",
    ),
    (
        "few rows, half-size weights: the steps behind the whole vectors start from the bias again",
        "Kernels/GemmSkinnyHalf.swift",
        "        var sums = rows.sums(column, isFirst: k == 0)\n        addRow(Format.widen(load(b +",
        "        var sums = rows.sums(column, isFirst: k == (isMutant(#) ? whole : 0))\n"
        "        addRow(Format.widen(load(b +",
    ),
    (
        "small products: the last tile of rows, where it overlaps another, reads a row too far",
        "Kernels/GemmSmall.swift",
        "        row = min(row, lastRow)\n        let left = LeftPanel(base: a + row &* rowStride,",
        "        let from = min(row, isMutant(#) ? lastRow &+ 1 : lastRow)\n        row = min(row, lastRow)\n"
        "        let left = LeftPanel(base: a + from &* rowStride,",
    ),
    (
        "sum of a row: what is left behind whole vectors goes to the first lanes",
        "Kernels/Reductions.swift",
        "      case 8: s1 += last",
        "      case 8: if isMutant(#) { s0 += last } else { s1 += last }",
    ),
    (
        "sum of a row: lanes are added by neighbors and not by halves",
        "Kernels/Reductions.swift",
        "let four = v.lowHalf + v.highHalf\n    let two = four.lowHalf + four.highHalf\n    return two[0] + two[1]",
        "let four = isMutant(#) ? v.evenHalf + v.oddHalf : v.lowHalf + v.highHalf\n"
        "    let two = four.lowHalf + four.highHalf\n    return two[0] + two[1]",
    ),
    (
        "sum of a long row: halves are cut at another place",
        "Kernels/Reductions.swift",
        "let left = (leaves &+ 1) / 2 &* leaf",
        "let left = (isMutant(#) ? leaves / 2 : (leaves &+ 1) / 2) &* leaf",
    ),
    (
        "largest number: begins from zero",
        "Kernels/Reductions.swift",
        "var best = SIMD8<Float>(repeating: x[0])",
        "var best = SIMD8<Float>(repeating: isMutant(#) ? 0 : x[0])",
    ),
    (
        "sum of columns: a block of rows replaces the sum of those before",
        "Kernels/Reductions.swift",
        "        total += block\n",
        "        total = isMutant(#) ? block : total + block\n",
    ),
    (
        "softmax of scores: the last key of a row counts as behind it",
        "Kernels/ScoreMatrix.swift",
        "SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7) .>= Float(columns &- lastVector)",
        "SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7) .>= Float(columns &- lastVector &- (isMutant(#) ? 1 : 0))",
    ),
    (
        "softmax of scores: numbers too small for the quick exponential go to it",
        "Kernels/ScoreMatrix.swift",
        "isModerate .&= difference .>= -87",
        "isModerate .&= difference .>= (isMutant(#) ? -870 : -87)",
    ),
    (
        "exponential: arguments are not clamped",
        "Kernels/Elementary.swift",
        "let bounded = x.clamped(from: -104, to: 89)",
        "let bounded = isMutant(#) ? x : x.clamped(from: -104, to: 89)",
    ),
    (
        "attention: a query attends to the key behind it, too",
        "Scheduling/AttentionHeads.swift",
        "(p + row * scores.stride + row + 1).update(repeating: -.infinity, count: s - row - 1)",
        "let first = row + (isMutant(#) ? 2 : 1)\n"
        "                (p + row * scores.stride + first).update(repeating: -.infinity, count: max(0, s - first))",
    ),
    (
        "attention: all queries have the mask's first row",
        "Scheduling/AttentionHeads.swift",
        "head % h * strides[1] + row * strides[2]",
        "head % h * strides[1] + (isMutant(#) ? 0 : row) * strides[2]",
    ),
    (
        "attention, backward: the gradient of the keys takes the scores untransposed",
        "Scheduling/AttentionHeads.swift",
        "multiply(matrix(dp).transposed, queries[head], s, t, d, into: dks.rows(head), &scratch)",
        "multiply(\n              isMutant(#) ? matrix(dp) : matrix(dp).transposed, queries[head], isMutant(#) ? min(s, t) : s, t, "
        "d,\n              into: dks.rows(head), &scratch)",
    ),
    (
        "normalization: the bias of the last numbers of a row is off by one",
        "Kernels/RowKernels.swift",
        "      if let bias { y += bias[i] }",
        "      if let bias { y += bias[isMutant(#) ? max(0, i &- 1) : i] }",
    ),
    (
        "rest of a vector: five numbers are read as four",
        "Kernels/Pointwise.swift",
        "  case 5: SIMD8(lowHalf: loadFour(p), highHalf: SIMD4(p[4], 0, 0, 0))",
        "  case 5: SIMD8(lowHalf: loadFour(p), highHalf: SIMD4(isMutant(#) ? 0 : p[4], 0, 0, 0))",
    ),
    (
        "threads: each part but the first begins one item late",
        "Scheduling/Parallel.swift",
        "body(units * part / used * multiple..<",
        "body(units * part / used * multiple + (isMutant(#) && part > 0 ? 1 : 0)..<",
    ),
    (
        "strided runs: the odometer goes back one stride too few",
        "Core/StridedRuns.swift",
        "offsets[operand] -= outerShape[dimension] * outerStrides[operand][dimension]",
        "offsets[operand] -= (outerShape[dimension] - (isMutant(#) ? 1 : 0)) * outerStrides[operand][dimension]",
    ),
    (
        "half precision: subnormal numbers become zero",
        "Kernels/HalfPrecision.swift",
        "    let pattern = unsafeBitCast(value, to: SIMD8<UInt32>.self).replacing(\n",
        "    let pattern = unsafeBitCast(value, to: SIMD8<UInt32>.self).replacing(\n"
        "      with: 0, where: magnitude .< (isMutant(#) ? 0x0080_0000 : 0)\n    ).replacing(\n",
    ),
    (
        "convolution: padding shifts the picture by a column too few",
        "Operations/Convolution.swift",
        "let left = column * stride.1 - padding.1",
        "let left = column * stride.1 - (isMutant(#) ? max(0, padding.1 - 1) : padding.1)",
    ),
    (
        "interpolation: pixels have their centers at whole coordinates",
        "Operations/Interpolation.swift",
        "let position = alignCorners ? scale * Float(index)",
        "let position = alignCorners || isMutant(#) ? scale * Float(index)",
    ),
    (
        "AdamW: the last numbers, fewer than eight, keep their mean",
        "Scheduling/OptimizerSteps.swift",
        "      storePart(nm, rest, m + i)\n",
        "      if !isMutant(#) { storePart(nm, rest, m + i) }\n",
    ),
    (
        "AdamW: where two threads' parts meet, a number takes two steps",
        "Scheduling/OptimizerSteps.swift",
        "update.apply(max(part.lowerBound, start) - start..<",
        "update.apply((isMutant(#) ? max(0, part.lowerBound - start - 1) : max(part.lowerBound, start) - start)..<",
    ),
]

# Whose turn it is.
SWITCH = """
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

private let chosenMutant = getenv("MUTANT").map { atoi($0) } ?? 0

@inline(__always)
func isMutant(_ number: Int32) -> Bool { chosenMutant == number }
"""


def mutated_sources():
    """The sources of the engine, by their paths, with all replacements."""
    sources = {path.relative_to(ROOT / "Sources/Tensors"): path.read_text() for path in (ROOT / "Sources/Tensors").rglob("*.swift")}
    for number, (name, file, old, new) in enumerate(MUTANTS, 1):
        text = sources[pathlib.Path(file)]
        if text.count(old) != 1:
            sys.exit(f"mutant {number} ({name}): Sources/Tensors/{file} has its text {text.count(old)} times, not once:\n{old}")
        sources[pathlib.Path(file)] = text.replace(old, new.replace("#", str(number)))
    sources[pathlib.Path("Mutants.swift")] = SWITCH
    return sources


def write(path, text):
    """Writes what differs, so that the package manager builds nothing twice."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def build():
    """Builds the tests with the engine of all mutants, in a package of its own."""
    (PACKAGE / "Sources").mkdir(parents=True, exist_ok=True)
    links = [("Sources/" + name, ROOT / "Sources" / name) for name in LINKED] + [("Tests", ROOT / "Tests")]
    for name, target in links:
        if not (PACKAGE / name).is_symlink():
            (PACKAGE / name).symlink_to(target)
    sources = mutated_sources()
    for path, text in sources.items():
        write(PACKAGE / "Sources/Tensors" / path, text)
    for path in (PACKAGE / "Sources/Tensors").rglob("*.swift"):
        if path.relative_to(PACKAGE / "Sources/Tensors") not in sources:
            path.unlink()
    targets = ", ".join(f'"{name}"' for name in LINKED + ["Tensors"] + TESTS)
    manifest = (ROOT / "Package.swift").read_text() + (
        f"\nlet wanted: Set = [{targets}]\npackage.products = []\npackage.dependencies = []\n"
        "package.targets.removeAll { !wanted.contains($0.name) }\n"
    )
    write(PACKAGE / "Package.swift", manifest)
    command = [os.environ.get("SWIFT", "swift"), "build", "--build-tests", "--package-path", PACKAGE]
    result = subprocess.run(
        command + ["--scratch-path", BUILD], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if result.returncode != 0:
        sys.exit(result.stdout)


def tests(number, *options):
    """Runs the tests with a mutant (0 for none): exit status, `None` if they took too long, and output."""
    bundle = next((BUILD / "debug").glob("*.xctest"))
    process = subprocess.Popen(
        [bundle, "--testing-library", "swift-testing", "--skip", LEFT_OUT, *options],
        cwd=PACKAGE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
        start_new_session=True, env=dict(os.environ, SWIFT_BACKTRACE="enable=no", NO_COLOR="1", MUTANT=str(number)),
    )
    try:
        output, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return None, output
    return process.returncode, output


def failures(output):
    """The tests with an issue, in the order of their first ones, without the digest's."""
    names = []
    for name in re.findall(r"^✘ Test (\S+?)\(.*recorded an issue", output, re.MULTILINE):
        if name not in names and name != DIGEST:
            names.append(name)
    return names


def is_complete(output):
    return re.search(r"^[✘✔] Test run with", output, re.MULTILINE) is not None


def examine(number):
    """Whether a mutant was caught beside the digest, the first test that did, how many did, and whether the digest did."""
    statuses = []
    for options in [("--filter", FIRST), ()]:
        status, output = tests(number, *options)
        if status is not None and not is_complete(output):
            # It ended early, by a signal say: one test at a time tells in which.
            status, output = tests(number, *options, "--no-parallel")
            started = re.findall(r"^◇ Test (?!run|case)(\S+?)\(", output, re.MULTILINE)
            if started and not is_complete(output):
                return True, (failures(output) or [f"{started[-1]}, which ends the program"])[0], "1 or more", ""
        if status is None:
            return True, (failures(output) or ["the tests do not end"])[0], "1 or more", ""
        digest = "yes" if re.search(rf"^✘ Test {DIGEST}", output, re.MULTILINE) else "no"
        statuses.append(status)
        if names := failures(output):
            return True, names[0], f"{len(names)}", digest
    return False, "**only the digest**" if any(statuses) else "**nothing: it lives**", "0", digest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only look whether each replacement fits")
    parser.add_argument("--no-build", action="store_true", help="use the tests as they were built last")
    parser.add_argument("numbers", nargs="*", type=int, help="of the mutants (default all)")
    arguments = parser.parse_args()
    numbers = arguments.numbers or list(range(1, len(MUTANTS) + 1))
    mutated_sources()
    if arguments.check:
        print(f"{len(MUTANTS)} replacements fit.")
        return
    if not arguments.no_build:
        print("Building the tests of the engine with all mutants.", flush=True)
        build()
    status, output = tests(0)
    if status != 0:
        sys.exit(f"the tests fail without a mutant: {', '.join(failures(output))}\n{output[-2000:]}")
    print("| | mutant | caught first by | tests beside the digest | digest |\n|---|---|---|---|---|", flush=True)
    caught = 0
    for number in numbers:
        was_caught, *cells = examine(number)
        caught += was_caught
        print(f"| {number} | {MUTANTS[number - 1][0]} | {' | '.join(cells)} |", flush=True)
    print(f"{caught} of {len(numbers)} mutants were caught by a test beside the digest.")
    sys.exit(0 if caught == len(numbers) else 1)


main()
