// Critical cases are seen and heard on every page: title, badge, a bar, and three tones until somebody claims the case.
// A page with `data-live` on its body asks by itself, and hands what it is told to showAlarms, showCut and showLoggedOut.

import { ask } from "./asking.js";
import { beep, canBeHeard, isWanted, prime, want } from "./sound.js";

const EVERY = 5_000;
const REPEAT = 30_000;
const SAID = "daleel.alarm.said";
const RUNG = "daleel.alarm.rung";

const box = document.getElementById("alarms");
const line = (name) => box.querySelector(`[data-line="${name}"]`);
const badge = document.querySelector("[data-alarm-badge]");
const sound = document.getElementById("sound");
const title = document.title;
let failures = 0;
let cutSince = null;

export function showAlarms(alarms) {
  const { critical, unclaimed = critical, newest, address } = alarms;
  document.title = critical ? `(${critical}!) ${title}` : title;
  showBadge(critical);
  const bar = line("critical");
  bar.hidden = !critical;
  if (!critical) return;
  for (const one of bar.querySelectorAll("[data-one]")) one.hidden = critical > 1;
  for (const many of bar.querySelectorAll("[data-many]")) many.hidden = critical === 1;
  bar.querySelector("span[data-many]").textContent = counted(box.dataset.badge, critical);
  bar.querySelector("a").href = address ?? box.dataset.queue;
  const isNew = !(sessionStorage.getItem(SAID) >= newest);
  if (isNew) {
    sessionStorage.setItem(SAID, newest);
    line("said").textContent = bar.querySelector("span:not([hidden])").textContent;
  }
  if ("onDuty" in box.dataset) ring(isNew, unclaimed);
}

export function showCut(since) {
  cutSince = since;
  const cut = line("cut");
  const time = since?.toLocaleTimeString(document.documentElement.lang, { timeStyle: "short", timeZone: box.dataset.timezone });
  cut.textContent = since ? box.dataset.cut.replace("{time}", time) : "";
  cut.hidden = !since;
}

export function showLoggedOut() {
  line("out").hidden = false;
}

function showBadge(count) {
  if (!badge) return;
  badge.hidden = !count;
  const seen = Object.assign(document.createElement("span"), { textContent: String(count), ariaHidden: "true" });
  const said = Object.assign(document.createElement("span"), { className: "unseen" });
  said.textContent = counted(box.dataset.badge, count);
  badge.replaceChildren(seen, said);
}

// Of several pages that are open one rings.
function ring(isNew, unclaimed) {
  const since = Date.now() - Number(localStorage.getItem(RUNG) ?? 0);
  const isDue = unclaimed > 0 && since >= REPEAT - 500;
  if ((isDue || (isNew && since > 3_000)) && beep()) localStorage.setItem(RUNG, String(Date.now()));
}

const counted = (words, count) => words.replace("{count}", count);

async function poll() {
  try {
    const { status, body } = await ask(box.dataset.live);
    if (status === 401) return showLoggedOut();
    if (status !== 200 || !body) throw new Error("no answer of use");
    failures = 0;
    if (cutSince) showCut(null);
    showAlarms(body);
  } catch {
    failures += 1;
    // One lost answer is nothing on these lines.
    if (failures > 1 && !cutSince) showCut(new Date(Date.now() - EVERY));
  }
  setTimeout(poll, EVERY);
}

function showSound() {
  if (!sound) return;
  sound.hidden = false;
  sound.setAttribute("aria-pressed", String(canBeHeard()));
  sound.title = [...sound.querySelectorAll("[data-when]")].find((one) => one.dataset.when === (canBeHeard() ? "on" : "off")).textContent;
}

function watchSound() {
  if (!sound) return;
  const tryNow = () => isWanted() && prime().then(showSound);
  tryNow();
  showSound();
  sound.addEventListener("click", async () => {
    const isOn = canBeHeard();
    want(!isOn);
    if (!isOn && (await prime())) beep();
    showSound();
  });
  for (const gesture of ["pointerdown", "keydown"]) {
    document.addEventListener(gesture, (event) => sound.contains(event.target) || canBeHeard() || tryNow(), { capture: true });
  }
}

if (box) {
  watchSound();
  if (!("live" in document.body.dataset)) poll();
}
