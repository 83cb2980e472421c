// Keys for daily work on every page. They never work while somebody writes, and can be turned off (WCAG 2.1.4).
// A list takes part with `data-row` on the link of each row; what a key does to a row carries `data-key` in the same item.

const CHOICE = "daleel.keys";
const dialog = document.getElementById("keys");
const choice = document.getElementById("keys-on");

const isOn = () => localStorage.getItem(CHOICE) !== "off";
const isWriting = (target) => target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-row]")];
const here = () => document.activeElement?.closest("li, tr")?.querySelector("[data-row]");

function move(step) {
  const all = rows();
  const now = all.indexOf(here());
  const next = all[now === -1 ? (step > 0 ? 0 : all.length - 1) : now + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return Boolean(next);
}

function press(key) {
  const button = here()?.closest("li, tr").querySelector(`[data-key="${key}"]:not(:disabled)`);
  button?.click();
  return Boolean(button);
}

function search() {
  const field = document.querySelector("main input[type=search]");
  const page = document.querySelector("[data-search]");
  if (field) field.focus();
  else if (page) location.href = page.href;
  return Boolean(field || page);
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: () => Boolean(here()) && move(1),
  ArrowUp: () => Boolean(here()) && move(-1),
  c: () => press("c"),
  x: () => press("x"),
  "/": search,
  "?": () => !dialog.open && (dialog.showModal(), true),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!isOn() || dialog.open || isWriting(event.target)) return;
  // On an Arabic keyboard the letter is another one: then the place of the key counts.
  const name = event.key in KEYS ? event.key : event.key.length === 1 && event.key > "\u007f" ? LATIN[event.code] : null;
  if (name ? KEYS[name]() : pressOfPage(event)) event.preventDefault();
});

// What a page offers by a key of its own carries `data-page-key`.
function pressOfPage(event) {
  const key = event.key > "\u007f" ? OF_PAGES[event.code] : event.key;
  const button = /^[a-z]$/.test(key ?? "") && document.querySelector(`[data-page-key="${key}"]:not(:disabled)`);
  if (button) button.click();
  return Boolean(button);
}

const OF_PAGES = { KeyR: "r", KeyN: "n" };
const LATIN = { KeyJ: "j", KeyK: "k", KeyC: "c", KeyX: "x" };

for (const button of document.querySelectorAll("[data-show-keys]")) {
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
}
choice.checked = isOn();
choice.addEventListener("change", () => localStorage.setItem(CHOICE, choice.checked ? "on" : "off"));
