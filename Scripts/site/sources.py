"""Pages of source files, for the links from lessons and reference to lines of the repository."""

import html
import re

# What pandoc calls the languages of this repository.
LANGUAGES = {
    ".swift": "swift", ".py": "python", ".sh": "bash", ".md": "markdown", ".json": "json", ".yml": "yaml", ".c": "c",
    ".h": "c", "Makefile": "makefile",
}


def markdown(path, text):
    """The file as one block of code, behind a fence that is longer than any within."""
    longest = max([2] + [len(run) for run in re.findall(r"`{3,}", text)])
    fence = "`" * (longest + 1)
    name = LANGUAGES.get(path.suffix) or LANGUAGES.get(path.name) or "text"
    return f"# {html.escape(str(path))}\n\n{fence}{name}\n{text.rstrip(chr(10))}\n{fence}\n"


def numbered(article, lines, ranges):
    """Line numbers beside the code, and behind it a mark for each range of lines that some page links to.

    A mark is an empty box with the range's name. The browser shows the one that the address names, without a script.
    """
    marks = "".join(
        f'<span class="range" id="{name}" style="--first:{first};--count:{last - first + 1}"></span>'
        for name, first, last in sorted(ranges, key=lambda item: (item[1], item[2])))
    numbers = "\n".join(str(number) for number in range(1, lines + 1))
    column = f'<pre class="numbers" aria-hidden="true">{numbers}</pre>'
    return re.sub(
        r'(<div class="listing">)(<div class="scroll"[^>]*>)',
        lambda match: f"{match[1]}{match[2]}<div class=\"lines\">{marks}{column}",
        article, count=1).replace("</div></div>", "</div></div></div>", 1)


def lines_of(fragment):
    """First and last line of `L12` or `L12-L40`, or nothing."""
    match = re.fullmatch(r"L(\d+)(?:-L(\d+))?", fragment)
    return (int(match[1]), int(match[2] or match[1])) if match else None
