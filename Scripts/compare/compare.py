"""Compares this project with transformers on checkpoints of real sizes: answers, logits, time and memory.

Usage: compare.py PROGRAM FOLDER [NAME …]: the built `bench`, a folder for checkpoints, and which to compare. Both sides
run in turn, so that a change of the machine's speed affects both alike; times are medians.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import checkpoints

HERE = os.path.dirname(os.path.abspath(__file__))
PICTURE = f"{HERE}/../../Tests/Fixtures/processors/grad_300x200.png"
WORDS = {
    "clip": ["a photo of a cat", "a photo of a dog", "two red circles on a table", "an empty street at night"],
    "vit-gpt2": [],
    "vilt": ["how many cats are there?"],
    "blip-2": ["Question: what is in the picture? Answer:"],
    "blip2-full": ["Question: what is in the picture? Answer:"],
}
# Made and compared only when named: 7.5 GB of weights, and twice as much memory in transformers.
ON_DEMAND = {"blip2-full"}
# The ratios that this project promises, ours over theirs: time after loading, with start-up, memory.
BARS = {"clip": (0.7, 0.2, 0.7), "vit-gpt2": (0.6, None, 0.7), "vilt": (0.8, None, 0.7), "blip-2": (None, None, 0.7)}
TOLERANCE = 1e-4
# A generated token over reading the weights once, and the memory beside the files, in bytes.
TOKEN_BAR, MEMORY_BAR = 1.5, 1.5e9
NEW_TOKENS = 10


class Side:
    """One of the two programs."""

    def __init__(self, command, model, threads, *flags):
        self.command = [*command, model, "--image", PICTURE, "--threads", str(threads), *flags]
        for text in WORDS[os.path.basename(model)]:
            self.command += ["--text", text]
        # Both sides find everything in the folder; neither must look elsewhere.
        self.environment = dict(os.environ, HF_HUB_OFFLINE="1", OMP_NUM_THREADS=str(threads))

    def once(self, *flags):
        """What a fresh process answers, and the seconds from its start to its end."""
        start = time.perf_counter()
        run = subprocess.run([*self.command, *flags], capture_output=True, text=True, env=self.environment)
        seconds = time.perf_counter() - start
        if run.returncode != 0:
            sys.exit(f"{' '.join(self.command[:2])}: {run.stderr.strip()[-2000:]}")
        return (json.loads(run.stdout) if run.stdout.strip() else {}), seconds

    def serve(self):
        self.process = subprocess.Popen(
            [*self.command, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, env=self.environment)
        if self.process.stdout.readline().strip() != "ready":
            sys.exit(f"{' '.join(self.command[:2])} did not get ready")

    def seconds(self, order):
        self.process.stdin.write(f"{order} 1\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def peak_bytes(self):
        self.process.stdin.write("memory\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def finish(self):
        self.process.stdin.close()
        self.process.wait()


def in_turn(samples, *measures):
    """Medians of several measures that take turns."""
    values = [[measure() for measure in measures] for _ in range(samples)]
    return [statistics.median(column) for column in zip(*values)]


def largest_difference(ours, theirs):
    if len(ours) != len(theirs):
        return float("inf")
    return max(abs(a - b) for a, b in zip(ours, theirs))


def compare(name, ours, theirs, samples):
    """Rows of the table, and whether answers agree and bars are kept."""
    mine, yours = ours.once("--logits")[0], theirs.once("--logits")[0]
    agree = [mine.get(key) == yours.get(key) for key in ("ids", "answers")]
    differences = [largest_difference(mine[key], yours[key]) for key in ("logits", "scores") if yours.get(key)]
    correct = all(agree) and max(differences) <= TOLERANCE
    rows = [(name, "ids and answers", "equal" if all(agree) else "DIFFER", "", "", "")]
    rows.append((name, "largest difference", f"{max(differences):.1e}", "", "", "" if correct else f"> {TOLERANCE}"))
    if not all(agree):
        print(f"{name}: ours {mine['answers']} {mine.get('ids')}, theirs {yours['answers']} {yours.get('ids')}")

    for side in (ours, theirs):
        side.serve()
        side.seconds("model"), side.seconds("whole")  # warms up
    inner = in_turn(samples, *(lambda side=side: side.seconds("model") for side in (ours, theirs)))
    outer = in_turn(samples, *(lambda side=side: side.seconds("whole") for side in (ours, theirs)))
    for side in (ours, theirs):
        side.finish()
    peaks = []

    def start_up(side):
        result, seconds = side.once()
        peaks.append(result["peakBytes"])
        return seconds

    starts = in_turn(3, lambda: start_up(ours), lambda: start_up(theirs))
    memory = [statistics.median(peaks[0::2]), statistics.median(peaks[1::2])]
    after_loading, with_start, in_memory = BARS[name]
    kept = True
    for what, (a, b), unit, bar in [
        ("model, ms", inner, 1e-3, after_loading), ("picture and words to answer, ms", outer, 1e-3, after_loading),
        ("with start-up, ms", starts, 1e-3, with_start), ("peak memory, MiB", memory, 2**20, in_memory),
    ]:
        kept = kept and (bar is None or a / b <= bar)
        verdict = "" if bar is None else f"{'<=' if a / b <= bar else 'MISSES'} {bar}"
        rows.append((name, what, f"{a / unit:.1f}", f"{b / unit:.1f}", f"{a / b:.2f}", verdict))
    return rows, correct, kept


def written_back(name, folder, program, python):
    """Whether transformers reads what this project writes, and gives the same logits."""
    model, copy = f"{folder}/{name}", f"{folder}/{name}-written"
    os.makedirs(copy, exist_ok=True)
    Side(program, model, 2).once("--save", copy)
    worker = Side(python, model, 2)
    both = [worker.once("--logits", *flags)[0]["logits"] for flags in ((), ("--weights", copy))]
    difference = largest_difference(*both)
    for file in os.listdir(copy):
        os.remove(f"{copy}/{file}")
    os.rmdir(copy)
    return (name, "written by us, read by both", f"{difference:.1e}", "", "", ""), difference <= TOLERANCE


class Reader(Side):
    """Reads all weights once, and does nothing else."""

    def __init__(self, program, model, threads):
        self.command = [program, "read-weights", model, "--threads", str(threads)]
        self.environment = None


def compare_full(name, program, python, model, threads, samples):
    """Seconds a token beside reading the weights once and beside transformers, in the faster of its half-size types.

    One program after the other: memory does not hold both.
    """
    def measure(side, *others):
        """Medians: a token, the prompt and the picture with their first token, and what others do in turn with it."""
        for each in (side, *others):
            each.serve()
        side.seconds("first"), *(other.seconds("read") for other in others)  # warms up
        first, whole, *rest = in_turn(
            samples, lambda: side.seconds("first"), lambda: side.seconds("model"),
            *(lambda other=other: other.seconds("read") for other in others))
        peak = side.peak_bytes()
        for each in (side, *others):
            each.finish()
        return (whole - first) / (NEW_TOKENS - 1), first, peak, *rest

    token, first, peak, reading = measure(Side(program, model, threads), Reader(program[0], model, threads))
    theirs = {
        dtype: measure(Side(python, model, threads, "--dtype", dtype)) for dtype in ("bfloat16", "float16")}
    fastest = min(theirs, key=lambda dtype: theirs[dtype][0])
    files = sum(os.path.getsize(f"{model}/{file}") for file in os.listdir(model) if file.endswith(".safetensors"))
    rows, kept = [], True
    for what, a, b, unit, digits in [
        (f"a token, s (theirs in {fastest})", token, theirs[fastest][0], 1, 3),
        ("prompt, picture and first token, s", first, theirs[fastest][1], 1, 2),
        ("peak memory, MiB", peak, theirs[fastest][2], 2**20, 0),
    ]:
        rows.append((name, what, f"{a / unit:.{digits}f}", f"{b / unit:.{digits}f}", f"{a / b:.2f}", ""))
    for what, a, b, unit, digits, bar, text in [
        ("a token beside reading all weights once, s", token, reading, 1, 3, TOKEN_BAR * reading, f"{TOKEN_BAR}"),
        ("peak memory beside the files, MiB", peak, files, 2**20, 0, files + MEMORY_BAR, "files + 1.5 GB"),
    ]:
        kept = kept and a <= bar
        rows.append((
            name, what, f"{a / unit:.{digits}f}", f"({b / unit:.{digits}f})", f"{a / b:.2f}",
            f"{'<=' if a <= bar else 'MISSES'} {text}"))
    return rows, kept


def table(rows):
    rows = [("model", "quantity", "ours", "transformers", "ratio", "bar")] + rows
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    for row in rows:
        cells = [cell.ljust(width) if i < 2 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", help="the built bench")
    parser.add_argument("folder", help="where checkpoints are made, and kept")
    parser.add_argument("names", nargs="*", choices=[[], *WORDS], default=[])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, default=7)
    options = parser.parse_args()
    names = options.names or [name for name in WORDS if name not in ON_DEMAND]
    checkpoints.main(options.folder, names)
    program, python = [options.program, "pretrained"], [sys.executable, f"{HERE}/transformers_worker.py"]
    failures = []
    for name in names:
        if name in ON_DEMAND:
            rows, kept = compare_full(
                name, program, python, f"{options.folder}/{name}", options.threads, min(options.samples, 3))
            table(rows)
            print(flush=True)
            failures += [] if kept else [f"{name}: a bar is missed"]
            continue
        sides = [Side(command, f"{options.folder}/{name}", options.threads) for command in (program, python)]
        rows, correct, kept = compare(name, *sides, options.samples)
        row, reads_back = written_back(name, options.folder, program, python)
        rows.insert(2, row)
        table(rows)
        print(flush=True)
        failures += [f"{name}: {reason}" for reason, holds in [
            ("other answers", correct), ("a bar is missed", kept), ("written checkpoints differ", reads_back)] if not holds]
    if failures:
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main()
