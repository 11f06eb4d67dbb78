"""Compares this project with transformers, and some models with ONNX Runtime and OpenVINO, on checkpoints of real sizes:
answers, logits, time and memory.

Usage: compare.py PROGRAM FOLDER [NAME …]: the built `bench`, a folder for checkpoints, and which to compare. All programs
run in turn, so that a change of the machine's speed affects them alike; times are medians. Prints a table in Markdown,
and ends with 1 if answers differ or a bar is missed. A ratio within 3 % of its bar counts as met.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time

import checkpoints
from models import all_models
from models._model import PICTURES
from models.blip_2 import NEW_TOKENS

HERE = os.path.dirname(os.path.abspath(__file__))
TOLERANCE = 1e-4
NEARLY = 1.03
# A generated token over reading the weights once, and the memory beside the files, in bytes.
TOKEN_BAR, MEMORY_BAR = 1.5, 1.5e9
RUNTIMES = {"onnxruntime": "ONNX Runtime", "openvino": "OpenVINO"}
# Between two turns, so that threads which still wait for more work have gone to sleep.
PAUSE = 0.05
# Seconds that the rounds of one measure take, about, and how many rounds there are.
BUDGET, ROUNDS = 30, (7, 31)
START_ROUNDS = 3


class Program:
    """One of the programs that are compared."""

    def __init__(self, title, command, threads):
        self.title = title
        self.command = [*command, "--threads", str(threads)]
        # All find everything in the folder; none must look elsewhere.
        self.environment = dict(os.environ, HF_HUB_OFFLINE="1", OMP_NUM_THREADS=str(threads))

    def fail(self, what):
        sys.exit(f"{self.title}: {what} ({' '.join(self.command[:3])})")

    def once(self, *flags):
        """What a fresh process answers, and the seconds from its start to its end."""
        start = time.perf_counter()
        run = subprocess.run([*self.command, *flags], capture_output=True, text=True, env=self.environment)
        seconds = time.perf_counter() - start
        if run.returncode != 0:
            self.fail(run.stderr.strip()[-2000:])
        return (json.loads(run.stdout) if run.stdout.startswith("{") else {}), seconds

    def serve(self):
        self.process = subprocess.Popen(
            [*self.command, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, env=self.environment)
        if self.process.stdout.readline().strip() != "ready":
            self.fail("did not get ready")

    def ask(self, order):
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def seconds(self, order):
        time.sleep(PAUSE)
        return float(self.ask(f"{order} 1"))

    def peak_bytes(self):
        return int(self.ask("memory"))

    def finish(self):
        self.process.stdin.close()
        self.process.wait()


class Programs:
    """The programs for one model."""

    def __init__(self, model, folder, bench, threads):
        self.model, self.directory, self.threads = model, f"{folder}/{model.name}", threads
        work = [flag for picture in PICTURES[:model.picture_count] for flag in ("--image", picture)]
        work += [flag for text in model.texts for flag in ("--text", text)]
        self.bench = bench
        self.ours = Program("ours", [bench, "pretrained", self.directory, *work], threads)
        self.transformers = self.python(
            "transformers", "transformers_worker.py", model.name, self.directory, *work)

    def python(self, title, script, *arguments):
        return Program(title, [sys.executable, f"{HERE}/{script}", *arguments], self.threads)

    def runtimes(self):
        """The other runtimes, if the model is measured in them; its graph is written once."""
        if not self.model.has_graph:
            return []
        graph = f"{self.directory}/graph"
        if not os.path.exists(graph + "/complete"):
            os.makedirs(graph, exist_ok=True)
            self.transformers.once("--export", graph)
            open(graph + "/complete", "w").close()
        return [self.python(title, "runtime_worker.py", name, graph) for name, title in RUNTIMES.items()]


def in_turn(rounds, *measures):
    """Medians of several measures that take turns."""
    values = [[measure() for measure in measures] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*values)]


def medians(order, programs, rounds):
    """Seconds of each program that serves; as many rounds as asked for, or as fit into the budget."""
    warm = sum(max(program.seconds(order) for _ in range(2)) for program in programs)
    count = rounds or min(max(int(BUDGET / warm), ROUNDS[0]), ROUNDS[1])
    return in_turn(count, *(lambda program=program: program.seconds(order) for program in programs))


def largest_difference(ours, theirs):
    if len(ours) != len(theirs):
        return float("inf")
    return max(abs(a - b) for a, b in zip(ours, theirs))


class Table:
    """The rows for one model, and what is wrong."""

    columns = ("model", "quantity", "ours", "beside it", "theirs", "ratio", "bar")

    def __init__(self, name):
        self.name, self.rows, self.failures = name, [], []

    def add(self, quantity, ours, beside="", theirs="", ratio="", bar=""):
        self.rows.append((self.name, quantity, ours, beside, theirs, ratio, bar))

    def agree(self, quantity, beside, difference):
        """Numbers that should be the same."""
        holds = difference <= TOLERANCE
        self.add(quantity, f"{difference:.1e}", beside, bar=f"<= {TOLERANCE}" if holds else f"MISSES {TOLERANCE}")
        if not holds:
            self.failures.append(f"{self.name}: {quantity} beside {beside}: {difference:.1e}")

    def ratio(self, quantity, ours, beside, theirs, unit, bar=None, digits=1):
        ratio = ours / theirs
        verdict = ""
        if bar is not None:
            verdict = f"<= {bar}" if ratio <= bar else f"within 3 % of {bar}" if ratio <= bar * NEARLY else f"MISSES {bar}"
            if verdict.startswith("MISSES"):
                self.failures.append(f"{self.name}: {quantity} beside {beside}: {ratio:.2f} is more than {bar}")
        self.add(quantity, f"{ours / unit:.{digits}f}", beside, f"{theirs / unit:.{digits}f}", f"{ratio:.2f}", verdict)

    def show(self, has_head):
        rows = ([self.columns] if has_head else []) + self.rows
        if has_head:
            rows.insert(1, ("---", "---", "---:", "---", "---:", "---:", "---"))
        for row in rows:
            print("| " + " | ".join(row) + " |")
        sys.stdout.flush()


def compare(model, programs, rounds, table):
    ours, theirs = programs.ours, programs.transformers
    runtimes = programs.runtimes()
    mine, yours = ours.once("--logits")[0], theirs.once("--logits")[0]
    agree = all(mine.get(key) == yours.get(key) for key in ("ids", "answers"))
    table.add("ids and answers", "equal" if agree else "DIFFER", theirs.title)
    if not agree:
        table.failures.append(
            f"{model.name}: ours {mine['answers']} {mine.get('ids')}, theirs {yours['answers']} {yours.get('ids')}")
    differences = [largest_difference(mine[key], yours[key]) for key in ("logits", "scores") if yours.get(key)]
    table.agree("largest difference", theirs.title, max(differences))
    for runtime in runtimes:
        table.agree("largest difference", runtime.title, largest_difference(mine["logits"], runtime.once()[0]["logits"]))
    if model.is_whole:
        written_back(programs, table)

    bars = model.bars
    both = [ours, theirs]
    for program in both + runtimes:
        program.serve()
    inner = medians("model", both + runtimes, rounds)
    for program in runtimes:
        program.finish()
    outer = medians("whole", both, rounds)
    for program in both:
        program.finish()
    peaks = {program: [] for program in both}

    def start_up(program):
        result, seconds = program.once()
        peaks[program].append(result["peakBytes"])
        return seconds

    starts = in_turn(START_ROUNDS, *(lambda program=program: start_up(program) for program in both))
    memory = [statistics.median(peaks[program]) for program in both]
    for program, seconds in zip([theirs] + runtimes, inner[1:]):
        table.ratio(
            "model, ms", inner[0], program.title, seconds, 1e-3, bars.time if program is theirs else bars.runtimes)
    table.ratio("pictures and words to answer, ms", outer[0], theirs.title, outer[1], 1e-3, bars.time)
    table.ratio("with start-up, ms", starts[0], theirs.title, starts[1], 1e-3, bars.start)
    table.ratio("peak memory, MiB", memory[0], theirs.title, memory[1], 2**20, bars.memory)


def written_back(programs, table):
    """Whether transformers reads what this project writes, and gives the same logits."""
    copy = f"{programs.directory}-written"
    os.makedirs(copy, exist_ok=True)
    programs.ours.once("--save", copy)
    both = [programs.transformers.once("--logits", *flags)[0]["logits"] for flags in ((), ("--weights", copy))]
    for file in os.listdir(copy):
        os.remove(f"{copy}/{file}")
    os.rmdir(copy)
    table.agree("written by us, read by both", programs.transformers.title, largest_difference(*both))


def compare_full(model, programs, rounds, table):
    """Seconds a token beside reading the weights once and beside transformers, in the faster of its half-size types.

    One program after the other: memory does not hold both.
    """
    def measure(program, *others):
        """Medians: a token, the prompt and the picture with their first token, and what others do in turn with it."""
        for each in (program, *others):
            each.serve()
        program.seconds("first"), *(other.seconds("read") for other in others)  # warms up
        first, whole, *rest = in_turn(
            rounds, lambda: program.seconds("first"), lambda: program.seconds("model"),
            *(lambda other=other: other.seconds("read") for other in others))
        peak = program.peak_bytes()
        for each in (program, *others):
            each.finish()
        return (whole - first) / (NEW_TOKENS - 1), first, peak, *rest

    directory = programs.directory
    reader = Program("reading", [programs.bench, "read-weights", directory], programs.threads)
    token, first, peak, reading = measure(programs.ours, reader)
    theirs = {}
    for dtype in ("bfloat16", "float16"):
        side = programs.transformers
        theirs[dtype] = measure(Program(side.title, [*side.command, "--dtype", dtype], programs.threads))
    fastest = min(theirs, key=lambda dtype: theirs[dtype][0])
    files = sum(os.path.getsize(f"{directory}/{file}") for file in os.listdir(directory) if file.endswith(".safetensors"))
    title = f"transformers in {fastest}"
    table.ratio("a token, s", token, title, theirs[fastest][0], 1, digits=3)
    table.ratio("prompt, picture and first token, s", first, title, theirs[fastest][1], 1, digits=2)
    table.ratio("peak memory, MiB", peak, title, theirs[fastest][2], 2**20, digits=0)
    table.ratio("a token, s", token, "reading all weights once", reading, 1, TOKEN_BAR, digits=3)
    table.ratio("peak memory, MiB", peak, "the files", files, 2**20, 1 + MEMORY_BAR / files, digits=0)


def main():
    models = all_models()
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("program", help="the built bench")
    parser.add_argument("folder", help="where checkpoints are made, and kept")
    parser.add_argument("names", nargs="*", choices=[[], *models], default=[], metavar="name", help=", ".join(models))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, help="rounds of each measure; as many as fit into half a minute by default")
    options = parser.parse_args()
    names = options.names or [name for name, model in models.items() if not model.on_demand]
    if any(models[name].has_graph for name in names):
        missing = [name for name in ("onnx", "onnxscript", *RUNTIMES) if importlib.util.find_spec(name) is None]
        if missing:
            sys.exit(f"{sys.executable} has no {', '.join(missing)}: pip install onnx onnxscript onnxruntime openvino")
    checkpoints.main(options.folder, names)
    failures = []
    for name in names:
        model, table = models[name], Table(name)
        programs = Programs(model, options.folder, options.program, options.threads)
        if model.on_demand:
            compare_full(model, programs, min(options.samples or 3, 3), table)
        else:
            compare(model, programs, options.samples, table)
        table.show(has_head=name == names[0])
        failures += table.failures
    if failures:
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main()
