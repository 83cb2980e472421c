// A file is fetched when somebody opens it, is shown in the page, and is gone with the page.

import { ask } from "./asking.js";
import { make, say } from "./case_words.js";

const LONGEST = 90_000;

async function open(event) {
  const form = event.target.closest(".media form");
  if (!form) return;
  event.preventDefault();
  const place = form.closest(".media");
  const button = form.querySelector("button");
  place.querySelector(".media-show")?.remove();
  const shown = make("div", { class: "media-show", role: "status" }, make("p", { class: "hint", text: say("opening") }));
  place.append(shown);
  button.disabled = true;
  try {
    const { status, body } = await ask(form.action, { type: "blob", method: "POST", body: new FormData(form), timeout: LONGEST });
    if (status === 200) shown.replaceChildren(...show(body));
    else shown.replaceChildren(make("p", { class: "item-failure", text: await reason(status, body) }));
  } catch {
    shown.replaceChildren(make("p", { class: "item-failure", text: say("cut") }));
  }
  button.disabled = false;
}

async function reason(status, body) {
  if (status === 401) return say("logged_out");
  if (status !== 409) return say("unavailable");
  return JSON.parse(await body.text()).error;
}

function show(file) {
  const address = URL.createObjectURL(file);
  const [kind] = file.type.split("/");
  const save = make("a", { class: "button", href: address, download: "file", text: say("file") });
  if (kind === "image") return [make("img", { src: address, alt: say("picture") }), save];
  if (kind === "audio" || kind === "video") return [make(kind, { src: address, controls: "", preload: "auto" }), save];
  return [save];
}

export function watchMedia() {
  document.addEventListener("submit", open);
}
