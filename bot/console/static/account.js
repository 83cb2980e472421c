// Copies and prints what is shown once: recovery codes, and the link of an invitation.

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const of = document.getElementById(button.dataset.copy);
    const text = of.value ?? [...of.querySelectorAll("code")].map((code) => code.textContent).join("\n");
    await navigator.clipboard.writeText(text);
    document.getElementById("copied").textContent = button.dataset.copied;
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
