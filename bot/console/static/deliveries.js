// Shows the list of messages in trouble anew every minute, without a jump; not while somebody uses it. The question carries
// the mark of a page that asks by itself: it keeps no session open.

import { ask } from "./asking.js";

const EVERY = 60_000;

const list = document.getElementById("deliveries");

function isInUse() {
  return list.contains(document.activeElement) || !getSelection().isCollapsed;
}

async function renew() {
  if (document.hidden || isInUse()) return;
  const { status, body } = await ask(location.href, { type: "document" });
  const fresh = body?.getElementById("deliveries");
  // A session that is over is told by alarm.js.
  if (status === 200 && fresh) list.replaceChildren(...[...document.adoptNode(fresh).childNodes]);
}

setInterval(() => renew().catch(() => {}), EVERY);
