/* An item beside its list: opened from its link on a wide screen, closed by Esc, and the focus goes
   back to the row. Which item is open stands in the address, so a reload keeps it. */
import { neighbour } from "./list.js";

const WIDE = matchMedia("(min-width: 1100px)");
const LOADING = 300; // before this, nothing is shown: most drawers are there sooner
const REST = 2_000; // between two fresh readings of an open drawer
const place = () => document.querySelector("#drawer");
const drawer = () => place()?.querySelector(".drawer[data-item]");

let refreshAt = null;

function rowOf(element) {
  const { item, location } = element?.dataset ?? {};
  return item ? document.querySelector(`#row-${item}-${location}`) : null;
}

function mark(row) {
  for (const open of document.querySelectorAll("tr.open")) open.classList.remove("open");
  row?.classList.add("open");
}

function remember(row) {
  const url = new URL(window.location.href);
  if (row) url.searchParams.set("open", `${row.dataset.item}.${row.dataset.location}`);
  else url.searchParams.delete("open");
  history.replaceState(history.state, "", url);
}

async function load(url) {
  const skeleton = setTimeout(() => {
    const waiting = document.querySelector("#drawer-skeleton").content.cloneNode(true);
    if (!drawer()) place().replaceChildren(waiting);
  }, LOADING);
  try {
    await window.htmx.ajax("GET", url, { target: "#drawer", swap: "innerHTML" });
  } finally {
    clearTimeout(skeleton);
    if (!drawer()) place().replaceChildren(); // it could not be read: no empty frame stays
  }
}

async function open(row) {
  const link = row.querySelector("a[data-drawer]");
  await load(link.dataset.drawer);
  if (!drawer()) return;
  mark(row);
  remember(row);
  drawer().focus({ preventScroll: true });
}

function close() {
  const row = rowOf(drawer());
  place().replaceChildren();
  mark(null);
  remember(null);
  row?.querySelector("a.item")?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-drawer]");
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
  if (link && plain && WIDE.matches && place() && window.htmx) {
    event.preventDefault();
    open(link.closest("tr"));
    return;
  }
  if (event.target.closest("[data-drawer-close]")) close();
  const step = event.target.closest("[data-drawer-step]")?.dataset.drawerStep;
  if (step) stepTo(Number(step));
});

function stepTo(step) {
  const current = rowOf(drawer());
  const next = current ? (step > 0 ? current.nextElementSibling : current.previousElementSibling) : neighbour(step);
  if (next?.dataset.item) open(next);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !drawer()) return;
  if (document.querySelector("dialog[open]")) return; // the dialog closes first
  close();
});

// The equation and the history come from the ledger, so they are read again, never reckoned here.
document.addEventListener("stock:painted", ({ detail }) => {
  const shown = drawer() ?? document.querySelector(".item-page");
  const isOurs = ({ item, location }) =>
    String(item) === shown?.dataset.item && String(location) === shown.dataset.location;
  if (!shown || refreshAt !== null || !detail.changed.some(isOurs)) return;
  refreshAt = setTimeout(refresh, REST);
});

function refresh() {
  refreshAt = null;
  const url = drawer()?.dataset.drawerUrl;
  if (url) window.htmx.ajax("GET", url, { target: "#drawer", swap: "morph:innerHTML" });
  else if (document.querySelector("#movements")) refreshPage();
}

function refreshPage() {
  const movements = { target: "#movements", select: "#movements", swap: "morph:outerHTML" };
  window.htmx.ajax("GET", window.location.href, movements);
}

// A fresh list does not know which of its rows stands open; a shared link may.
document.addEventListener("htmx:afterSettle", () => mark(rowOf(drawer())));

function resume() {
  if (!place() || !window.htmx) return;
  if (drawer()) return void mark(rowOf(drawer()));
  const [item, at] = new URLSearchParams(window.location.search).get("open")?.split(".") ?? [];
  const row = item && document.querySelector(`#row-${CSS.escape(item)}-${CSS.escape(at ?? "")}`);
  if (row && WIDE.matches) open(row);
}

resume();
