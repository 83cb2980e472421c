// The page of a conversation: its parts, and the menus that live regions bring anew.

import { watchComposer } from "./case_composer.js";
import { watchThread } from "./case_live.js";
import { watchMedia } from "./case_media.js";
import { watchPicker } from "./case_picker.js";

const about = document.getElementById("about");
const narrow = matchMedia("(max-width: 68.75rem)");
const fold = () => (about.open = !narrow.matches);
fold();
narrow.addEventListener("change", fold);

document.addEventListener("pointerdown", (event) => {
  for (const menu of document.querySelectorAll(".case-acts > details[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.(".case-acts > details[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

watchMedia();
const composer = watchComposer();
watchPicker(composer);
watchThread(composer);
