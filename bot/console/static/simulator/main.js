// The simulator's page: which phones there are, and on narrow screens which one is shown.

import { keepPhones, keptPhones } from "./drawer.js";
import { make } from "./elements.js";
import { addPhone } from "./network.js";
import { channelName, Phone } from "./phone.js";
import { setWords } from "./words.js";

const FIRST_CHANNELS = ["sms", "whatsapp", "telegram"];
const place = document.getElementById("phones");
const tabs = document.getElementById("tabs");
const none = document.getElementById("none");
const phones = [];

function put({ phone, channel }) {
  const number = 1 + Math.max(0, ...phones.map((known) => known.number));
  const one = new Phone({ phone, channel, number, maxLength: place.dataset.maxLength, onRemove: () => remove(one) });
  one.number = number;
  one.element.id = `phone-${phone}`;
  phones.push(one);
  place.append(one.element);
  return one;
}

async function add(channel) {
  const one = put({ phone: await addPhone(channel), channel });
  keepPhones(phones);
  show(one);
  return one;
}

function remove(one) {
  one.remove();
  phones.splice(phones.indexOf(one), 1);
  keepPhones(phones);
  show(phones.at(-1));
  document.querySelector("[data-add]").focus();
}

function show(shown) {
  none.hidden = phones.length > 0;
  for (const one of phones) one.element.classList.toggle("phone-shown", one === shown);
  shown?.reveal();
  tabs.replaceChildren(...phones.map((one) => makeTab(one, one === shown)));
  tabs.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function makeTab(one, isShown) {
  const swatch = make("span", { class: `swatch swatch-${one.channel}`, "aria-hidden": "true" });
  return make("button", {
    type: "button", role: "tab", "aria-selected": `${isShown}`, "aria-controls": one.element.id, tabindex: isShown ? "0" : "-1",
    onclick: () => show(one),
  }, swatch, `${channelName(one.channel)} ${one.number}`);
}

tabs.addEventListener("keydown", (event) => {
  const isForward = (event.key === "ArrowRight") === (document.documentElement.dir === "ltr");
  if (!["ArrowRight", "ArrowLeft"].includes(event.key) || phones.length < 2) return;
  const now = phones.findIndex((one) => one.element.classList.contains("phone-shown"));
  show(phones.at((now + (isForward ? 1 : -1)) % phones.length));
  tabs.querySelector("[aria-selected=true]").focus();
});

async function start() {
  setWords(JSON.parse(place.dataset.words));
  for (const button of document.querySelectorAll("[data-add]")) {
    button.addEventListener("click", async () => {
      const one = await add(button.dataset.add);
      one.element.scrollIntoView({ block: "nearest" });
      one.element.querySelector("textarea").focus({ preventScroll: true });
    });
  }
  const kept = keptPhones();
  if (kept) kept.forEach(put);
  else for (const channel of FIRST_CHANNELS) await add(channel);
  show(phones[0]);
}

start();
