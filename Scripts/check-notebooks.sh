#!/bin/sh
# Exports every lesson as a notebook, has nbformat validate each and nbconvert render it.
# PYTHON names a Python that has both: pip install nbformat nbconvert.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
"$python" -c 'import nbformat, nbconvert' 2>/dev/null || {
  echo "check-notebooks: $python has no nbformat and nbconvert: pip install nbformat nbconvert, or PYTHON=…" >&2
  exit 1
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${SWIFT:-swift} run course export "$folder"
"$python" - "$folder" <<'PYTHON'
import sys, pathlib, warnings
import nbformat, nbconvert

warnings.simplefilter("error")
paths = sorted(pathlib.Path(sys.argv[1]).glob("*.ipynb"))
assert paths, "no notebook was exported"
for path in paths:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    page, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = sum(len(cell.outputs) for cell in code)
    pictures = page.count("<img ") + page.count("<svg ")
    print(f"{path.name}: valid, {len(notebook.cells)} cells, {outputs} outputs, {pictures} pictures, {len(page):,} bytes of HTML")
PYTHON
