// Draws messages as the channel's look shows them.

import { icon, make } from "./elements.js";
import { smsRoom } from "./sms.js";
import { say } from "./words.js";

const STATE_ICONS = { sending: "sending", received: "sent", handled: "read" };
const STATE_WORDS = { sending: "sending", received: "sent", handled: "read" };

const language = document.documentElement.lang;
const clock = new Intl.DateTimeFormat(`${language}-u-nu-latn`, { hour: "2-digit", minute: "2-digit", hour12: false });

export const timeOfDay = (at) => clock.format(at);

/** Draw a message. `onPress(choice)` is called when a choice is pressed, `onRetry()` when sending is tried again. */
export function drawMessage(message, channel, { onPress, onRetry }) {
  const isOwn = message.direction === "inbound";
  const bubble = make("div", { class: "bubble" }, ...content(message), foot(message, isOwn));
  const said = make("div", { class: isOwn ? "said said-own" : "said", "data-id": message.id, "data-state": message.state }, bubble);
  if (message.sms) said.append(make("div", { class: "sms-size" }, sizeWords(message.sms)));
  if (channel !== "sms" && message.choices.length) said.append(choices(message.choices, channel, onPress));
  if (message.state === "unsent") said.append(make("button", { type: "button", class: "retry", onclick: onRetry }, say("retry")));
  return said;
}

export const sizeWords = (size) => say("size", { ...size, room: smsRoom(size) });

export function drawTyping() {
  const dots = make("div", { class: "bubble typing", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
  return make("div", { class: "said said-typing" }, dots, make("span", { class: "unseen" }, say("typing")));
}

function content(message) {
  const isOwn = message.direction === "inbound";
  const parts = [];
  if (message.kind !== "text") parts.push(make("div", { class: "bubble-thing" }, icon(message.kind), say(`kind_${message.kind}`)));
  if (message.text) {
    parts.push(make("div", { class: "bubble-text", dir: "auto", lang: isOwn ? null : message.language }, message.text));
  }
  return parts;
}

function foot(message, isOwn) {
  const line = make("div", { class: "bubble-foot" }, make("time", { datetime: message.at }, timeOfDay(new Date(message.at))));
  if (isOwn && STATE_ICONS[message.state]) {
    const mark = icon(STATE_ICONS[message.state]);
    if (message.state === "handled") mark.classList.add("is-read");
    line.append(mark, make("span", { class: "unseen" }, say(STATE_WORDS[message.state])));
  }
  return line;
}

function choices(list, channel, onPress) {
  const buttons = list.map((choice, index) => {
    const title = make("span", {}, choice.title);
    const number = channel === "telegram" ? make("span", { class: "choice-number" }, `${index + 1}`) : null;
    return make("button", { type: "button", dir: "auto", "data-choice": choice.id, onclick: () => onPress(choice) }, number, title);
  });
  return make("div", { class: "choices", role: "group", "aria-label": say("choices") }, ...buttons);
}
