// The queue renews itself without a jump: rows that stayed the same stay, and so do focus, marks and the place on the page.

import { ask } from "./asking.js";

const EVERY = 8_000;
const REST = 1_200;
const PARTS = ["on-duty", "tabs", "summary", "paging"];

let movedAt = 0;
document.addEventListener("pointermove", () => (movedAt = Date.now()));

async function renew() {
  if (document.hidden) return;
  const list = document.getElementById("queue");
  const { status, body } = await ask(location.href, { type: "document", headers: { "X-Known": list.dataset.known } });
  document.body.classList.remove("is-cut");
  // 204: nothing has changed. A session that is over is told by alarm.js.
  if (status !== 200 || !body?.getElementById("queue")) return;
  while (Date.now() - movedAt < REST) await new Promise((done) => setTimeout(done, REST));
  const focused = document.activeElement?.id;
  for (const id of PARTS) takeOver(document.getElementById(id), body.getElementById(id));
  takeOverRows(list, body.getElementById("queue"));
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
  showChosen();
}

function takeOver(old, fresh) {
  if (old && fresh && !old.isEqualNode(fresh)) old.replaceWith(document.adoptNode(fresh));
}

function takeOverRows(old, fresh) {
  old.dataset.known = fresh.dataset.known;
  const rows = old.querySelector("#rows");
  const wanted = fresh.querySelector("#rows");
  if (!rows || !wanted) {
    old.replaceChildren(...[...fresh.children].map((one) => document.adoptNode(one)));
    return;
  }
  let place = rows.firstElementChild;
  for (const row of [...wanted.children]) {
    let kept = document.getElementById(row.id);
    if (!kept) kept = document.adoptNode(row);
    else if (!kept.isEqualNode(row)) {
      const fresh = renewed(kept, document.adoptNode(row));
      if (kept === place) place = fresh;
      kept.replaceWith(fresh);
      kept = fresh;
    }
    if (kept === place) place = place.nextElementSibling;
    else rows.insertBefore(kept, place);
  }
  while (place) {
    const next = place.nextElementSibling;
    place.remove();
    place = next;
  }
}

function renewed(known, row) {
  const mark = known.querySelector("[name=case]");
  const fresh = row.querySelector("[name=case]");
  if (mark && fresh && !fresh.disabled) fresh.checked = mark.checked;
  return row;
}

function showCut() {
  const asOf = document.getElementById("as-of");
  document.body.classList.add("is-cut");
  asOf.setAttribute("role", "status");
  asOf.textContent = asOf.dataset.cut;
}

async function go() {
  try {
    await renew();
  } catch {
    showCut();
  }
  setTimeout(go, EVERY);
}

// Many at once

const bulk = document.getElementById("bulk");
const all = document.getElementById("choose-all");
const choices = () => [...document.querySelectorAll("#rows [name=case]:not(:disabled)")];

function showChosen() {
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
  offer(new Set(chosen.map((box) => box.closest(".case").dataset.kind)));
}

// Only colleagues who may see all that is chosen.
function offer(kinds) {
  for (const option of document.querySelectorAll("#bulk-to [data-kinds]")) {
    const theirs = option.dataset.kinds.split(" ");
    option.disabled = ![...kinds].every((kind) => theirs.includes(kind));
    if (option.disabled && option.selected) option.parentElement.parentElement.value = "";
  }
}

function watchBulk() {
  if (!bulk) return;
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

watchBulk();
document.addEventListener("visibilitychange", () => document.hidden || renew().catch(showCut));
setTimeout(go, EVERY);
