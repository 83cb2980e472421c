// The form of a directory entry: shows how people will be told while it is written, and is sent once.

const form = document.querySelector(".directory-form");
const lines = [...document.querySelectorAll("[data-told]")];
const nothing = document.getElementById("told-nothing");
// As the services choose: the language's own name, else one of these.
const base = ["en", "fr", "ar"];

const name = (language) =>
  [language, ...base].map((one) => document.getElementById(`organisation-${one}`).value.trim()).find((text) => text) ?? "";

function tell() {
  const phones = document.getElementById("phones").value.split("\n").map((line) => line.trim()).filter((line) => line);
  for (const line of lines) {
    const of = name(line.lang);
    const parts = { "{organisation}": of, "{phone}": phones.join(", ") };
    line.textContent = of && phones.length ? line.dataset.told.replace(/\{\w+\}/g, (gap) => parts[gap] ?? gap) : "";
  }
  if (nothing) nothing.hidden = lines.some((line) => line.textContent);
}

form.addEventListener("input", tell);
document.getElementById("valid_until").addEventListener("input", () => (document.getElementById("is_checked").checked = true));

let isSent = false;
form.addEventListener("submit", (event) => {
  if (isSent) event.preventDefault();
  isSent = true;
});
// A page that the browser brings back can be sent again.
addEventListener("pageshow", () => (isSent = false));
document.getElementById("problems")?.focus();
