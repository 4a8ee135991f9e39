/* A list by keyboard and pointer: J and K move, Enter opens, "/" searches, "?" shows the keys.
   Items that appear while one reads wait behind "3 new, show". */
import { isOn } from "./settings.js";
import { say } from "./words.js";

const rows = () => [...document.querySelectorAll("#rows > tr[data-item]")];
const unseen = new Set(); // items the feed named that the list does not hold

function isTyping(target) {
  return target.closest("input, select, textarea, [contenteditable], dialog") !== null;
}

/** The row that has the focus or stands open, and its neighbours in the order shown. */
export function neighbour(step) {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const from = at >= 0 ? at : all.findIndex((row) => row.classList.contains("open"));
  if (from < 0) return all[step > 0 ? 0 : all.length - 1];
  return all[Math.min(all.length - 1, Math.max(0, from + step))];
}

function move(step) {
  const link = neighbour(step)?.querySelector("a.item");
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.querySelector("#q")?.select(),
  "?": () => document.querySelector("#keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  const act = KEYS[event.key.toLowerCase()];
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (!act || modified || !rows().length || isTyping(event.target) || !isOn("keys")) return;
  event.preventDefault();
  act();
});

// The whole row opens its item, except where something else in it can be pressed or text is chosen.
document.addEventListener("click", (event) => {
  const row = event.target.closest("#rows > tr[data-item]");
  if (!row || event.target.closest("a, button") || String(getSelection())) return;
  const { ctrlKey, metaKey, shiftKey } = event;
  const same = { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey };
  row.querySelector("a.item").dispatchEvent(new MouseEvent("click", same));
});

// The field stands outside the list, so that typing is never disturbed; it follows the list.
document.addEventListener("htmx:afterSettle", () => {
  unseen.clear();
  const field = document.querySelector("#q");
  const words = new URLSearchParams(location.search).get("q") ?? "";
  if (field && field !== document.activeElement) field.value = words;
});

document.addEventListener("stock:painted", ({ detail }) => {
  const button = document.querySelector("[data-complete] [data-new]");
  if (!button) return; // a filtered or longer list cannot tell what is new
  for (const row of detail.rows) if (!row.isShown) unseen.add(`${row.item}@${row.location}`);
  button.hidden = unseen.size === 0;
  button.textContent = say("new", { count: unseen.size });
});

document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-new]")) return;
  const list = { target: "#stock", select: "#stock", swap: "morph:outerHTML" };
  window.htmx.ajax("GET", window.location.href, list);
});
