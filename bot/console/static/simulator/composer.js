// The lower edge of a phone: text box, send button, attach menu and, for SMS, the counter.

import { sizeWords } from "./bubbles.js";
import { icon, make } from "./elements.js";
import { smsSize } from "./sms.js";
import { say } from "./words.js";

const ATTACHABLE = ["photo", "voice", "sticker", "location", "video", "file"];
// Where a phone may say that it is: latitude, longitude.
const PLACES = { tripoli: "32.88720,13.19130", sabha: "27.03770,14.42830", zuwara: "32.93120,12.08200" };

/** Make the composer; `onSend({kind, text})` is called with what is to be sent. */
export function makeComposer(channel, maxLength, onSend) {
  const box = make("textarea", { rows: "1", dir: "auto", maxlength: maxLength, "aria-label": say("write"), placeholder: say("write"), enterkeyhint: "send" });
  const send = make("button", { type: "submit", class: "send", title: say("send"), "aria-label": say("send"), disabled: true }, icon("send"));
  const counter = channel === "sms" ? make("div", { class: "counter" }) : null;
  const [attach, menu] = makeAttachMenu((kind, text = "") => onSend({ kind, text }));
  const form = make("form", { class: "composer", autocomplete: "off" }, attach, menu, box, send);

  const refresh = () => {
    send.disabled = !box.value.trim();
    if (counter) counter.textContent = sizeWords(smsSize(box.value));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!box.value.trim()) return;
    onSend({ kind: "text", text: box.value });
    box.value = "";
    refresh();
    box.focus();
  });
  box.addEventListener("input", refresh);
  box.addEventListener("keydown", (event) => {
    // While a word is being composed, Enter belongs to the keyboard's own suggestions.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  refresh();
  return [counter, form];
}

function makeAttachMenu(onPick) {
  const menu = make("div", { class: "attach-menu", role: "group", "aria-label": say("attach"), hidden: true });
  const button = make("button", { type: "button", class: "attach", title: say("attach"), "aria-label": say("attach"), "aria-expanded": "false" }, icon("attach"));
  const show = (isOpen) => {
    menu.hidden = !isOpen;
    button.setAttribute("aria-expanded", `${isOpen}`);
  };
  const pick = (kind, text) => {
    show(false);
    button.focus();
    onPick(kind, text);
  };
  const item = (name, attributes, words, onclick) => make("button", { type: "button", ...attributes, onclick }, icon(name), words);
  const places = Object.entries(PLACES).map(([id, text]) =>
    item("location", { "data-place": id }, say(`place_${id}`), () => pick("location", text)));
  const askWhere = () => {
    // The focus moves before its old place goes: a menu that loses the focus closes.
    menu.append(...places);
    places[0].focus();
    for (const one of kinds) one.remove();
  };
  const kinds = ATTACHABLE.map((kind) =>
    item(kind, { "data-kind": kind }, say(`kind_${kind}`), kind === "location" ? askWhere : () => pick(kind)));
  button.addEventListener("click", () => {
    menu.replaceChildren(...kinds);
    show(menu.hidden);
    if (!menu.hidden) menu.firstElementChild.focus();
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    show(false);
    button.focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (!menu.contains(event.relatedTarget) && event.relatedTarget !== button) show(false);
  });
  return [button, menu];
}
