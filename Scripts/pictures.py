#!/usr/bin/env python3
"""Draws the pictures of README.md and docs/index.md anew.

    python3 Scripts/pictures.py terminal    # docs/pictures/terminal.svg: a lesson in a terminal with colors
    python3 Scripts/pictures.py page        # docs/pictures/page.png and page-dark.png: a page of the built site

`terminal` runs the built Lesson 03 in a pseudo-terminal and turns what it prints, colors included, into an SVG. The same output
gives the same bytes. `page` takes pictures of `site`, which `make site` builds, in a Chromium without a window; another version of
Chromium draws other pixels, so those two files change when somebody makes them anew.
"""

import argparse
import base64
import fcntl
import json
import os
import pty
import re
import struct
import sys
import tempfile
import termios
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Scripts/site"))
from browser import Browser, Tab, find  # noqa: E402
PICTURES = ROOT / "docs/pictures"
COLUMNS, ROWS = 84, 60
# A character's cell, its text's size and the base line in it; and the terminal's own colors.
WIDTH, HEIGHT, SIZE, BASE = 8, 18, 13.2, 13.5
BACKGROUND, FOREGROUND, DIM, PROMPT = "#1b1f2a", "#d7dce5", "#8b94a7", "#7fd1a8"
# What of the lesson is shown: from the first of these lines through the last.
LESSON = "Lesson03_Multimodal"
FIRST, LAST = "3.6 Six pictures, six captions", "Contrastive loss, their mean"
# The window in which a page is pictured.
PAGE_SIZE = (1180, 1120)


def run_in_terminal(program):
    """All that a program writes to a terminal of a fixed size."""
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        for name in ("NO_COLOR", "LC_ALL"):
            os.environ.pop(name, None)
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LANG="C.UTF-8", LINES=str(ROWS), COLUMNS=str(COLUMNS))
        os.execv(program, [program])
    written = b""
    while True:
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        written += part
    _, status = os.waitpid(child, 0)
    if status != 0:
        sys.exit(f"{program}: ended with status {os.waitstatus_to_exitcode(status)}")
    return written.decode("utf-8")


def cells(line):
    """A line as (character, foreground, background) cells; of escape sequences those for 24-bit colors and for none count."""
    result, front, back = [], None, None
    for code, character in re.findall(r"\x1b\[([\d;]*)m|(.)", line):
        if character:
            result.append((character, front, back))
            continue
        numbers = [int(number) for number in code.split(";") if number] or [0]
        while numbers:
            kind = numbers.pop(0)
            if kind == 0:
                front = back = None
            elif kind in (38, 48) and numbers[:1] == [2] and len(numbers) >= 4:
                color = "#%02x%02x%02x" % tuple(numbers[1:4])
                del numbers[:4]
                front, back = (color, back) if kind == 38 else (front, color)
            else:
                sys.exit(f"an escape sequence that Scripts/pictures.py does not know: {code}")
    return result


def runs(values):
    """Equal neighbors together: (value, first index, count)."""
    result = []
    for index, value in enumerate(values):
        if result and result[-1][0] == value:
            result[-1][2] += 1
        else:
            result.append([value, index, 1])
    return result


def svg(lines, description):
    """Lines of cells as the picture of a terminal."""
    margin, bar = 16, 34
    width = COLUMNS * WIDTH + 2 * margin
    height = len(lines) * HEIGHT + bar + margin
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{escape(description)}</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>',
    ]
    out += [f'<circle cx="{20 + 18 * i}" cy="17" r="5" fill="{color}"/>'
            for i, color in enumerate(("#e0655f", "#dfa63f", "#5fb760"))]
    out.append(f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace" '
               f'font-size="{SIZE}" fill="{FOREGROUND}" xml:space="preserve">')
    for row, line in enumerate(lines):
        top = bar + row * HEIGHT
        # Half blocks are two pixels each, drawn as such: a font's block would leave seams.
        for half, column_of in ((0, 1), (1, 2)):
            pixels = [cell[column_of] if cell[0] == "▀" else None for cell in line]
            for color, first, count in runs(pixels):
                if color:
                    out.append(f'<rect x="{margin + first * WIDTH}" y="{top + half * HEIGHT // 2}" '
                               f'width="{count * WIDTH}" height="{HEIGHT // 2}" fill="{color}" shape-rendering="crispEdges"/>')
        # Words apart, so that each stands in its column whatever the reader's font is.
        text = "".join(" " if cell[0] == "▀" else cell[0] for cell in line)
        for word in re.finditer(r"\S+(?: \S+)*", text):
            color = line[word.start()][1]
            fill = f' fill="{color}"' if color else ""
            length = len(word.group()) * WIDTH
            out.append(f'<text x="{margin + word.start() * WIDTH}" y="{top + BASE}" textLength="{length}" '
                       f'lengthAdjust="spacingAndGlyphs"{fill}>{escape(word.group())}</text>')
    out += ["</g>", "</svg>", ""]
    return "\n".join(out)


def write(path, data):
    """A file that appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
    print(f"{path.relative_to(ROOT)}: {len(data):,} bytes")


def terminal(folder):
    program = Path(folder) / LESSON
    if not program.is_file():
        sys.exit(f"{program}: is not there; build it with `swift build --product {LESSON}`")
    printed = [line.rstrip("\r") for line in run_in_terminal(str(program)).split("\n")]
    first = next((i for i, line in enumerate(printed) if line.startswith(FIRST)), None)
    last = next((i for i, line in enumerate(printed) if line.startswith(LAST)), None)
    if first is None or last is None or last < first:
        sys.exit(f"{LESSON} prints no line that begins with '{FIRST}', or none with '{LAST}' behind it")
    command = [("$", PROMPT, None)] + [(c, FOREGROUND, None) for c in f" swift run {LESSON}"]
    elided = [("⋮", DIM, None)]
    lines = [command] + [cells(line) for line in printed[:2]] + [elided]
    lines += [cells(line) for line in printed[first : last + 1]] + [elided]
    description = (f"A terminal: swift run {LESSON} prints a heading, six drawn pictures in color, the shapes of their "
                   "features, and a contrastive loss in small steps.")
    write(PICTURES / "terminal.svg", svg(lines, description).encode())


def page(site, path, section):
    executable = find()
    if not executable:
        sys.exit("no Chromium on the PATH; CHROMIUM names one elsewhere")
    source = Path(site).resolve() / path
    if not source.is_file():
        sys.exit(f"{source}: is not there; `make site` builds it")
    browser = Browser(executable)
    try:
        for name, dark in (("page.png", False), ("page-dark.png", True)):
            tab = Tab(browser)
            tab.view(*PAGE_SIZE, dark)
            tab.open(f"{source.as_uri()}#{section}")
            if not tab.evaluate(f"document.getElementById({json.dumps(section)}) !== null"):
                sys.exit(f"{path}: has no section {section}")
            write(PICTURES / name, base64.b64decode(tab.call("Page.captureScreenshot", format="png")["data"]))
    finally:
        browser.close()


def main():
    parser = argparse.ArgumentParser(description="Draws the pictures of README.md and docs/index.md anew.")
    kinds = parser.add_subparsers(dest="kind", required=True)
    of_terminal = kinds.add_parser("terminal")
    of_terminal.add_argument("--build", default=str(ROOT / ".build/debug"), help="folder of the built lessons")
    of_page = kinds.add_parser("page")
    of_page.add_argument("--site", default=str(ROOT / "site"), help="folder of the built site")
    of_page.add_argument("--page", default="lessons/04-vit.html", help="which page")
    of_page.add_argument("--section", default="41-the-arithmetic-of-patches", help="what of it is at the top")
    options = parser.parse_args()
    if options.kind == "terminal":
        terminal(options.build)
    else:
        page(options.site, options.page, options.section)


if __name__ == "__main__":
    main()
