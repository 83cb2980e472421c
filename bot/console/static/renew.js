// Loads a list again every minute, so that a new case is seen; not while somebody uses the page.

const EVERY = 60_000;

function isInUse() {
  const isFocused = document.activeElement && !["BODY", "MAIN"].includes(document.activeElement.tagName);
  return document.hidden || isFocused || !getSelection().isCollapsed;
}

if (document.querySelector("[data-renew]")) {
  let loadedAt = Date.now();
  setInterval(() => {
    if (Date.now() - loadedAt < EVERY || isInUse()) return;
    loadedAt = Date.now();
    location.reload();
  }, 1000);
}
