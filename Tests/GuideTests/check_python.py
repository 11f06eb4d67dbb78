"""Runs the Python blocks of docs/from-pytorch.md and compares what they print with the comments behind them.

    python3 Tests/GuideTests/check_python.py

It needs torch, transformers and Pillow. FromPyTorchTests.swift runs the Swift blocks and compares their numbers with
these comments, so a number that stands on both sides is held from both.
"""
import contextlib, io, os, pathlib, re, sys

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
root = pathlib.Path(__file__).resolve().parents[2]
os.chdir(root)

import torch, torch.nn as nn, torch.nn.functional as F
from PIL import Image
import transformers


def stated(block):
    """The lines that a block says it prints: the comment behind a `print`, and comments that have a line of their own."""
    lines = []
    for line in block.splitlines():
        if line.startswith("# "):
            lines.append(line[2:])
        elif "print(" in line and "  # " in line:
            lines.append(line.rsplit("  # ", 1)[1])
    return lines


def main():
    page = (root / "docs/from-pytorch.md").read_text()
    space = {"torch": torch, "nn": nn, "F": F, "Image": Image}
    space.update({name: getattr(transformers, name) for name in re.findall(r"\b\w+(?=\.from_pretrained)", page)
                  if hasattr(transformers, name)})
    wrong = count = 0
    for block in re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block, "docs/from-pytorch.md", "exec"), space)
        ours, said = printed.getvalue().splitlines(), stated(block)
        count += len(said)
        if ours != said:
            wrong += 1
            print(f"{block}\nprinted:", *ours, "stated:", *said, "", sep="\n")
    print(f"{count} printed lines, {wrong} blocks that differ, PyTorch {torch.__version__}, "
          f"transformers {transformers.__version__}")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
