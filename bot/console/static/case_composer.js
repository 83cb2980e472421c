// What is written is kept until the console has it, and is sent once: every message has an id of its own from the beginning,
// and is tried with the same id until the console says yes or no.

import { ask } from "./asking.js";
import { askNow, toEnd } from "./case_live.js";
import { make, say } from "./case_words.js";
import { smsRoom, smsSize } from "./simulator/sms.js";

const AGAIN = [2_000, 4_000, 8_000, 15_000];
const WRITES_FOR = 6_000;
const HIGHEST = 240;

const root = document.getElementById("newest");
const cut = document.getElementById("cut");
const list = document.getElementById("sending");
const forms = { reply: document.getElementById("reply-form"), note: document.getElementById("note-form") };
const key = (name) => `daleel.${name}.${root.dataset.reference}.${root.dataset.staff}`;

let wroteAt = 0;
let sending = false;
let shown = "reply";

export const boxOf = (kind) => forms[kind].elements.text;

function newId() {
  // Without https there is no randomUUID.
  return crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
}

const read = (name) => JSON.parse(sessionStorage.getItem(key(name)) ?? "null");
function keep(name, value) {
  if (value) sessionStorage.setItem(key(name), JSON.stringify(value));
  else sessionStorage.removeItem(key(name));
}
const waiting = () => read("sending") ?? [];

export function setText(kind, text, answerId = "") {
  const box = boxOf(kind);
  box.value = text;
  if (forms[kind].elements.answer_id) forms[kind].elements.answer_id.value = answerId;
  changed(kind);
}

function changed(kind) {
  const form = forms[kind];
  const box = boxOf(kind);
  keep(`draft.${kind}`, box.value && { text: box.value, id: form.elements.client_id.value, answer: form.elements.answer_id?.value ?? "" });
  box.style.blockSize = "auto";
  box.style.blockSize = `${Math.min(box.scrollHeight + 2, HIGHEST)}px`;
  if (kind === "reply") count(box);
}

function count(box) {
  const place = document.getElementById("count");
  const submit = forms.reply.querySelector("[type=submit]");
  place.classList.remove("is-over");
  if (!box.value) return (place.textContent = "");
  if (!box.dataset.sms) {
    const left = box.maxLength - box.value.length;
    place.textContent = left < 400 ? say("left", { number: left }) : "";
    return;
  }
  const size = smsSize(box.value.trim());
  const said = [say("sms", { parts: size.parts, number: smsRoom(size) - size.units })];
  const price = JSON.parse(box.dataset.prices ?? "[]")[size.parts - 1];
  if (price) said.push(say("price", { price }));
  const isOver = size.parts > Number(box.dataset.sms);
  if (isOver) said.push(say("too_many", { parts: box.dataset.sms }));
  place.textContent = said.join(" · ");
  place.classList.toggle("is-over", isOver);
  submit.disabled = isOver;
}

function submit(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const { kind } = form.dataset;
  const text = boxOf(kind).value.trim();
  if (!text) return;
  keep("sending", [...waiting(), { kind, text, id: form.elements.client_id.value, answer: form.elements.answer_id?.value ?? "" }]);
  form.elements.client_id.value = newId();
  wroteAt = 0;
  setText(kind, "");
  boxOf(kind).focus();
  draw();
  toEnd();
  send();
}

function draw() {
  const all = waiting();
  for (const item of [...list.children]) if (!all.some((one) => one.id === item.dataset.id)) item.remove();
  for (const one of all) {
    let item = [...list.children].find((shownItem) => shownItem.dataset.id === one.id);
    if (!item) {
      const bubble = make("div", { class: "bubble" }, make("p", { class: "item-text", dir: "auto", text: one.text }));
      item = make("li", { class: `item ${one.kind === "note" ? "item-note" : "item-staff"} item-sending`, "data-id": one.id }, bubble, make("p", { class: "item-foot", text: say("sending") }));
      list.append(item);
    }
    if (one.error && !item.querySelector("button")) refuse(item, one);
  }
}

function refuse(item, one) {
  const back = make("button", { type: "button", text: say("put_back") });
  back.addEventListener("click", () => {
    show(one.kind);
    setText(one.kind, [one.text, boxOf(one.kind).value].filter(Boolean).join("\n"));
    forget(one.id);
    boxOf(one.kind).focus();
  });
  item.classList.add("item-refused");
  item.querySelector(".item-foot").replaceChildren(make("strong", { text: say("not_sent") }), make("span", { text: one.error }), back);
}

function forget(id) {
  keep("sending", waiting().filter((one) => one.id !== id));
  draw();
}

async function send() {
  if (sending) return;
  sending = true;
  let tries = 0;
  for (let one = next(); one; one = next()) {
    const outcome = await attempt(one);
    if (outcome === "stop") break;
    if (outcome === "done") {
      tries = 0;
      continue;
    }
    showState("waits");
    await pause(AGAIN[Math.min(tries++, AGAIN.length - 1)]);
  }
  sending = false;
}

const next = () => waiting().find((one) => !one.error && !one.done);

// Until the line is back, or the time is over.
function pause(time) {
  return new Promise((done) => {
    const end = () => (removeEventListener("online", end), clearTimeout(timer), done());
    const timer = setTimeout(end, time);
    addEventListener("online", end);
  });
}

async function attempt(one) {
  const form = forms[one.kind];
  const body = new FormData();
  const values = { csrf_token: form.elements.csrf_token.value, text: one.text, client_id: one.id, answer_id: one.answer };
  for (const [name, value] of Object.entries(values)) body.set(name, value);
  let answer;
  try {
    answer = await ask(form.action, { method: "POST", body });
  } catch {
    return "again";
  }
  if (answer.status === 200 && answer.body?.done) {
    if (form.dataset.kind === "reply") form.querySelector(".takes")?.remove();
    mark(one.id, { done: true });
    showState("");
    askNow();
    return "done";
  }
  if (answer.status === 409) {
    mark(one.id, { error: answer.body?.error ?? say("not_sent") });
    draw();
    toEnd();
    return "done";
  }
  if (answer.status === 401) return showState("logged_out"), "stop";
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) return showState("too_old"), "stop";
  return "again";
}

function mark(id, changes) {
  keep("sending", waiting().map((one) => (one.id === id ? { ...one, ...changes } : one)));
}

function showState(id) {
  cut.textContent = id && say(id);
  for (const foot of list.querySelectorAll(".item-sending:not(.item-refused) > .item-foot")) foot.textContent = say(id === "waits" ? "waits" : "sending");
}

function show(kind, isFocused = false) {
  shown = kind;
  for (const name of Object.keys(forms)) {
    document.getElementById(`${name}-part`).hidden = name !== kind;
    const tab = document.getElementById(`tab-${name}`);
    tab.setAttribute("aria-selected", String(name === kind));
    tab.tabIndex = name === kind ? 0 : -1;
  }
  if (isFocused) boxOf(kind).focus();
}

function watchTabs() {
  const tabs = root.querySelector("[role=tablist]");
  tabs.hidden = false;
  for (const name of Object.keys(forms)) {
    const part = document.getElementById(`${name}-part`);
    part.setAttribute("role", "tabpanel");
    part.setAttribute("aria-labelledby", `tab-${name}`);
    document.getElementById(`tab-${name}`).addEventListener("click", () => show(name, true));
  }
  tabs.addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    show(shown === "reply" ? "note" : "reply");
    document.getElementById(`tab-${shown}`).focus();
  });
}

function watchForm(kind) {
  const form = forms[kind];
  const box = boxOf(kind);
  const draft = read(`draft.${kind}`);
  form.noValidate = true;
  if (draft) {
    form.elements.client_id.value = draft.id;
    setText(kind, draft.text, draft.answer);
  } else form.elements.client_id.value = newId();
  box.addEventListener("input", () => {
    // What was changed is no longer the approved answer.
    if (form.elements.answer_id) form.elements.answer_id.value = "";
    wroteAt = box.value ? Date.now() : 0;
    changed(kind);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!form.querySelector("[type=submit]").disabled) form.requestSubmit();
    } else if (event.key === "Escape") document.getElementById("thread-box").focus();
  });
  form.addEventListener("submit", submit);
}

export function watchComposer() {
  watchTabs();
  for (const kind of Object.keys(forms)) watchForm(kind);
  show("reply");
  // What was on its way when the page was left.
  keep("sending", waiting().filter((one) => !one.done));
  draw();
  send();
  return {
    isWriting: () => Date.now() - wroteAt < WRITES_FOR,
    showLine: (isThere) => !sending && (cut.textContent = isThere ? "" : say("cut")),
    // What is sent stands in the thread by now.
    settle: () => {
      keep("sending", waiting().filter((one) => !(one.done && document.querySelector(`[data-client="${CSS.escape(one.id)}"]`))));
      draw();
    },
    obey: (code) => (forms.reply.hidden = Boolean(code)),
  };
}
