/* Menus close when one looks elsewhere; dialogs open from the button that names them. */
const open = () => [...document.querySelectorAll("details.menu[open]")];

document.addEventListener("click", ({ target }) => {
  for (const menu of open()) if (!menu.contains(target)) menu.open = false;
  const name = target.closest("[data-dialog]")?.dataset.dialog;
  if (name) document.getElementById(name)?.showModal();
  if (target.matches("dialog[open]")) target.close(); // a click on the backdrop
});

document.addEventListener("keydown", (event) => {
  const menu = open().at(-1);
  if (event.key !== "Escape" || !menu) return;
  event.preventDefault();
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("focusout", ({ relatedTarget }) => {
  for (const menu of open()) if (relatedTarget && !menu.contains(relatedTarget)) menu.open = false;
});

// A menu of filters has done its work when the list it belongs to has changed.
document.addEventListener("htmx:afterSettle", () => {
  for (const menu of open()) menu.open = false;
});
