// Shows a person's name and phone in the card, and hides them again. Without this script the button leads to a page of its own.

import { ask } from "./asking.js";

const masked = new WeakMap();

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-show]")) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const { status, body } = await ask(form.action, { type: "document", method: "POST", body: new FormData(form) });
    const found = status === 200 && body?.querySelector("[data-person]");
    if (!found) {
      form.submit();
      return;
    }
    const card = form.closest("[data-person]");
    const opened = document.adoptNode(found);
    masked.set(opened, card);
    card.replaceWith(opened);
    opened.querySelector("[data-hide]").focus();
  } catch {
    // The line is cut: the browser says so itself, and offers to try again.
    form.submit();
  } finally {
    button.disabled = false;
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-hide]");
  const opened = link?.closest("[data-person]");
  const card = opened && masked.get(opened);
  if (!card) return;
  event.preventDefault();
  opened.replaceWith(card);
  card.querySelector("form[data-show] button").focus();
});
