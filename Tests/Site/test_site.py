#!/usr/bin/env python3
"""Tests of the site's build and of its browser test: both must find what is wrong with a page.

`make check-site` runs them. Each mistake stands on a page of its own, and the page says what must be heard of it.
"""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SCRIPTS = REPOSITORY / "Scripts/site"
sys.path.insert(0, str(SCRIPTS))

import browser  # noqa: E402
from check import Check  # noqa: E402

# One white pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe0def46b8"
    "0000000049454e44ae426082")

PAGES = {
    "index.md": "# Front page\n\nThe [lesson](lessons/01-first.md) and the [guide](guide.md#second-part).\n",
    "guide.md": "# Guide\n\n## First part\n\nWords.\n\n## Second part\n\nMore words.\n",
    "lessons/README.md": "# Lessons\n\n- [First](01-first.md)\n",
    "lessons/01-first.md": """<!-- Generated. -->

# 1. First

[All lessons](README.md) · [2. Second →](README.md)

## 1.1 Formulas

Inline $`\\mathrm{softmax}(x)_i = \\frac{e^{x_i}}{\\sum_j e^{x_j}}`$ and displayed:

```math
\\Bigl(\\frac{Q K^\\top}{\\sqrt{d_k}}\\Bigr) V
```

## 1.2 Code

<details>
<summary>Set-up</summary>

```swift
let number = 1  // one
```
<sub>[Makefile, lines 1–2](../../Makefile#L1-L2)</sub>

</details>

```swift
show(number)
```
<sub>[Makefile, line 3](../../Makefile#L3)</sub>

```text
Number: 1
```

| | value |
|---|---:|
| number | 1 |

![A white pixel](figures/pixel.png)
*It is white.*
""",
}


class SiteTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="site-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.output = self.folder / "site"
        for name, text in PAGES.items():
            self.write(name, text)
        figures = self.folder / "docs/lessons/figures"
        figures.mkdir()
        (figures / "pixel.png").write_bytes(PIXEL)

    def write(self, name, text):
        file = self.folder / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def build(self):
        return subprocess.run(
            [sys.executable, SCRIPTS / "build.py", "--docs", self.folder / "docs", "--output", self.output,
             "--no-reference"], capture_output=True, text=True)

    def bytes(self):
        return {str(file): file.read_bytes() for file in sorted(self.output.rglob("*")) if file.is_file()}


class BuildTests(SiteTest):
    def test_the_same_pages_give_the_same_bytes(self):
        self.assertEqual(self.build().stderr, "")
        first = self.bytes()
        self.assertEqual(self.build().returncode, 0)
        self.assertEqual(self.bytes(), first)
        self.assertIn("lessons/01-first.html", "".join(first))

    def test_a_lesson_is_arranged(self):
        self.build()
        text = (self.output / "lessons/01-first.html").read_text()
        self.assertIn("<mi>softmax</mi>", text)
        self.assertIn('<mo minsize="1.8em" maxsize="1.8em" stretchy="true"', text)
        self.assertIn("<figcaption>\nIt is white.\n</figcaption>", text)
        self.assertIn('aria-label="Swift code, Makefile, line 3"', text)
        self.assertIn('<div class="output">', text)
        self.assertIn('<a href="../source/Makefile.html#L1-L2">', text)
        self.assertIn('<span class="kw">let</span>', text)
        self.assertIn('<a href="01-first.html" aria-current="page">', text)
        self.assertNotIn("2. Second →", text)
        self.assertIn('id="L1-L2" style="--first:1;--count:2"', (self.output / "source/Makefile.html").read_text())

    def test_mistakes_are_named_with_their_page(self):
        mistakes = {
            "A [link](missing.md).": "docs/guide.md:3: the link missing.md leads to no file",
            "A [link](index.md#nowhere).": "docs/guide.md: the link index.html#nowhere names no heading",
            "A [link](../../../elsewhere.md).": "docs/guide.md:3: the link ../../../elsewhere.md leads out",
            "A [link](../Makefile#L99999).": "docs/guide.md:3: Makefile has",
            "![](lessons/figures/pixel.png)": "docs/guide.md: the picture lessons/figures/pixel.png has no alternative",
            "![A pixel](pixel.png)": "docs/guide.md:3: there is no picture pixel.png",
            "A formula $\\nosuchname{1}$.": "docs/guide.md: pandoc cannot read the formula",
            "```swift\nnever closed": "docs/guide.md: a fence of code or an HTML block is not closed",
        }
        self.assertEqual(self.build().returncode, 0)
        before = self.bytes()
        for text, message in mistakes.items():
            with self.subTest(text):
                self.write("guide.md", f"# Guide\n\n{text}\n")
                result = self.build()
                self.assertEqual(result.returncode, 1)
                self.assertIn(message, result.stderr)
                self.assertEqual(self.bytes(), before)


class CheckTests(SiteTest):
    """Pages that are broken in one way each; the browser test has to name all of them and nothing else."""

    # What a page is broken by (a text and what comes in its place), and what must be said of it.
    FAULTS = {
        "console": ("</article>", "<script>console.error('a word')</script></article>", "console: a word"),
        "throw": ("</article>", "<script>null.x</script></article>", "script: TypeError"),
        "outside": ("</article>", '<script src="https://example.org/x.js"></script></article>',
                    "asks for https://example.org/x.js"),
        "missing": ("</article>", '<script src="x.js"></script></article>', "a request failed: net::ERR_FILE_NOT_FOUND"),
        "picture": ("figures/pixel.png", "figures/none.png", "the picture figures/none.png does not show"),
        "unnamed": ('alt="A white pixel"', 'alt=""', "has no alternative text"),
        "formula": ("</article>", "<math></math></article>", "is empty"),
        "hidden": ("<math ", '<math style="display: none" ', "has no size"),
        "wrong": ("</semantics></math>", "</semantics><merror><mi>x</mi></merror></math>", "has an error"),
        "tex": ("</article>", "<p>The loss \\frac{1}{2}.</p></article>", "TeX in the text: \\frac"),
        "dollars": ("</article>", "<p>The loss $`x_i`$.</p></article>", "TeX in the text: $`x_i`$"),
        "wide": ("</article>", '<p style="min-width: 1300px">Wide.</p></article>', "at 1280 pixels, light: the page is"),
        "narrow": ("</article>", '<p style="min-width: 500px">Wide.</p></article>', "at 390 pixels, light: the page is"),
        "cut": ("</article>", '<div style="overflow: hidden"><p style="min-width: 500px">Wide.</p></div></article>',
                "<p> Wide. is cut off"),
        "contrast": ("</article>", '<p style="color: #999; background: #fff">Pale.</p></article>', "light: <p> Pale. has a contrast of 2.8"),
        "dark": ("</article>", '<p style="color: light-dark(#000, #444)">Pale.</p></article>', "dark: color-contrast"),
        "light": ("</article>", '<p style="color: light-dark(#999, #fff)">Pale.</p></article>',
                  "at 1280 pixels, light: <p> Pale. has a contrast of 2.8"),
        "order": ("</article>", "<h5>Deep</h5></article>", "heading-order"),
        "label": ("</article>", "<input></article>", "label (Form elements must have labels)"),
        "link": ("</article>", '<a href="none.html">None</a></article>', "leads to no file"),
        "anchor": ("</article>", '<a href="index.html#none">None</a></article>', "names nothing on its page"),
        "script": ("</article>", "<script>document.querySelector('article').append('More')</script></article>",
                   "without scripts: text"),
        "useless": ('<form class="search" role="search" hidden>', '<form class="search" role="search">',
                    "without scripts: the search"),
    }
    # The same for what is tried on one page of each kind only: these stand in folders of their own.
    KINDS = {
        "colors": ("</head>", "<style>body { background: white !important }</style></head>",
                   "the choice of dark colors changes nothing"),
        "memory": ("</head>", "<script>localStorage.setItem = () => {}</script></head>",
                   "the choice of dark colors is forgotten"),
        "search": ("</head>", "<script>Object.defineProperty(window, 'searchIndex', { value: [] })</script></head>",
                   "does not find this page"),
        "skip": ('<a class="skip" href="#main">Skip to the text</a>', "", "does not reach the skip link first"),
        "focus": ("</head>", "<style>:focus-visible { outline: none !important }</style></head>",
                  "the focus cannot be seen"),
        "contents": (" popovertarget=", " data-target=", "the button for the contents does not show them"),
    }

    @unittest.skipUnless(browser.find(), "there is no Chromium")
    def test_every_fault_is_found(self):
        self.assertEqual(self.build().returncode, 0)
        lesson = (self.output / "lessons/01-first.html").read_text()
        expected = {}
        for name, (old, new, message) in self.FAULTS.items():
            self.break_page(f"lessons/{name}.html", lesson, old, new)
            expected[f"lessons/{name}.html"] = message
        for name, (old, new, message) in self.KINDS.items():
            text = lesson.replace('"figures/', '"../lessons/figures/')
            self.break_page(f"{name}/index.html", text, old, new)
            expected[f"{name}/index.html"] = message
        axe = REPOSITORY / ".build-site/axe.min.js"
        found = Check(self.output.resolve(), axe.read_text()).run(sorted(self.output.resolve().rglob("*.html")))
        for page, message in expected.items():
            with self.subTest(page):
                faults = [fault for fault in found if fault.startswith(page + ":")]
                self.assertTrue(any(message in fault for fault in faults), f"{message!r} is not in {faults}")
        others = [fault for fault in found if fault.split(":")[0] not in expected]
        self.assertEqual(others, [])

    def break_page(self, name, text, old, new):
        self.assertIn(old, text)
        file = self.output / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text.replace(old, new, 1))


if __name__ == "__main__":
    unittest.main()
