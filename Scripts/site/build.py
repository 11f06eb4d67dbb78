#!/usr/bin/env python3
"""Builds the site: `docs/` as pages that open from a folder, without a server, a network or a script.

    python3 Scripts/site/build.py [--docs docs] [--output site] [--no-reference]

The same input gives the same bytes. A link that leads nowhere, a picture without an alternative text and a formula that
cannot be read are errors, and then the folder of the last build stays as it was.
"""

import argparse
import html
import json
import os
import posixpath
import re
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from string import Template
from urllib.parse import quote, unquote

import markdown
import reference
import sources
from errors import SiteError

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
SITE = "Multimodal learning in Swift"


class Page:
    """One page: where it comes from, where it goes and what it says."""

    def __init__(self, builder, source, target, text, kind):
        self.builder = builder
        # Paths within the repository and within the site; both with slashes.
        self.source, self.target = source, target
        self.text, self.kind = text, kind
        self.html = ""
        self.title = ""

    def link(self, address):
        """The address on the site; a link that leads nowhere is told with all others at the end."""
        try:
            return self.builder.link(self, address)
        except SiteError as error:
            self.builder.problems.append(str(error))
            return address

    def file(self, address):
        """The file of a picture that the page shows."""
        path = self.builder.resolved(self, address.partition("#")[0])
        if not path.is_file():
            raise SiteError(f"{self.place(address)}: there is no picture {address}")
        return path

    def place(self, address):
        """File and line of a link, for messages."""
        for number, line in enumerate(self.text.split("\n"), 1):
            if address in line:
                return f"{self.source}:{number}"
        return self.source

    def relative(self, target):
        """The address of another file of the site, as seen from this page."""
        return quote(posixpath.relpath(target, posixpath.dirname(self.target) or "."))

    @property
    def root(self):
        return "../" * self.target.count("/")


class Outline(HTMLParser):
    """Reads a page's HTML: its headings, all names within it, its links, and the words of each section for the search."""

    def __init__(self, text):
        super().__init__()
        self.sections = [["", "", 1, []]]
        self.names = set()
        self.links = []
        self.heading = None
        self.skipped = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if attributes.get("id"):
            self.names.add(attributes["id"])
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        if re.fullmatch("h[1-6]", tag):
            self.heading = tag
            self.sections.append([attributes.get("id", ""), "", int(tag[1]), []])
        elif tag == "annotation" or (tag, attributes.get("class")) == ("pre", "numbers"):
            self.skipped += 1
        elif tag not in ("span", "a", "em", "strong", "code", "sub", "sup", "mi", "mo", "mn"):
            self.handle_data(" ")

    def handle_endtag(self, tag):
        if tag == self.heading:
            self.heading = None
        elif self.skipped and tag in ("annotation", "pre"):
            self.skipped -= 1

    def handle_data(self, data):
        if self.skipped:
            return
        if self.heading:
            self.sections[-1][1] += data
        else:
            self.sections[-1][3].append(data)

    def headings(self, levels):
        return [(name, " ".join(title.split())) for name, title, level, _ in self.sections if level in levels and name]

    @property
    def title(self):
        return next((" ".join(title.split()) for _, title, level, _ in self.sections if level == 1 and title), "")


class Builder:
    def __init__(self, docs, output, cache, with_reference, swift):
        self.docs, self.output, self.cache = docs, output, cache
        self.with_reference, self.swift = with_reference, swift
        self.pages = {}  # by source
        self.waiting = []  # pages that are not converted yet
        self.files = {}  # copied files: path in the site → path on disk
        self.ranges = {}  # source page → set of (name, first, last)
        self.reference = None
        self.problems = []

    # MARK: What is on the site

    def add(self, source, target, text, kind):
        page = Page(self, source, target, text, kind)
        self.pages[source] = page
        self.waiting.append(page)
        return page

    def collect(self):
        for file in sorted(self.docs.rglob("*.md")):
            path = PurePosixPath(file.relative_to(self.docs).as_posix())
            target = path.with_name("index.html") if path.name == "README.md" else path.with_suffix(".html")
            kind = "lesson" if path.parts[0] == "lessons" else "guide"
            self.add(f"docs/{path}", str(target), file.read_text(), kind)
        if "docs/index.md" not in self.pages:
            # The front page of the repository is that of the site until there is one of its own.
            readme = (REPOSITORY / "README.md").read_text()
            page = self.add("README.md", "index.html", readme, "guide")
            self.pages["docs/index.md"] = page
        if self.with_reference:
            graphs = self.cache / "symbols"
            reference.extract(REPOSITORY, graphs, self.swift)
            self.reference = reference.Reference(REPOSITORY, graphs)
            rows = [f"- [`{name}`]({name}.html): {self.purpose(name)}" for name in reference.LIBRARIES]
            text = "# Reference\n\nThe public names of each library, made from its sources.\n\n" + "\n".join(rows) + "\n"
            self.add("api/index.md", "api/index.html", text, "reference")
            for name in reference.LIBRARIES:
                self.add(f"api/{name}.md", f"api/{name}.html", self.reference.markdown(name), "reference")

    def purpose(self, name):
        count = sum(symbol.kind in reference.TYPES for symbol in self.reference.libraries[name])
        return f"{count} types, {len(self.reference.libraries[name])} names"

    # MARK: Links

    def resolved(self, page, path):
        base = self.docs.parent if page.source.startswith("docs/") else REPOSITORY
        name = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), unquote(path)))
        if name.startswith("docs/") or name == "docs":
            return self.docs / name[5:]
        if name.startswith(".."):
            raise SiteError(f"{page.place(path)}: the link {path} leads out of the repository")
        return (base if page.source.startswith("docs/") and (base / name).exists() else REPOSITORY) / name

    def link(self, page, address):
        """The address on the site of a link as it stands in Markdown; files that it names come onto the site."""
        if re.match(r"[a-z]+:", address) or address.startswith("#"):
            return address
        path, _, fragment = address.partition("#")
        ending = f"#{fragment}" if fragment else ""
        if page.kind == "reference" and re.fullmatch(r"\w+\.html", path):
            return address
        name = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), unquote(path)))
        if name in self.pages:
            return page.relative(self.pages[name].target) + ending
        file = self.resolved(page, path)
        if file.is_dir():
            for index in ("README.md", "index.md"):
                if f"{name}/{index}" in self.pages:
                    return page.relative(self.pages[f"{name}/{index}"].target) + ending
            return page.relative(self.folder(name, file).target)
        if not file.is_file():
            raise SiteError(f"{page.place(address)}: the link {address} leads to no file")
        if file.suffix == ".md" and not sources.lines_of(fragment):
            return page.relative(self.document(name, file).target) + ending
        if file.suffix in (".png", ".svg", ".jpg", ".webp", ".gif", ".ipynb", ".pdf"):
            target = name[5:] if name.startswith("docs/") else f"files/{name}"
            self.files[target] = file
            return page.relative(target) + ending
        target = self.source_file(name, file)
        lines = sources.lines_of(fragment)
        if lines:
            count = self.pages[f"source:{name}"].count
            if lines[1] > count:
                raise SiteError(f"{page.place(address)}: {name} has {count} lines, the link names {fragment}")
            self.ranges.setdefault(target, set()).add((fragment, *lines))
        return page.relative(target) + ending

    def document(self, name, file):
        """A page of a Markdown file outside of `docs/`, such as CONTRIBUTING.md."""
        return self.pages.get(name) or self.add(name, f"project/{name[:-3]}.html", file.read_text(), "guide")

    def source_file(self, name, file):
        key, target = f"source:{name}", f"source/{name}.html"
        if key not in self.pages:
            text = file.read_text()
            page = self.add(name, target, sources.markdown(PurePosixPath(name), text), "source")
            page.count = len(text.rstrip("\n").split("\n"))
            # The name itself stays free: the same file may also be a page of text.
            del self.pages[name]
            self.pages[key] = page
        return target

    def folder(self, name, file):
        """A page that lists a folder."""
        key = f"folder:{name}"
        if key not in self.pages:
            rows = []
            for entry in sorted(file.iterdir()):
                if entry.is_dir():
                    rows.append(f"- `{entry.name}/`")
                elif entry.suffix in (".swift", ".md", ".txt", ".py", ".sh", ".json"):
                    rows.append(f"- [`{entry.name}`]({quote(entry.name)}#L1)")
            page = self.add(f"{name}/.", f"source/{name}/index.html", f"# {name}\n\n" + "\n".join(rows) + "\n", "source")
            page.count = 0
            self.pages[key] = page
        return self.pages[key]

    # MARK: Pages

    def convert(self):
        while self.waiting:
            batch, self.waiting = self.waiting, []
            markdown.convert(batch)
        self.stop_if_wrong()
        for page in set(self.pages.values()):
            if page.kind == "source" and page.count:
                page.html = sources.numbered(page.html, page.count, self.ranges.get(page.target, ()))

    def stop_if_wrong(self):
        if self.problems:
            raise SiteError("\nerror: ".join(self.problems))

    def finish(self):
        """Puts the pages into their frame and gives all files of the site: path → text, or a file to copy."""
        pages = sorted(set(self.pages.values()), key=lambda page: page.target)
        outlines = {page.target: Outline(page.html) for page in pages}
        self.check_links(pages, outlines)
        for page in pages:
            page.title = outlines[page.target].title or page.target
        groups = self.groups(pages)
        template = Template((HERE / "page.html").read_text())
        result = {page.target: self.framed(page, outlines[page.target], groups, template) for page in pages}
        for name in ("style.css", "script.js"):
            result[f"assets/{name}"] = (HERE / name).read_text()
        entries = []
        for page in pages:
            if page.kind != "source":
                for name, heading, _, words in outlines[page.target].sections:
                    text = " ".join("".join(words).split())
                    if heading or text:
                        entries.append([page.target + (f"#{quote(name)}" if name else ""), page.title,
                                        " ".join(heading.split()), text])
        rows = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
        result["assets/search-index.js"] = f"window.searchIndex = [\n{rows}\n];\n"
        result.update(self.files)
        return result

    def check_links(self, pages, outlines):
        for page in pages:
            for address in outlines[page.target].links:
                if re.match(r"[a-z]+:", address):
                    continue
                path, _, fragment = unquote(address).partition("#")
                target = posixpath.normpath(posixpath.join(posixpath.dirname(page.target), path)) if path else page.target
                if target not in outlines:
                    if target not in self.files:
                        self.problems.append(f"{page.source}: the link {address} leads to no page")
                elif fragment and fragment not in outlines[target].names:
                    title = outlines[target].title
                    self.problems.append(f"{page.source}: the link {address} names no heading of {title!r}")
        self.stop_if_wrong()

    def groups(self, pages):
        """The navigation: heading → pages in reading order."""
        lessons = [page for page in pages if page.kind == "lesson"]
        lessons.sort(key=lambda page: (page.target != "lessons/index.html", page.target))
        front = self.pages["docs/index.md"]
        order = {address: number for number, address in reversed(list(enumerate(Outline(front.html).links)))}
        guides = [page for page in pages if page.kind == "guide" and page is not front and page.source.startswith("docs/")]
        guides.sort(key=lambda page: (order.get(page.target, len(order)), page.title))
        references = [page for page in pages if page.kind == "reference"]
        names = ["index"] + reference.LIBRARIES
        references.sort(key=lambda page: names.index(PurePosixPath(page.target).stem))
        groups = [("Lessons", lessons), ("Guides", guides), ("Reference", references)]
        return [(heading, members) for heading, members in groups if members]

    def framed(self, page, outline, groups, template):
        navigation = []
        for heading, members in groups:
            rows = []
            for member in members:
                current = ' aria-current="page"' if member is page else ""
                rows.append(f'<li><a href="{page.relative(member.target)}"{current}>{html.escape(label(member))}</a></li>')
            navigation.append(f"<h2>{heading}</h2>\n<ul>\n" + "\n".join(rows) + "\n</ul>")
        neighbors, relations = self.neighbors(page, groups)
        headings = outline.headings((2,))
        toc = ""
        if len(headings) > 1 and page.kind != "source":
            rows = "\n".join(
                f'<li><a href="#{quote(name)}">{html.escape(title)}</a></li>' for name, title in headings)
            toc = ('<nav class="outline" aria-label="On this page"><details open><summary>On this page</summary>\n'
                   f"<ul>\n{rows}\n</ul></details></nav>")
        # The outline stands below the page's heading; a wide screen has room for it at the right.
        article = page.html.strip().replace("</h1>", f"</h1>\n{toc}", 1)
        title = SITE if page.target == "index.html" else f"{page.title} · {SITE}"
        return template.substitute(
            title=html.escape(title), root=page.root, kind=page.kind, site=SITE, navigation="\n".join(navigation),
            article=article, neighbors=neighbors, relations=relations)

    def neighbors(self, page, groups):
        for _, members in groups:
            if page in members:
                place = members.index(page)
                before = members[place - 1] if place > 0 else None
                after = members[place + 1] if place + 1 < len(members) else None
                rows, relations = [], []
                for name, word, other in (("prev", "Previous", before), ("next", "Next", after)):
                    if other:
                        address = page.relative(other.target)
                        relations.append(f'<link rel="{name}" href="{address}">')
                        rows.append(f'<a rel="{name}" href="{address}"><span>{word}</span> {html.escape(label(other))}</a>')
                if rows:
                    text = '<nav class="neighbors" aria-label="Previous and next page">' + "".join(rows) + "</nav>"
                    return text, "\n".join(relations)
        return "", ""

    def write(self):
        """Writes a new folder beside the old one and puts it in its place."""
        files = self.finish()
        fresh = self.output.with_name(self.output.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        for target, content in sorted(files.items()):
            path = fresh / target
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                shutil.copyfile(content, path)
            else:
                path.write_text(content, newline="\n")
        shutil.rmtree(self.output, ignore_errors=True)
        os.replace(fresh, self.output)
        return files


def label(page):
    if page.target == "lessons/index.html":
        return "All lessons"
    if page.target == "api/index.html":
        return "All libraries"
    return page.title


def main():
    parser = argparse.ArgumentParser(description="Builds the site of the course.")
    parser.add_argument("--docs", type=Path, default=REPOSITORY / "docs", help="the folder of the pages")
    parser.add_argument("--output", type=Path, default=REPOSITORY / "site", help="the folder to write")
    parser.add_argument("--no-reference", action="store_true", help="leave out the reference pages, which need Swift")
    options = parser.parse_args()
    swift = os.environ.get("SWIFT", "swift").split()
    if not options.no_reference and not shutil.which(swift[0]):
        print(f"There is no {swift[0]} on the PATH: the site is built without the reference pages.", file=sys.stderr)
        options.no_reference = True
    builder = Builder(
        options.docs.resolve(), options.output.resolve(), REPOSITORY / ".build-site", not options.no_reference, swift)
    try:
        builder.collect()
        builder.convert()
        files = builder.write()
    except SiteError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    pages = sum(target.endswith(".html") for target in files)
    print(f"{pages} pages: {os.path.relpath(options.output / 'index.html')}")


if __name__ == "__main__":
    main()
