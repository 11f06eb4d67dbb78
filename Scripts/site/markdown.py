"""Markdown as GitHub reads it → HTML, by pandoc: maths become MathML, code is colored, nothing is left to a script.

All pages go through pandoc together, twice: to its tree of blocks, which is arranged here (figures, boxes that scroll,
links), and from there to HTML.
"""

import html
import json
import re
import struct
import subprocess
from pathlib import Path

from errors import SiteError

LANGUAGES = {
    "swift": "Swift code", "sh": "Shell commands", "bash": "Shell commands", "python": "Python code", "json": "JSON",
    "yaml": "YAML", "c": "C code", "makefile": "Makefile", "text": "Text",
}


def raw(text):
    return {"t": "RawBlock", "c": ["html", text]}


def raw_inline(text):
    return {"t": "RawInline", "c": ["html", text]}


def plain_text(node):
    """The words of a part of the tree, without markup."""
    if isinstance(node, list):
        return "".join(plain_text(part) for part in node)
    if not isinstance(node, dict):
        return ""
    kind, content = node["t"], node.get("c")
    if kind == "Str":
        return content
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if kind in ("Code", "CodeBlock"):
        return content[1]
    if kind == "Math":
        return content[1].strip("`")
    if kind in ("RawInline", "RawBlock"):
        return ""
    return plain_text(content)


def slug(text, taken):
    """The name that GitHub gives to a heading: links between pages use it."""
    name = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
    unique, count = name, 0
    while unique in taken:
        count += 1
        unique = f"{name}-{count}"
    taken.add(unique)
    return unique


def pandoc(arguments, text):
    """Runs pandoc; a warning is an error, because it means that a reader would see something else than was written."""
    result = subprocess.run(["pandoc", *arguments], input=text.encode(), capture_output=True)
    return result.stdout.decode(), result.stderr.decode().strip(), result.returncode


def convert(pages):
    """Sets the `html` of each page from its `text`.

    A page has `source` (its path in the repository), `text`, and `link(url)`, which gives the address of a link and
    throws `SiteError` for one that leads nowhere.
    """
    marked = "".join(f"\n\n<!-- page {number} -->\n\n{page.text}" for number, page in enumerate(pages))
    output, complaint, code = pandoc(["--from=gfm+tex_math_dollars", "--to=json"], marked)
    if code != 0 or complaint:
        raise SiteError(f"pandoc could not read the pages: {complaint}")
    document = json.loads(output)
    parts = split(document["blocks"], pages)
    blocks = []
    for number, (page, part) in enumerate(zip(pages, parts)):
        blocks += [raw(f"<!-- page {number} -->")] + Arrangement(page).arrange(part)
    document["blocks"] = blocks
    output, complaint, code = pandoc(["--from=json", "--to=html5", "--mathml", "--wrap=none"], json.dumps(document))
    texts = re.split(r"<!-- page \d+ -->\n?", output)[1:]
    for page, text in zip(pages, texts):
        page.html = cleaned(text)
        left = re.search(r'<span class="math [^"]*">(.*?)</span>', page.html, re.S)
        if left:
            formula = re.sub(r"<[^>]*>", "", left.group(1))
            raise SiteError(f"{page.source}: pandoc cannot read the formula {html.unescape(formula)}")
    if code != 0 or complaint:
        raise SiteError(f"pandoc could not write the pages: {complaint}")


def split(blocks, pages):
    """The blocks of each page, which the comments between them part."""
    parts = []
    for block in blocks:
        mark = re.fullmatch(r"<!-- page (\d+) -->\s*", block["c"][1]) if block["t"] == "RawBlock" else None
        if mark:
            if int(mark.group(1)) != len(parts):
                break
            parts.append([])
        elif not (block["t"] == "RawBlock" and block["c"][1].lstrip().startswith("<!--")):
            parts[-1].append(block)
    if len(parts) != len(pages):
        raise SiteError(f"{pages[len(parts) - 1].source}: a fence of code or an HTML block is not closed")
    return parts


def cleaned(text):
    """Pandoc's HTML without its marks on lines of code, and with no heading of a table's column that is empty."""
    text = re.sub(r'<a href="#cb\d+-\d+"[^>]*></a>', "", text)
    text = re.sub(r' id="cb\d+(-\d+)?"', "", text)
    text = re.sub(r"<th([^>]*)></th>", r"<td\1></td>", text)
    text = re.sub(r"<th(?=[ >])", '<th scope="col"', text)
    text = re.sub(r"<input type=\"checkbox\"[^>]*>", lambda box: "☑ " if "checked" in box.group() else "☐ ", text)
    return re.sub(r"<math.*?</math>", lambda formula: mathematics(formula.group()), text, flags=re.S)


def mathematics(text):
    """MathML as browsers draw it: they know a part of what pandoc writes (MathML Core)."""
    # Sizes need a unit, and only operators that stretch have them. Pandoc 3 writes them as percentages.
    text = re.sub(
        r'<mo minsize="([\d.]+)(%?)" maxsize="\1\2" stretchy="\w+"',
        lambda size: '<mo minsize="{0}em" maxsize="{0}em" stretchy="true" symmetric="true"'.format(
            float(size[1]) / (100 if size[2] else 1)), text)
    # Upright names: a word is one identifier, not one for each letter.
    text = re.sub(
        r'<mstyle mathvariant="normal">((?:<mi>[^<]*</mi>)+)</mstyle>',
        lambda word: upright(re.sub("<[^>]*>", "", word.group(1))), text)
    text = re.sub(
        r'(?:<mi mathvariant="normal">[^<]*</mi>)+', lambda word: upright(re.sub("<[^>]*>", "", word.group())), text)
    # The bars of a norm are a fence; those that pandoc writes are the sign of parallels.
    text = re.sub(r'(<mo [^>]*form="(?:prefix|postfix)"[^>]*>)∥', r"\1‖", text)

    def function(name):
        # A thin space around a function's name, as in print: none at the start and none before a bracket.
        is_first = re.search(r"<m\w+[^>]*>$", text[:name.start()])
        before_bracket = re.match(r'(<mrow>)?<mo[^>]*form="prefix"', text[name.end():])
        left, right = "0" if is_first else "0.167em", "0" if before_bracket else "0.167em"
        return f'<mo lspace="{left}" rspace="{right}">{name.group(1)}</mo>'

    return re.sub(r"<mo>([A-Za-z]{2,})</mo>", function, text)


def upright(name):
    return f"<mi>{name}</mi>" if len(name) > 1 else f'<mi mathvariant="normal">{name}</mi>'


class Arrangement:
    """One page on its way from pandoc's tree to a tree with our boxes around what may be wide."""

    def __init__(self, page):
        self.page = page
        self.taken = set()

    def arrange(self, blocks):
        result = []
        # Whether the block before is code with its source line, or an output: then plain text is an output as well.
        after_code = False
        blocks = with_captions(blocks)
        for position, block in enumerate(blocks):
            following = blocks[position + 1] if position + 1 < len(blocks) else None
            kind, content = block["t"], block.get("c")
            is_output = after_code
            after_code = False
            if kind == "Header":
                block["c"][1] = [slug(plain_text(content[2]), self.taken), [], []]
                result.append(self.inlines(block))
            elif kind == "CodeBlock":
                after_code = is_output and language(content) in ("text", "")
                result += self.code(content, is_output and language(content) in ("text", ""), following)
            elif kind == "Table":
                after_code = is_output
                result += self.table(block)
            elif kind == "BlockQuote":
                after_code = is_output
                result += self.quote(content)
            elif kind in ("Para", "Plain"):
                if is_page_links(content):
                    continue
                if is_source_line(content):
                    after_code = True
                    result += [raw('<p class="source">'), self.inlines({"t": "Plain", "c": content[1:-1]}), raw("</p>")]
                elif first_image(content) is not None:
                    after_code = is_output
                    result += self.figure(content)
                else:
                    result += self.paragraph(kind, content)
            elif kind == "Figure":  # pandoc 3 makes one of a picture alone
                result += self.figure(content[2][0]["c"])
            elif kind in ("BulletList", "OrderedList"):
                items = content if kind == "BulletList" else content[1]
                items[:] = [self.arrange(item) for item in items]
                result.append(block)
            elif kind == "Div":
                content[1] = self.arrange(content[1])
                result.append(block)
            elif kind == "RawBlock":
                after_code = is_output and re.match(r"\s*</?(details|summary)", content[1]) is not None
                result.append(self.inlines(block))
            else:
                result.append(self.inlines(block))
        return result

    def inlines(self, node):
        """Rewrites links, pictures within text and formulas, in place."""
        if isinstance(node, list):
            node[:] = [self.inlines(part) for part in node]
        elif isinstance(node, dict):
            if node["t"] == "Math":
                # GitHub's form of an inline formula has backticks within the dollars.
                node["c"][1] = tex(node["c"][1])
            elif node["t"] == "Link":
                node["c"][2][0] = self.page.link(node["c"][2][0])
                self.inlines(node["c"][1])
            elif node["t"] == "Image":
                return raw_inline(self.image(node))
            elif node["t"] == "Note":
                raise SiteError(f"{self.page.source}: footnotes are not supported: {plain_text(node)[:60]}")
            elif node["t"] in ("RawBlock", "RawInline"):
                node["c"][1] = re.sub(
                    r'(\b(?:href|src))="([^"]*)"', lambda m: f'{m[1]}="{self.page.link(m[2])}"', node["c"][1])
            else:
                self.inlines(node.get("c"))
        return node

    def paragraph(self, kind, content):
        """Displayed formulas stand in boxes of their own, because a box can scroll and a formula cannot."""
        result, run = [], []

        def flush():
            while run and run[0]["t"] in ("Space", "SoftBreak"):
                run.pop(0)
            if run:
                result.append(self.inlines({"t": kind, "c": list(run)}))
            run.clear()

        for inline in content:
            if inline["t"] == "Math" and inline["c"][0]["t"] == "DisplayMath":
                flush()
                result += self.formula(inline["c"][1])
            else:
                run.append(inline)
        flush()
        return result

    def formula(self, text):
        math = {"t": "Math", "c": [{"t": "DisplayMath"}, tex(text)]}
        return [
            raw('<div class="formula scroll" role="group" aria-label="Formula" tabindex="0">'),
            {"t": "Plain", "c": [math]}, raw("</div>"),
        ]

    def code(self, content, is_output, following):
        name = language(content)
        if name == "math":
            return self.formula(content[1])
        label = "Output" if is_output else LANGUAGES.get(name, "Code")
        if following and following["t"] == "Para" and is_source_line(following["c"]):
            label += ", " + plain_text(following["c"])
        kind = "output" if is_output else "listing"
        return [
            raw(f'<div class="{kind}"><div class="scroll" role="group" aria-label="{html.escape(label)}" tabindex="0">'),
            {"t": "CodeBlock", "c": [["", [name] if name else [], []], content[1]]}, raw("</div></div>"),
        ]

    def table(self, block):
        columns = block["c"][2]
        for column in columns:
            column[1] = {"t": "ColWidthDefault"}
        headings = [plain_text(cell[4]).strip() for row in block["c"][3][1] for cell in row[1]]
        label = "Table: " + ", ".join(heading for heading in headings if heading)
        return [
            raw(f'<div class="table scroll" role="group" aria-label="{html.escape(label)}" tabindex="0">'),
            self.inlines(block), raw("</div>"),
        ]

    def quote(self, content):
        """A quotation, or one of GitHub's notes with a word such as [!NOTE] on top."""
        inner = self.arrange(content)
        word = re.match(r"\[!(\w+)\]", plain_text(inner[0])) if inner and inner[0]["t"] == "Para" else None
        if not word:
            return [{"t": "BlockQuote", "c": inner}]
        inner[0]["c"] = inner[0]["c"][2:]
        title = word.group(1).capitalize()
        return [{"t": "BlockQuote", "c": [raw(f'<p class="note-title">{title}</p>')] + inner}]

    def figure(self, content):
        """A picture with the caption that stands in italics below it, or pictures side by side."""
        pictures = [part for part in content if part["t"] in ("Image", "Link")]
        caption = [part for part in content if part["t"] == "Emph"]
        result = [raw("<figure>"), {"t": "Plain", "c": [self.inlines(picture) for picture in pictures]}]
        if caption:
            words = {"t": "Plain", "c": self.inlines(caption[0]["c"])}
            result += [raw("<figcaption>"), words, raw("</figcaption>")]
        return result + [raw("</figure>")]

    def image(self, node):
        alternative, address = plain_text(node["c"][1]).strip(), node["c"][2][0]
        if not alternative:
            raise SiteError(f"{self.page.source}: the picture {address} has no alternative text")
        file = self.page.file(address)
        width, height = picture_size(file)
        size = f' width="{width}" height="{height}"' if width else ""
        pixels = ' class="pixels"' if file.suffix == ".png" and width and width < 400 else ""
        picture = f'<img src="{self.page.link(address)}" alt="{html.escape(alternative)}"{size}{pixels}>'
        narrow = file.with_suffix(".narrow" + file.suffix)
        if not narrow.exists():
            return picture
        # Drawn anew for a telephone, where the words of the wide picture would be too small.
        width, height = picture_size(narrow)
        source = self.page.link(address.removesuffix(file.suffix) + ".narrow" + file.suffix)
        return (f'<picture><source media="(max-width: 600px)" srcset="{source}" width="{width}" height="{height}">'
                f"{picture}</picture>")


def tex(text):
    """A formula as pandoc reads it: without GitHub's backticks, and with a name that Debian's pandoc lacks."""
    return re.sub(r"\\Bigl(?![A-Za-z])", r"\\Big", text.strip().strip("`"))


def language(content):
    return content[0][1][0] if content[0][1] else ""


def is_source_line(content):
    """`<sub>[file, lines 1–9](…)</sub>`, which stands below code."""
    return (
        len(content) >= 3 and content[0] == raw_inline("<sub>") and content[-1] == raw_inline("</sub>")
        and any(part["t"] == "Link" for part in content))


def is_page_links(content):
    """`[← before](…) · [All lessons](README.md) · [after →](…)`: the site has these links in a place of its own."""
    links = [plain_text(part["c"][1]) for part in content if part["t"] == "Link"]
    others = [part for part in content if part["t"] not in ("Link", "Space", "SoftBreak") and part.get("c") != "·"]
    return not others and any(text.startswith("←") or text.endswith("→") for text in links)


def with_captions(blocks):
    """The blocks with the line in italics below a picture in one paragraph with it: its caption."""
    result = []
    for block in blocks:
        before = result[-1] if result else None
        is_caption = block["t"] == "Para" and [part["t"] for part in block["c"]] == ["Emph"]
        if is_caption and before and before["t"] == "Figure":  # pandoc 3 makes one of a picture alone
            before = result[-1] = {"t": "Para", "c": before["c"][2][0]["c"]}
        if is_caption and before and before["t"] == "Para" and first_image(before["c"]) is not None:
            before["c"] = before["c"] + block["c"]
        else:
            result.append(block)
    return result


def first_image(content):
    """The picture that a paragraph begins with, if nothing but pictures and a caption stands in it."""
    kinds = [part["t"] for part in content if part["t"] not in ("Space", "SoftBreak", "LineBreak")]
    if kinds and kinds[0] == "Link" and [part["t"] for part in content[0]["c"][1]] == ["Image"]:
        kinds[0] = "Image"
    is_figure = kinds and kinds[0] == "Image" and kinds.count("Emph") <= 1
    return content[0] if is_figure and set(kinds) <= {"Image", "Link", "Emph"} else None


def picture_size(file):
    """Width and height in pixels, so that the page does not move when the picture arrives; zeros if they are not told."""
    data = Path(file).read_bytes()
    if data.startswith(b"\x89PNG"):
        return struct.unpack(">II", data[16:24])
    root = re.search(rb"<svg[^>]*>", data)
    if root:
        sizes = [re.search(rb'\s%s="([\d.]+)(?:px)?"' % name, root.group()) for name in (b"width", b"height")]
        if all(sizes):
            return tuple(round(float(size.group(1))) for size in sizes)
        box = re.search(rb'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"', root.group())
        if box:
            return round(float(box.group(1))), round(float(box.group(2)))
    return 0, 0
