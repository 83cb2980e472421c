// The frame of every page: menus that close by themselves.

const menus = [...document.querySelectorAll(".side-menu, .corner, .pop")];

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = menus.find((menu) => menu.open);
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

document.addEventListener("pointerdown", (event) => {
  for (const menu of menus) {
    // What the menu opens may stand beside it.
    const isInside = menu.contains(event.target) || (menu.matches(".side-menu") && event.target.closest(".side"));
    if (menu.open && !isInside) menu.open = false;
  }
});
