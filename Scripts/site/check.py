#!/usr/bin/env python3
"""Opens every page of the built site in Chromium, from the folder, and looks for what a reader would stumble over.

    python3 Scripts/site/check.py [site] [--pictures DIR] [--only TEXT] [--axe FILE]

On each page, at 390 and 1,280 pixels, light and dark: messages in the console, requests that fail or leave the folder,
pictures and formulas that do not show, TeX left in the text, a page or a part of it wider than the screen, links that lead
nowhere, and what axe-core says about accessibility. Then once: the pages without scripts, the search, the choice of
colors, and the keyboard.
"""

import argparse
import base64
import concurrent.futures
import json
import os
import queue
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urldefrag

import browser
from browser import Browser, BrowserError, Tab

REPOSITORY = Path(__file__).resolve().parent.parent.parent
WIDTHS = {390: 844, 1280: 800}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL_RULES = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "rules": {"target-size": {"enabled": True}}}
# What depends on the width. The contrast of light colors is measured below: axe-core takes seconds for it on a long page.
WIDTH_RULES = {"runOnly": {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}}

# What can be seen of a page at one width. Each function of a page's script gives lines of text, one for each fault.
LOOK = """
(() => {
  const faults = [];
  const name = (element) => {
    const classes = typeof element.className === "string" && element.className ? "." + element.className.split(" ")[0] : "";
    return `<${element.localName}${classes}> ${(element.textContent || element.alt || "").trim().slice(0, 40)}`;
  };
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width)
    faults.push(`the page is ${document.documentElement.scrollWidth} pixels wide`);
  for (const details of document.querySelectorAll("article details")) details.open = true;
  for (const image of document.images) {
    const box = image.getBoundingClientRect();
    if (!image.complete || image.naturalWidth === 0) faults.push(`the picture ${image.getAttribute("src")} does not show`);
    else if (box.width < 1 || box.height < 1) faults.push(`the picture ${image.getAttribute("src")} has no size`);
    if (!image.alt.trim()) faults.push(`the picture ${image.getAttribute("src")} has no alternative text`);
  }
  for (const formula of document.querySelectorAll("math")) {
    const box = formula.getBoundingClientRect();
    const tex = formula.querySelector("annotation")?.textContent ?? "";
    if (box.width < 1 || box.height < 1) faults.push(`the formula ${tex} has no size`);
    if (formula.querySelector("merror")) faults.push(`the formula ${tex} has an error`);
    if (!formula.querySelector("mi, mn, mo, mtext")) faults.push(`the formula ${tex} is empty`);
  }
  const texts = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  for (let text; text = texts.nextNode();) {
    if (text.parentElement.closest("code, pre, annotation, script")) continue;
    const found = text.data.match(/\\$[`\\\\A-Za-z{(][^$]*\\$|\\\\[A-Za-z]{2,}/);
    if (found) faults.push(`TeX in the text: ${found[0].slice(0, 60)}`);
  }
  const outside = (element) =>
    element.parentElement.closest(".scroll, math") || element.matches(".skip, .results, .results *")
      ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
  const elements = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT, outside);
  for (let element; element = elements.nextNode();) {
    const box = element.getBoundingClientRect();
    if (box.width > 0 && (box.right > width + 1 || box.left < -1))
      faults.push(`${name(element)} is cut off: from ${Math.round(box.left)} to ${Math.round(box.right)} of ${width}`);
  }
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => {
    const [red, green, blue] = color.map((value) => value / 255)
      .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const backgrounds = new Map();
  const background = (element) => {
    if (!element) return [255, 255, 255];
    if (!backgrounds.has(element)) {
      const [red, green, blue, alpha = 1] = numbers(getComputedStyle(element).backgroundColor);
      backgrounds.set(element, alpha === 0 ? background(element.parentElement) : [red, green, blue]);
    }
    return backgrounds.get(element);
  };
  const known = new Set();
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; text = words.nextNode();) {
    const element = text.parentElement;
    if (!text.data.trim() || !element.checkVisibility() || element.closest("script, style, annotation")) continue;
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const pair = [style.color, background(element), isLarge].join();
    if (known.has(pair)) continue;
    known.add(pair);
    const [dark, light] = [luminance(numbers(style.color)), luminance(background(element))].sort((one, other) => one - other);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < (isLarge ? 3 : 4.5)) faults.push(`${name(element)} has a contrast of ${contrast.toFixed(2)}`);
  }
  return faults;
})()
"""

AXE = """
axe.run(document, { ...%s, resultTypes: ["violations"], preload: false })
  .then((result) => result.violations.map((violation) =>
    `${violation.id} (${violation.help}), ${violation.nodes.length} times, the first: ${violation.nodes[0].target} `
    + (violation.nodes[0].failureSummary ?? "").replace(/\\s+/g, " ").slice(0, 200)))
"""


class Check:
    def __init__(self, folder, axe):
        self.folder = folder
        self.axe = axe
        self.faults = {}  # in the order in which they were found, each once
        self.names = {}
        # Pages of source files differ in their words only. axe-core looks at one for each kind of file.
        self.spared = set()

    def fault(self, page, text):
        self.faults[f"{page.relative_to(self.folder)}: {text}"] = True

    def run(self, pages, pictures=None):
        """All checks, in as many browsers as there are processors; gives the faults in the order of the pages."""
        self.spared = spared(self.folder, pages)
        kinds = sample(self.folder, pages)
        count = min(4, os.cpu_count() or 1, len(pages))
        tabs = [Tab(Browser(browser.find())) for _ in range(count)]
        free = queue.Queue()
        for tab in tabs:
            free.put(tab)

        def work(page):
            tab = free.get()
            try:
                self.page(tab, page, pictures)
                if page not in self.spared:
                    self.without_script(tab, page)
                if page in kinds:
                    if kinds[page] != "source":
                        self.search(tab, page)
                    self.colors(tab, page)
                    self.keyboard(tab, page)
            except BrowserError as error:
                raise BrowserError(f"{page.relative_to(self.folder)}: {error}") from error
            finally:
                free.put(tab)

        try:
            with concurrent.futures.ThreadPoolExecutor(count) as pool:
                # Long pages first, so that no browser is left with one at the end.
                list(pool.map(work, sorted(pages, key=lambda page: -page.stat().st_size)))
        finally:
            for tab in tabs:
                tab.browser.close()
        self.links()
        return sorted(self.faults)

    def page(self, tab, page, pictures):
        """One page at all widths and colors. It is loaded once, at the narrow width; the window then grows."""
        tab.view(390, WIDTHS[390], dark=True)
        self.look_at_events(page, tab.open(page.as_uri()))
        for width, height in WIDTHS.items():
            for dark in (True, False):
                # The colors of a source file's page change nothing in its layout.
                if page in self.spared and (width == 390) != dark and not pictures:
                    continue
                tab.view(width, height, dark)
                place = f"at {width} pixels, {'dark' if dark else 'light'}"
                for text in tab.evaluate(LOOK):
                    self.fault(page, f"{place}: {text}")
                # All rules once, and at the other width those that depend on it.
                if (width == 390) == dark and page not in self.spared:
                    self.accessibility(tab, page, place, ALL_RULES if width == 390 else WIDTH_RULES)
                if pictures:
                    self.picture(tab, page, width, height, dark, pictures)
        self.look_at_events(page, tab.events())
        self.names[page] = tab.evaluate("""({
          names: [...document.querySelectorAll("[id]")].map((element) => element.id),
          links: [...document.links].map((link) => link.href) })""")

    def accessibility(self, tab, page, place, rules):
        if not tab.evaluate("typeof axe !== 'undefined'"):
            tab.evaluate(self.axe)
        for text in tab.evaluate(AXE % json.dumps(rules)):
            self.fault(page, f"{place}: {text}")

    def look_at_events(self, page, events):
        for event in events:
            method, values = event["method"], event["params"]
            if method == "Runtime.exceptionThrown":
                details = values["exceptionDetails"]
                self.fault(page, f"script: {details.get('exception', {}).get('description', details['text'])}")
            elif method == "Runtime.consoleAPICalled" and values["type"] in ("error", "warning", "assert"):
                words = " ".join(str(value.get("value", "")) for value in values["args"])
                self.fault(page, f"console: {words}")
            elif method == "Log.entryAdded" and values["entry"]["level"] in ("error", "warning"):
                self.fault(page, f"console: {values['entry']['text']} {values['entry'].get('url', '')}")
            elif method == "Network.requestWillBeSent":
                address = values["request"]["url"]
                if not address.startswith((self.folder.as_uri() + "/", "data:")):
                    self.fault(page, f"asks for {address}")
            elif method == "Network.loadingFailed":
                self.fault(page, f"a request failed: {values['errorText']}")

    def picture(self, tab, page, width, height, dark, folder):
        name = str(page.relative_to(self.folder)).replace("/", "-").removesuffix(".html")
        size = tab.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": width, "height": min(size["height"], 16000), "scale": 1}
        data = tab.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"]
        (folder / f"{name}-{width}-{'dark' if dark else 'light'}.png").write_bytes(base64.b64decode(data))

    def links(self):
        """Every link between pages, with the name within the page that it leads to."""
        names = {page: set(found["names"]) for page, found in self.names.items()}
        for page, found in self.names.items():
            for address in found["links"]:
                if not address.startswith("file:"):
                    continue
                path, fragment = urldefrag(address)
                target = Path(unquote(path.removeprefix("file://")))
                if not target.is_file():
                    self.fault(page, f"the link {address} leads to no file")
                elif fragment and target in names and unquote(fragment) not in names[target]:
                    self.fault(page, f"the link {address} names nothing on its page")

    def without_script(self, tab, page):
        """A reader without scripts sees the same text, pictures and formulas, and nothing that would not work."""
        tab.call("Emulation.setScriptExecutionDisabled", value=False)
        tab.view(1280, 800, dark=False)
        count = """({ text: document.querySelector("article").innerText.length,
          formulas: [...document.querySelectorAll("math")].filter((one) => one.getBoundingClientRect().width > 0).length,
          pictures: [...document.images].filter((one) => one.naturalWidth > 0).length,
          useless: [...document.querySelectorAll(".search, .theme, .copy")].filter((one) => one.checkVisibility()).length })"""
        copy_buttons = "document.querySelectorAll('.copy').forEach((button) => button.remove())"
        tab.open(page.as_uri())
        tab.evaluate(copy_buttons)
        expected = tab.evaluate(count)
        tab.call("Emulation.setScriptExecutionDisabled", value=True)
        tab.open_without_script(page.as_uri())
        found = tab.evaluate(count)
        tab.call("Emulation.setScriptExecutionDisabled", value=False)
        for key in ("text", "formulas", "pictures"):
            if found[key] != expected[key]:
                self.fault(page, f"without scripts: {key} {found[key]}, with them {expected[key]}")
        if found["useless"]:
            self.fault(page, "without scripts: the search, the choice of colors or a copy button is shown")

    def search(self, tab, page):
        """A word of the page is found by the search, and the page is among the results."""
        tab.view(1280, 800, dark=False)
        tab.open(page.as_uri())
        word = tab.evaluate("document.querySelector('article h2, article h1').textContent.trim().split(/\\s+/).pop()")
        tab.evaluate("document.querySelector('.search input').focus()")
        tab.call("Input.insertText", text=word)
        found = self.until(tab, "[...document.querySelectorAll('.results a')].map((link) => link.href)", bool)
        if not any(address.startswith(page.as_uri()) for address in found or []):
            self.fault(page, f"the search for {word!r} does not find this page: {found}")
        if found:
            self.accessibility(tab, page, "with results of a search", ALL_RULES)
        tab.press("ArrowDown")
        if not tab.evaluate("document.activeElement === document.querySelector('.results a')"):
            self.fault(page, "the arrow key does not go to the first result")
        tab.press("Escape")
        if tab.evaluate("document.querySelector('.results').checkVisibility()"):
            self.fault(page, "the Escape key does not close the results")
        self.look_at_events(page, tab.events())

    def until(self, tab, expression, accept, patience=20):
        limit = time.monotonic() + patience
        value = tab.evaluate(expression)
        while not accept(value) and time.monotonic() < limit:
            time.sleep(0.05)
            value = tab.evaluate(expression)
        return value

    def colors(self, tab, page):
        """The button goes through system, light and dark, and the choice holds on the next page."""
        tab.view(1280, 800, dark=False)
        tab.open(page.as_uri())
        background = "getComputedStyle(document.body).backgroundColor"
        tab.evaluate("try { localStorage.removeItem('theme') } catch {}")
        light = tab.evaluate(background)
        tab.evaluate("document.querySelector('.theme').click()")
        if tab.evaluate(background) != light:
            self.fault(page, "the choice of light colors changes a light page")
        tab.evaluate("document.querySelector('.theme').click()")
        dark = tab.evaluate(background)
        if dark == light:
            self.fault(page, "the choice of dark colors changes nothing")
        tab.open(page.as_uri())
        if tab.evaluate(background) != dark:
            self.fault(page, "the choice of dark colors is forgotten")
        tab.evaluate("document.querySelector('.theme').click()")
        tab.view(1280, 800, dark=True)
        if tab.evaluate(background) != dark:
            self.fault(page, "the page does not follow the system's colors")

    def keyboard(self, tab, page):
        """The Tab key reaches the skip link, the search, the contents and the text; the focus can be seen."""
        tab.view(1280, 800, dark=False)
        tab.open(page.as_uri())
        reached = []
        for _ in range(400):
            tab.press("Tab")
            found = tab.evaluate("""(() => {
              const at = document.activeElement, style = getComputedStyle(at);
              const part = [".skip", ".search", ".theme", ".contents", "article"].find((part) => at.closest(part));
              return [part ?? at.localName, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0]; })()""")
            if found[0] == "body":
                break
            if not found[1]:
                self.fault(page, f"the focus cannot be seen in {found[0]}")
            reached.append(found[0])
            if found[0] == "article":
                break
        if not reached or reached[0] != ".skip":
            self.fault(page, "the Tab key does not reach the skip link first")
        for part in (".search", ".theme", ".contents"):
            if part not in reached:
                self.fault(page, f"the Tab key does not reach {part}")
        tab.view(390, 844, dark=False)
        tab.open(page.as_uri())
        tab.evaluate("document.querySelector('.menu').click()")
        if not tab.evaluate("document.querySelector('.contents').checkVisibility()"):
            self.fault(page, "the button for the contents does not show them")
        tab.press("Escape")
        if tab.evaluate("document.querySelector('.contents').checkVisibility()"):
            self.fault(page, "the Escape key does not close the contents")


def main():
    parser = argparse.ArgumentParser(description="Opens every page of the site in Chromium and looks for faults.")
    parser.add_argument("folder", type=Path, nargs="?", default=REPOSITORY / "site")
    parser.add_argument("--axe", type=Path, default=REPOSITORY / ".build-site/axe.min.js", help="axe-core's script")
    parser.add_argument("--only", default="", help="only pages whose path has this text")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of every page at both widths, light and dark")
    options = parser.parse_args()
    if not browser.find():
        sys.exit("error: there is no Chromium on the PATH; CHROMIUM=/path/to/it names one")
    folder = options.folder.resolve()
    pages = [page for page in sorted(folder.rglob("*.html")) if options.only in str(page.relative_to(folder))]
    if not pages:
        sys.exit(f"error: there are no pages in {folder}: `make site` makes them")
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    if not options.axe.is_file():
        sys.exit(f"error: there is no {options.axe}: `make setup-site` fetches it")
    faults = Check(folder, options.axe.read_text()).run(pages, options.pictures)
    for fault in faults:
        print(f"fault: {fault}")
    print(f"{len(pages)} pages, {len(faults)} faults")
    sys.exit(1 if faults else 0)


def kind(folder, page):
    return page.relative_to(folder).parts[0] if page.parent != folder else ""


def sample(folder, pages):
    """One page of each kind, with its kind: the front page or the first of a folder."""
    kinds = {}
    for page in pages:
        kinds.setdefault(kind(folder, page), page)
    return {page: name for name, page in kinds.items()}


def spared(folder, pages):
    """The pages of source files but the first of each kind of file."""
    seen, result = set(), set()
    for page in pages:
        if kind(folder, page) == "source":
            ending = page.name.removesuffix(".html").rpartition(".")[2]
            if ending in seen:
                result.add(page)
            seen.add(ending)
    return result


if __name__ == "__main__":
    try:
        main()
    except BrowserError as error:
        sys.exit(f"error: {error}")
