"""Writes diffs.json: pairs of texts and what `diff -u` prints for them.

Several shortest differences can exist for a pair; these have only one, so that every correct tool agrees.
Run: python3 make_diffs.py > diffs.json
"""
import json
import pathlib
import subprocess
import tempfile


def numbered(first, last, change=()):
    return "".join(f"{'changed ' if n in change else ''}line {n}\n" for n in range(first, last + 1))


PAIRS = [
    ("a\nb\nc\n", "a\nx\nc\n"),
    ("", "a\nb\n"),
    ("a\nb\n", ""),
    ("a\n", "a"),
    ("a", "a\n"),
    ("a\nb", "a\nc"),
    (numbered(1, 30), numbered(1, 30, {15})),
    (numbered(1, 30), numbered(1, 30, {1, 30})),
    (numbered(1, 30), numbered(1, 30, {10, 17})),
    (numbered(1, 30), numbered(1, 30, {10, 18})),
    (numbered(1, 30), numbered(1, 30, {3, 4, 5})),
    (numbered(1, 30), numbered(1, 12) + "new\n" + numbered(13, 30)),
    (numbered(1, 30), numbered(1, 12) + numbered(14, 30)),
    (numbered(1, 30), "new\n" + numbered(1, 30)),
    (numbered(1, 30), numbered(1, 30) + "new\n"),
    (numbered(1, 9), numbered(4, 9)),
    ("caf\u00e9\n\u732b\n", "cafe\n\u732b\n"),
    ("a\r\nb\n", "a\nb\n"),
]

result = []
with tempfile.TemporaryDirectory() as folder:
    old_file, new_file = pathlib.Path(folder, "old"), pathlib.Path(folder, "new")
    for old, new in PAIRS:
        old_file.write_bytes(old.encode())
        new_file.write_bytes(new.encode())
        command = ["diff", "-u", "--label", "a", "--label", "b", old_file, new_file]
        diff = subprocess.run(command, capture_output=True).stdout.decode()
        result.append({"old": old, "new": new, "diff": diff})
print(json.dumps(result, indent=1))
