// Choosing many rows at once, to give out their cases together. Without this script the boxes and the button work too.

const bulk = document.getElementById("bulk");
const all = document.getElementById("choose-all");
const choices = () => [...document.querySelectorAll("#rows [name=case]:not(:disabled)")];

export function showChosen() {
  if (!bulk) return;
  const boxes = choices();
  const chosen = boxes.filter((box) => box.checked);
  bulk.classList.toggle("is-chosen", chosen.length > 0);
  bulk.classList.toggle("is-quiet", !chosen.length);
  bulk.hidden = !boxes.length;
  all.checked = chosen.length > 0 && chosen.length === boxes.length;
  all.indeterminate = chosen.length > 0 && !all.checked;
  const number = document.getElementById("chosen");
  number.hidden = !chosen.length;
  number.textContent = chosen.length;
  offer(new Set(chosen.map((box) => box.closest("[data-kind]")?.dataset.kind).filter(Boolean)));
}

// Only colleagues who may see all that is chosen, where the rows say what they are.
function offer(kinds) {
  for (const option of document.querySelectorAll("#bulk-to [data-kinds]")) {
    const theirs = option.dataset.kinds.split(" ");
    option.disabled = ![...kinds].every((kind) => theirs.includes(kind));
    if (option.disabled && option.selected) option.parentElement.parentElement.value = "";
  }
}

if (bulk) {
  document.querySelector(".bulk-all").hidden = false;
  all.addEventListener("change", () => {
    for (const box of choices()) box.checked = all.checked;
    showChosen();
  });
  document.addEventListener("change", (event) => event.target.name === "case" && showChosen());
  const to = document.getElementById("bulk-to");
  to.addEventListener("change", () => (document.getElementById("bulk-note").required = to.value.startsWith("team:")));
  showChosen();
}
