// The form of a canned reply: while it is written it shows what the person will read, and what that costs on SMS.

import { smsSize } from "./simulator/sms.js";

const form = document.getElementById("canned");
const examples = JSON.parse(form.dataset.examples);
const costs = JSON.parse(form.dataset.costs);

// On SMS nothing is isolated: old phones show boxes.
const bare = (text) => text.replace(/[\u2066\u2068\u2069]/g, "");

for (const part of form.querySelectorAll("fieldset[data-language]")) {
  const values = examples[part.dataset.language];
  const box = part.querySelector("textarea");
  const preview = part.querySelector(".content-preview");
  const bubble = part.querySelector(".content-bubble");
  const cost = part.querySelector(`#cost-${part.dataset.language}`);
  const show = () => {
    const text = box.value.trim().replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
    preview.hidden = !text;
    bubble.textContent = text;
    cost.textContent = text ? (costs[smsSize(bare(text)).parts] ?? "") : "";
  };
  box.addEventListener("input", show);
}
