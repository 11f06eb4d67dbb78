"""What the programs that are compared have in common: orders from standard input, and the answer to them."""

import resource
import sys
import time


def peak_bytes():
    """The most memory that this process ever had at once."""
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def serve(works):
    """Does what it is told, a line each: `NAME N` does a work N times and answers with the seconds, `memory` with bytes."""
    print("ready", flush=True)
    for line in sys.stdin:
        order, *count = line.split()
        if order == "memory":
            print(peak_bytes(), flush=True)
            continue
        work = works[order]
        start = time.perf_counter()
        for _ in range(int(count[0])):
            work()
        print(time.perf_counter() - start, flush=True)
