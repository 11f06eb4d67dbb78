"""Pages about the libraries' public names, from the symbol graphs that the Swift compiler writes of built modules."""

import hashlib
import html
import json
import platform
import re
import shutil
import subprocess
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from errors import SiteError

LIBRARIES = [
    "Tensors", "Layers", "Models", "Pretrained", "Checkpoints", "Tokenizers", "Images", "Datasets", "Plots", "Notebook",
]
# How the compiler's kinds of symbols are ordered on a page, and what stands above a group of them.
TYPES = ("class", "struct", "enum", "protocol", "actor")
GROUPS = [
    ("Cases", ("enum.case",)), ("Creating one", ("init",)), ("Properties", ("property", "type.property")),
    ("Methods", ("method", "type.method", "func", "func.op", "subscript", "type.subscript")),
    ("Other names", ("typealias", "associatedtype", "var", "macro")),
]
COLORS = {"keyword": "kw", "typeIdentifier": "dt", "attribute": "at", "number": "dv", "string": "st"}


def fingerprint(repository, swift):
    """A digest of the sources and the compiler: the symbol graphs are the same as long as it is."""
    digest = hashlib.sha256()
    digest.update(subprocess.run([*swift, "--version"], capture_output=True).stdout)
    for folder in LIBRARIES:
        for file in sorted((repository / "Sources" / folder).rglob("*.swift")):
            digest.update(str(file.relative_to(repository)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def extract(repository, cache, swift):
    """Builds the libraries and writes their symbol graphs into `cache`, unless that was done for the same sources."""
    mark = cache / "fingerprint"
    wanted = fingerprint(repository, swift)
    if mark.exists() and mark.read_text() == wanted:
        return
    if cache.exists():
        shutil.rmtree(cache)
    cache.mkdir(parents=True)
    print("Building the libraries for their reference pages (once for each change of Sources).", flush=True)
    for library in LIBRARIES:
        run([*swift, "build", "--quiet", "--target", library], repository)
    products = Path(run([*swift, "build", "--show-bin-path"], repository).strip())
    target = json.loads(run([*swift, "-print-target-info"], repository))["target"]["unversionedTriple"]
    if platform.system() == "Darwin":
        target += "15.0"
    options = ["-I", products / "Modules"]
    for folder in sorted((repository / "Sources").glob("C*/module.modulemap")):
        options += ["-I", folder.parent]
    if platform.system() == "Darwin":
        options += ["-sdk", run(["xcrun", "--show-sdk-path"], repository).strip()]
    for library in LIBRARIES:
        run(
            [*swift, "symbolgraph-extract", "-module-name", library, "-target", target, "-output-dir", cache,
             "-skip-synthesized-members", "-minimum-access-level", "public", *options], repository)
    mark.write_text(wanted)


def run(command, folder):
    result = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True)
    if result.returncode != 0:
        raise SiteError(f"{' '.join(str(word) for word in command)} failed:\n{result.stdout}{result.stderr}")
    return result.stdout


class Symbol:
    """A public name: its declaration, its documentation and its place in the sources."""

    def __init__(self, entry, library, repository):
        self.library = library
        self.identifier = entry["identifier"]["precise"]
        self.kind = entry["kind"]["identifier"].removeprefix("swift.")
        self.path = entry["pathComponents"]
        self.fragments = entry["declarationFragments"]
        self.comment = [line["text"] for line in entry.get("docComment", {}).get("lines", [])]
        self.file, self.line = None, 0
        if "location" in entry:
            file = entry["location"]["uri"].removeprefix("file://")
            # The repository may be reached by several paths; below Sources all are the same.
            self.file = "Sources/" + file.split("/Sources/", 1)[-1]
            self.line = entry["location"]["position"]["line"] + 1
            if not (repository / self.file).is_file():
                self.file = None

    @property
    def name(self):
        return ".".join(self.path)


class Reference:
    """All symbols, with the address of each."""

    def __init__(self, repository, cache):
        self.libraries = {}
        self.addresses = {}
        self.names = {}
        self.parents = {}
        for library in LIBRARIES:
            symbols = []
            for file in sorted(cache.glob(f"{library}.symbols.json")) + sorted(cache.glob(f"{library}@*.symbols.json")):
                graph = json.loads(file.read_text())
                symbols += [Symbol(entry, library, repository) for entry in graph["symbols"]]
                for relation in graph["relationships"]:
                    if relation["kind"] == "conformsTo":
                        name = relation.get("targetFallback", "").rpartition(".")[2]
                        self.parents.setdefault(relation["source"], []).append((relation["target"], name))
            # The compiler's order is that of a table of hashes.
            symbols.sort(key=lambda symbol: (symbol.path, symbol.identifier))
            taken = {}
            for symbol in symbols:
                count = taken[symbol.name] = taken.get(symbol.name, 0) + 1
                symbol.anchor = symbol.name + (f"-{count}" if count > 1 else "")
                address = f"{library}.html#{quote(symbol.anchor)}"
                self.addresses[symbol.identifier] = address
                for name in (symbol.name, symbol.name.split("(")[0]):
                    self.names.setdefault(name, address)
            self.libraries[library] = [symbol for symbol in symbols if symbol.file]

    def markdown(self, library):
        """The text of a library's page: Markdown with HTML for headings and declarations."""
        symbols = self.libraries[library]
        types = [symbol for symbol in symbols if symbol.kind in TYPES]
        owners = {}
        free = []
        for symbol in symbols:
            if symbol.kind in TYPES:
                continue
            if len(symbol.path) == 1:
                free.append(symbol)
            else:
                owners.setdefault(".".join(symbol.path[:-1]), []).append(symbol)
        lines = [f"# {library}", "", f"The public names of the library `{library}`."]
        lines += ["", "```swift", f"import {library}", "```", ""]
        for symbol in types:
            lines += self.entry(symbol, 2) + self.members(owners.pop(symbol.name, []), 3)
        for owner in sorted(owners):
            lines += ["", f'<h2 id="extension-{html.escape(owner)}">Extension of <code>{html.escape(owner)}</code></h2>']
            lines += self.members(owners[owner], 3)
        if free:
            lines += ["", '<h2 id="free-functions">Functions and values</h2>'] + self.members(free, 3)
        return "\n".join(lines) + "\n"

    def members(self, symbols, level):
        lines = []
        known = [kind for _, kinds in GROUPS for kind in kinds]
        for _, kinds in GROUPS:
            for symbol in symbols:
                if symbol.kind in kinds or (symbol.kind not in known and "var" in kinds):
                    lines += self.entry(symbol, level)
        return lines

    def entry(self, symbol, level):
        name = html.escape(symbol.name if level == 2 else symbol.path[-1])
        lines = ["", f'<h{level} id="{html.escape(symbol.anchor)}" class="symbol"><code>{name}</code></h{level}>']
        lines += [f'<pre class="declaration"><code>{self.declaration(symbol)}</code></pre>', ""]
        lines += self.documentation(symbol)
        if symbol.file:
            lines += ["", f"<sub>[{PurePosixPath(symbol.file).name}, line {symbol.line}](../{symbol.file}#L{symbol.line})</sub>"]
        return lines

    def declaration(self, symbol):
        """The declaration, colored, with a link from each type of ours to its page."""
        parts = []
        for fragment in symbol.fragments:
            text = html.escape(fragment["spelling"])
            color = COLORS.get(fragment["kind"])
            address = self.addresses.get(fragment.get("preciseIdentifier"))
            if address:
                text = f'<a href="{html.escape(address)}">{text}</a>'
            parts.append(f'<span class="{color}">{text}</span>' if color else text)
        text = "".join(parts)
        inherited = self.parents.get(symbol.identifier, [])
        if symbol.kind in TYPES and inherited:
            names = []
            for identifier, name in sorted(inherited, key=lambda pair: pair[1] or pair[0]):
                shown = unquote(self.addresses.get(identifier, "").partition("#")[2]) or name
                if shown and shown not in ("Copyable", "Escapable", "SendableMetatype"):
                    address = self.addresses.get(identifier)
                    shown = html.escape(shown)
                    names.append(f'<a href="{html.escape(address)}">{shown}</a>' if address else shown)
            if names and ":" not in text:
                text += ": " + ", ".join(names)
        # Blank lines would end the HTML within Markdown.
        return re.sub(r"\n\s*\n", "\n", text)

    def documentation(self, symbol):
        """The comment, with a list of parameters as GitHub's Markdown can write it."""
        text = "\n".join(symbol.comment)
        text = re.sub(r"(?m)^#+ +(.*)$", r"**\1**", text)
        text = re.sub(r"(?m)^- Parameters:[ \t]*$", "- *Parameters*:", text)
        text = re.sub(r"(?m)^(\s*)- Parameter (\w+):", r"\1- `\2`:", text)
        text = re.sub(r"(?m)^(\s+)- (\w+):", r"\1- `\2`:", text)
        text = re.sub(r"(?m)^- (Returns|Throws|Complexity|Note|Precondition|Important|Warning):", r"- *\1*:", text)
        text = re.sub(r"``([^`\n]+)``", lambda match: self.mention(match.group(1), symbol), text)
        return [text] if text.strip() else []

    def mention(self, path, symbol):
        """``Type/member`` as a link where there is such a name, looked up from the innermost place outward."""
        name = path.replace("/", ".")
        for depth in range(len(symbol.path), -1, -1):
            address = self.names.get(".".join(symbol.path[:depth] + [name]))
            if address:
                return f"[`{path}`]({address})"
        return f"`{path}`"
