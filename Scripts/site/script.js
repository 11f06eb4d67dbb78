// What makes reading easier and is not needed for it: search, the choice of light or dark, buttons that copy code.
"use strict";

const root = document.body.dataset.root;

// MARK: Light, dark, or what the system says

const themes = { system: "System", light: "Light", dark: "Dark" };
const themeButton = document.querySelector(".theme");

function showTheme(name) {
  document.documentElement.dataset.theme = name;
  themeButton.textContent = `◐ ${themes[name]}`;
  themeButton.setAttribute("aria-label", `Colors: ${themes[name]}. Change`);
}

themeButton.addEventListener("click", () => {
  const names = Object.keys(themes);
  const next = names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length];
  showTheme(next);
  try { localStorage.setItem("theme", next); } catch { /* A browser may forbid storage to files: then it lasts for the page. */ }
});
showTheme(document.documentElement.dataset.theme in themes ? document.documentElement.dataset.theme : "system");
themeButton.hidden = false;

// MARK: Copying code

for (const code of document.querySelectorAll(".listing pre.sourceCode > code")) {
  const listing = code.closest(".listing");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const copied = await copy(code.textContent);
    button.textContent = copied ? "Copied" : "Not copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  listing.append(button);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Where a page from a file may not use the clipboard directly.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
}

// MARK: Boxes that scroll are stops of the Tab key only where there is something to scroll

function markBoxes() {
  for (const box of document.querySelectorAll(".scroll")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; else box.removeAttribute("tabindex");
  }
}
markBoxes();
addEventListener("resize", markBoxes);
document.addEventListener("toggle", markBoxes, true);

// MARK: The section on screen, in the outline; on a small screen the outline begins folded

if (innerWidth <= 860) document.querySelector(".outline details")?.removeAttribute("open");

const outlineLinks = new Map();
for (const link of document.querySelectorAll(".outline a")) {
  const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (heading) outlineLinks.set(heading, link);
}
function markSection() {
  let current;
  for (const [heading, link] of outlineLinks) {
    link.removeAttribute("aria-current");
    if (heading.getBoundingClientRect().top < innerHeight / 3) current = link;
  }
  current?.setAttribute("aria-current", "true");
}
let isWaiting = false;
addEventListener("scroll", () => {
  if (isWaiting) return;
  isWaiting = true;
  requestAnimationFrame(() => { isWaiting = false; markSection(); });
}, { passive: true });
markSection();
document.querySelector(".contents a[aria-current]")?.scrollIntoView({ block: "nearest", behavior: "instant" });

// MARK: Search

const form = document.querySelector(".search");
const field = form.querySelector("input");
const panel = form.querySelector(".results");
const list = panel.querySelector("ol");
const count = panel.querySelector(".count");
const limit = 30;
let folded;

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** The index is a script, because a page from a file may not fetch another file; it is loaded at the first use. */
function loadIndex() {
  if (document.querySelector("script[data-index]")) return;
  const script = document.createElement("script");
  script.src = `${root}assets/search-index.js`;
  script.dataset.index = "";
  script.addEventListener("load", () => {
    folded = window.searchIndex.map(([address, page, heading, text]) =>
      ({ address, page, heading, text, inHeading: fold(`${heading} ${page}`), inText: fold(text) }));
    search();
  });
  document.head.append(script);
}

function search() {
  const words = fold(field.value).split(/\s+/).filter(Boolean);
  if (!folded || words.length === 0) {
    panel.hidden = true;
    return;
  }
  const found = [];
  for (const entry of folded) {
    let score = 0;
    const all = words.every((word) => {
      if (entry.inHeading.includes(word)) {
        score += fold(entry.heading).split(/[^\p{L}\p{N}]+/u).includes(word) ? 8 : 4;
        return true;
      }
      if (!entry.inText.includes(word)) return false;
      score += 1;
      return true;
    });
    if (all) found.push({ entry, score: score + (entry.address.startsWith("lessons/") ? 1 : 0) });
  }
  found.sort((one, other) => other.score - one.score);
  count.textContent = found.length > limit ? `${found.length} places, the best ${limit}` : `${found.length} places`;
  if (found.length === 1) count.textContent = "1 place";
  list.replaceChildren(...found.slice(0, limit).map(({ entry }) => row(entry, words)));
  panel.hidden = false;
}

function row(entry, words) {
  const link = document.createElement("a");
  link.href = root + entry.address;
  link.textContent = entry.heading || entry.page;
  const place = document.createElement("small");
  const at = Math.max(0, Math.min(...words.map((word) => entry.inText.indexOf(word)).filter((index) => index >= 0)) - 40);
  const start = Number.isFinite(at) ? at : 0;
  const excerpt = entry.text.slice(start, start + 140);
  if (entry.heading !== entry.page) place.append(`${entry.page}: `);
  place.append(...marked((start > 0 ? "…" : "") + excerpt + (start + 140 < entry.text.length ? "…" : ""), words));
  link.append(place);
  const item = document.createElement("li");
  item.append(link);
  return item;
}

/** The text in pieces, the words that were sought as marks. */
function marked(text, words) {
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "iu");
  return text.split(pattern).map((piece, index) => {
    if (index % 2 === 0) return piece;
    const mark = document.createElement("mark");
    mark.textContent = piece;
    return mark;
  });
}

field.addEventListener("focus", loadIndex);
field.addEventListener("input", () => { loadIndex(); search(); });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  list.querySelector("a")?.click();
});
form.addEventListener("keydown", (event) => {
  const links = [...list.querySelectorAll("a")];
  const place = links.indexOf(document.activeElement);
  if (event.key === "Escape") {
    panel.hidden = true;
    field.focus();
  } else if (event.key === "ArrowDown" && links.length > 0) {
    links[Math.min(place + 1, links.length - 1)].focus();
    event.preventDefault();
  } else if (event.key === "ArrowUp" && place >= 0) {
    (place === 0 ? field : links[place - 1]).focus();
    event.preventDefault();
  }
});
form.addEventListener("focusout", (event) => {
  if (event.relatedTarget && !form.contains(event.relatedTarget)) panel.hidden = true;
});
document.addEventListener("click", (event) => {
  if (!form.contains(event.target)) panel.hidden = true;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    field.focus();
    field.select();
  }
});
form.hidden = false;
