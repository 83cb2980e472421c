// Ready replies and approved answers: found while typing, read in one's own language, sent in the person's.

import { ask } from "./asking.js";
import { boxOf, setText } from "./case_composer.js";
import { make, say } from "./case_words.js";

const REST = 250;
const LEAST = 2;

const picker = document.getElementById("picker");
const search = document.getElementById("picker-search");
const list = document.getElementById("picker-list");
const button = document.getElementById("pick");
const said = document.getElementById("picker-count");

let replies = null;
let asked = 0;

const fold = (text) => (text ?? "").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function open() {
  picker.hidden = false;
  button.setAttribute("aria-expanded", "true");
  search.value = "";
  search.focus();
  find();
}

function close() {
  picker.hidden = true;
  button.setAttribute("aria-expanded", "false");
  boxOf("reply").focus();
}

async function fetched(address) {
  try {
    const { status, body } = await ask(address);
    return status === 200 && Array.isArray(body) ? body : status === 404 ? [] : null;
  } catch {
    return null;
  }
}

async function find() {
  const mine = ++asked;
  const query = search.value.trim();
  replies ??= await fetched(picker.dataset.replies);
  const words = fold(query).split(/\s+/).filter(Boolean);
  const ready = (replies ?? []).filter((one) => words.every((word) => fold(`${one.title} ${one.text} ${one.own_text}`).includes(word)));
  if (mine === asked) show(ready, []);
  if (query.length < LEAST) return;
  await new Promise((done) => setTimeout(done, REST));
  if (mine !== asked) return;
  const answers = await fetched(`${picker.dataset.answers}?${new URLSearchParams({ q: query })}`);
  if (mine === asked) show(ready, answers ?? [], answers === null);
}

function show(ready, answers, hasFailed = replies === null) {
  const groups = [...group("replies", ready, false), ...group("answers", answers, true)];
  if (hasFailed) groups.push(make("p", { class: "hint", text: say("unavailable") }));
  else if (!groups.length) groups.push(make("p", { class: "hint", text: say("nothing") }));
  // The answers come below the replies, perhaps much later: who has come to a reply by then stays at it.
  const at = [...list.querySelectorAll("button")].indexOf(document.activeElement);
  list.replaceChildren(...groups);
  if (at >= 0) (list.querySelectorAll("button")[at] ?? search).focus();
  said.textContent = say("found", { number: ready.length + answers.length });
}

function group(name, items, isAnswer) {
  if (!items.length) return [];
  return [make("h3", { text: say(name) }), make("ul", {}, ...items.map((one) => make("li", {}, choice(one, isAnswer))))];
}

function choice(one, isAnswer) {
  const lines = [make("strong", { dir: "auto", text: one.title }), make("span", { dir: "auto", text: one.text })];
  if (one.own_text && one.own_text !== one.text) lines.push(make("span", { class: "hint", dir: "auto", text: one.own_text }));
  const made = make("button", { type: "button", class: "choice" }, ...lines);
  made.addEventListener("click", () => pick(one, isAnswer));
  return made;
}

function pick(one, isAnswer) {
  const box = boxOf("reply");
  const rest = box.value.trim();
  // Beside other words it is no longer the approved answer alone.
  setText("reply", rest ? `${box.value.trimEnd()}\n${one.text}` : one.text, isAnswer && !rest ? one.id : "");
  close();
  box.setSelectionRange(box.value.length, box.value.length);
}

function move(event) {
  const all = [...list.querySelectorAll("button")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") {
    event.stopPropagation();
    close();
  } else if (event.key === "Enter" && event.target === search) {
    event.preventDefault();
    all[0]?.click();
  } else if (step) {
    event.preventDefault();
    const to = all.indexOf(document.activeElement) + step;
    (to < 0 ? search : all[Math.min(to, all.length - 1)])?.focus();
  }
}

export function watchPicker() {
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => (picker.hidden ? open() : close()));
  search.addEventListener("input", find);
  picker.addEventListener("keydown", move);
  boxOf("reply").addEventListener("keydown", (event) => {
    if (event.key !== "/" || boxOf("reply").value || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("pointerdown", (event) => {
    if (picker.hidden || picker.contains(event.target) || button.contains(event.target)) return;
    picker.hidden = true;
    button.setAttribute("aria-expanded", "false");
  });
}
