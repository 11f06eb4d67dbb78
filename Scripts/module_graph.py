#!/usr/bin/env python3
"""Draws docs/pictures/modules.svg: the modules of the package on their floors, and which imports which.

    python3 Scripts/module_graph.py

The floors are the table of docs/architecture.md, the imports those of Package.swift. An arrow that follows from two others is left
out of the picture; its description, which a test compares with the package, has all of them.
"""

import json
import re
import subprocess
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WIDTH, ROW, BOX, GAP, CHARACTER = 860, 92, 34, 22, 8.4
STYLE = """
  .box { fill: #eef2f8; stroke: #5a6b85; } .name { fill: #1c2430; } .floor { fill: #5f6b7a; }
  .arrow { stroke: #8793a5; fill: none; } .head { fill: #8793a5; }
  @media (prefers-color-scheme: dark) {
    .box { fill: #232c3a; stroke: #8fa3c2; } .name { fill: #e6ebf2; } .floor { fill: #a3adba; }
    .arrow { stroke: #7c8899; } .head { fill: #7c8899; }
  }"""


def floors():
    """The rows of the table of floors: lists of names, the lowest first."""
    rows = re.findall(r"^\| (\d+) \| (.+?) \|", (ROOT / "docs/architecture.md").read_text(), re.M)
    if not rows:
        sys.exit("docs/architecture.md has no table of floors")
    return [re.findall(r"`(\w+)`", names) for _, names in rows]


def imports():
    """For each module and program the modules of the package that it imports; all lessons are one."""
    dump = subprocess.run(["swift", "package", "dump-package"], cwd=ROOT, capture_output=True, text=True, check=True)
    result = {}
    for target in json.loads(dump.stdout)["targets"]:
        if target["type"] in ("test", "system") or (target.get("path") or "").startswith("Tests/"):
            continue
        name = "lessons" if target["name"].startswith("Lesson") and target["type"] == "executable" else target["name"]
        names = {next(iter(kind.values()))[0] for kind in target["dependencies"]}
        result.setdefault(name, set()).update(names)
    for names in result.values():
        names &= set(result)
    return result


def reduced(graph):
    """The arrows that do not follow from others."""
    def reachable(name):
        return set().union(*({other} | reachable(other) for other in graph[name])) if graph[name] else set()

    below = {name: reachable(name) for name in graph}
    return {(a, b) for a in graph for b in graph[a] if not any(b in below[c] for c in graph[a] if c != b)}


def svg(rows, graph):
    missing = set(graph) ^ {name for row in rows for name in row}
    if missing:
        sys.exit(f"docs/architecture.md and Package.swift differ in {sorted(missing)}")
    height = ROW * len(rows)
    place = {}
    for floor, names in enumerate(rows):
        widths = [len(name) * CHARACTER + 24 for name in names]
        left = (WIDTH - sum(widths) - GAP * (len(names) - 1)) / 2
        for name, width in zip(names, widths):
            place[name] = (left, height - ROW * floor - ROW / 2 - BOX / 2, width)
            left += width + GAP
    listed = "; ".join(f"{name} imports {', '.join(sorted(graph[name]))}" for name in sorted(graph) if graph[name])
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">',
        "<title>The modules on their floors. Each imports only modules below it.</title>",
        f"<desc>{escape(listed)}</desc>", f"<style>{STYLE}\n</style>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="head" d="M0 0 L8 4 L0 8 z"/></marker></defs>',
    ]
    for upper, lower in sorted(reduced(graph)):
        (x, y, w), (other, top, width) = place[upper], place[lower]
        # Arrows leave and arrive beside each other, in the order of where they lead.
        start = x + w / 2 + max(-w / 3, min(w / 3, (other - x) / 12))
        end = other + width / 2 + max(-width / 3, min(width / 3, (x - other) / 12))
        middle = (y + BOX + top) / 2
        out.append(f'<path class="arrow" marker-end="url(#head)" d="M{start:.1f} {y + BOX:.1f} '
                   f'C{start:.1f} {middle:.1f} {end:.1f} {middle:.1f} {end:.1f} {top - 2:.1f}"/>')
    out.append('<g font-family="system-ui, sans-serif" font-size="14" text-anchor="middle">')
    for floor in range(len(rows)):
        out.append(f'<text class="floor" x="14" y="{height - ROW * floor - ROW / 2 + 5:.1f}">{floor}</text>')
    for name, (x, y, width) in place.items():
        out.append(f'<rect class="box" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BOX}" rx="6"/>')
        out.append(f'<text class="name" x="{x + width / 2:.1f}" y="{y + BOX / 2 + 5:.1f}">{name}</text>')
    return "\n".join(out + ["</g>", "</svg>", ""])


path = ROOT / "docs/pictures/modules.svg"
text = svg(floors(), imports())
temporary = path.with_suffix(".partial")
temporary.write_text(text)
temporary.replace(path)
print(f"{path.relative_to(ROOT)}: {len(text.encode()):,} bytes")
