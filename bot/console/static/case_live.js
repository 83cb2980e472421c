// A thread that is alive: what is new appears within two seconds, and never moves what somebody reads.
// The page says in `since` what it knows, and gets only the rest; nothing new is an empty answer.

import { showAlarms, showCut, showLoggedOut } from "./alarm.js";
import { ask } from "./asking.js";
import { say } from "./case_words.js";

const EVERY = 1_500;
const HIDDEN_EVERY = 5_000;
// So long hidden, the page asks for alarms alone: nobody looks at it, and colleagues are not told that somebody does.
const LEFT_AFTER = 5 * 60_000;
const SLOWEST = 15_000;
const NEAR = 90;
const REGIONS = ["case-head", "case-acts", "case-gate", "case-window", "watchers"];

const box = document.getElementById("thread-box");
const thread = document.getElementById("thread");
const toNewest = document.getElementById("to-newest");
const news = document.getElementById("news");
const composerBox = document.getElementById("newest");
const { live } = document.body.dataset;

let failures = 0;
let cutSince = null;
let hiddenSince = document.hidden ? Date.now() : null;
let alarms = JSON.parse(thread.dataset.alarms);
let timer = null;
let running = null;
let composer = null;

const scrolls = () => getComputedStyle(box).overflowY === "auto";
const scroller = () => (scrolls() ? box : document.scrollingElement);
const isAtEnd = () => scroller().scrollHeight - scroller().scrollTop - scroller().clientHeight < NEAR;

export function toEnd() {
  scroller().scrollTop = scroller().scrollHeight;
  toNewest.hidden = true;
}

export function askNow() {
  clearTimeout(timer);
  return (running ??= go());
}

async function go() {
  try {
    await renew();
    failures = 0;
    if (cutSince) {
      cutSince = null;
      showCut(null);
      composer.showLine(true);
    }
  } catch {
    failures += 1;
    // One lost answer is nothing on these lines.
    if (failures > 1 && !cutSince) {
      cutSince = new Date();
      showCut(cutSince);
      composer.showLine(false);
    }
  }
  running = null;
  const pause = failures ? Math.min(EVERY * 2 ** failures, SLOWEST) : document.hidden ? HIDDEN_EVERY : EVERY;
  clearTimeout(timer);
  timer = setTimeout(askNow, pause);
}

async function renew() {
  if (hiddenSince && Date.now() - hiddenSince > LEFT_AFTER) return renewAlarms();
  const query = new URLSearchParams({ since: thread.dataset.state });
  if (composer.isWriting()) query.set("writing", "1");
  const { status, body } = await ask(`${live}?${query}`, { type: "document" });
  if (status === 204) {
    // What was sent again stood in the thread already.
    composer.settle();
    return tellAlarms(alarms);
  }
  if (status === 401) return showLoggedOut();
  // The case was closed to this reader meanwhile.
  if (status === 403 || status === 404) return location.reload();
  const fresh = body?.getElementById("live");
  if (status !== 200 || !fresh) throw new Error("no answer of use");
  if (fresh.dataset.changed.split(" ").includes("whole")) return location.reload();
  takeOver(body, fresh);
  alarms = JSON.parse(fresh.dataset.alarms);
  tellAlarms(alarms);
}

// The bar takes room from the thread: whoever read its end goes on reading it.
function tellAlarms(told) {
  const wasAtEnd = isAtEnd();
  showAlarms(told);
  if (wasAtEnd) toEnd();
}

async function renewAlarms() {
  const { status, body } = await ask(document.getElementById("alarms").dataset.live);
  if (status === 401) return showLoggedOut();
  if (status !== 200 || !body) throw new Error("no answer of use");
  tellAlarms(body);
}

function takeOver(body, fresh) {
  const wasAtEnd = isAtEnd();
  const added = addItems([...body.getElementById("fresh").children]);
  thread.dataset.state = fresh.dataset.state;
  document.getElementById("boundary").hidden = !("hidden" in fresh.dataset);
  for (const id of REGIONS) replaceRegion(id, body.getElementById(id));
  composer.settle();
  if (!added.length) return wasAtEnd && toEnd();
  document.getElementById("nothing")?.remove();
  const fromPerson = added.some((item) => item.dataset.side === "in");
  news.textContent = "";
  news.textContent = say(fromPerson ? "person_wrote" : "news");
  if (wasAtEnd) toEnd();
  else toNewest.hidden = false;
}

function addItems(items) {
  const added = [];
  for (const item of items) {
    if (item.dataset.day) {
      if (!thread.querySelector(`[data-day="${item.dataset.day}"]`)) thread.append(document.adoptNode(item));
      continue;
    }
    const known = document.getElementById(item.id);
    const opened = known?.querySelector(".media-show");
    if (known) known.replaceWith(document.adoptNode(item));
    else {
      thread.append(document.adoptNode(item));
      added.push(item);
    }
    // A picture that somebody looks at stays.
    if (opened) item.querySelector(".media")?.append(opened);
  }
  return added;
}

function replaceRegion(id, fresh) {
  const old = document.getElementById(id);
  if (!fresh || !old) return;
  const adopted = document.adoptNode(fresh);
  const open = id === "case-acts" && old.querySelector("details[open]");
  // Somebody fills in a form there: it changes when they leave it.
  if (open) open.addEventListener("toggle", () => document.getElementById(id).replaceWith(adopted), { once: true });
  else old.replaceWith(adopted);
  if (id === "case-gate") composer.obey(adopted.dataset.code);
}

async function loadEarlier(event) {
  event.preventDefault();
  const link = event.currentTarget;
  if (link.getAttribute("aria-busy") === "true") return;
  link.setAttribute("aria-busy", "true");
  try {
    const { status, body } = await ask(`${link.dataset.address}?before=${link.dataset.before}`, { type: "document" });
    if (status === 401) return showLoggedOut();
    const fresh = body?.getElementById("live");
    if (status !== 200 || !fresh) throw new Error("no answer of use");
    const height = scroller().scrollHeight;
    prepend([...body.getElementById("fresh").children].map((one) => document.adoptNode(one)));
    link.dataset.before = fresh.dataset.earlier;
    document.getElementById("earlier").hidden = !fresh.dataset.earlier;
    if ("hidden" in fresh.dataset) document.getElementById("boundary").hidden = false;
    scroller().scrollTop += scroller().scrollHeight - height;
    news.textContent = say("earlier");
    if (!fresh.dataset.earlier) box.focus({ preventScroll: true });
  } catch {
    composer.showLine(false);
  } finally {
    link.removeAttribute("aria-busy");
  }
}

function prepend(items) {
  const last = items.filter((item) => item.dataset.day).at(-1);
  const first = thread.firstElementChild;
  if (last && first?.dataset.day === last.dataset.day) first.remove();
  thread.prepend(...items);
}

export function watchThread(itsComposer) {
  composer = itsComposer;
  document.querySelector("#earlier a").addEventListener("click", loadEarlier);
  if (!live) return;
  if (!location.hash || location.hash === "#newest") toEnd();
  tellAlarms(alarms);
  toNewest.addEventListener("click", () => {
    toEnd();
    composerBox.querySelector("textarea:not([hidden])")?.focus({ preventScroll: true });
  });
  addEventListener("scroll", () => isAtEnd() && (toNewest.hidden = true), { capture: true, passive: true });
  document.addEventListener("visibilitychange", () => {
    hiddenSince = document.hidden ? Date.now() : null;
    if (!document.hidden) askNow();
  });
  addEventListener("online", askNow);
  timer = setTimeout(askNow, EVERY);
}
