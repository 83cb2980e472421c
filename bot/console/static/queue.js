// The queue renews itself without a jump: rows that stayed the same stay, and so do focus, marks and the place on the page.

import { ask } from "./asking.js";
import { showChosen } from "./bulk.js";

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

document.addEventListener("visibilitychange", () => document.hidden || renew().catch(showCut));
setTimeout(go, EVERY);
