/* From rows of the feed to numbers on the page. Changes within 250 ms become one; a hidden or
   paused page keeps only the newest of each row and paints when it is looked at again. */
import { flash } from "./flash.js";
import { micro, quantity, read, signed } from "./numbers.js";

const WINDOW = 250;
const CELLS = { "on-hand": "on_hand", held: "reserved", available: "available" };

const waiting = new Map(); // row key -> its newest values
const versions = new Map(); // row key -> the version on the page
let timer = null;
let paused = false;

const key = (row) => `${row.item}@${row.location}`;
const asleep = () => paused || document.hidden;

/** How many rows wait to be painted. */
export function waitingCount() {
  return waiting.size;
}

/** Take rows of one location; the same row again replaces itself. */
export function take(location, rows) {
  for (const row of rows) {
    const named = { ...row, location };
    if (row.version < (versions.get(key(named)) ?? 0)) continue; // older than what is shown
    waiting.set(key(named), named);
  }
  timer ??= setTimeout(paint, WINDOW);
}

/** Stop painting, or go on with everything that waited. */
export function hold(stop) {
  paused = stop;
  if (!stop) paint();
}

/** Paint what waits, unless nobody looks; tells the page what changed. */
export function paint() {
  clearTimeout(timer);
  timer = null;
  if (asleep() || !waiting.size) return;
  const rows = [...waiting.values()];
  waiting.clear();
  const changed = rows.filter(paintRow);
  document.dispatchEvent(new CustomEvent("stock:painted", { detail: { rows, changed } }));
}

function paintRow(row) {
  versions.set(key(row), row.version);
  const shown = document.querySelectorAll(`[data-item="${row.item}"][data-location="${row.location}"]`);
  let changed = false;
  for (const element of shown) {
    for (const [cell, field] of Object.entries(CELLS)) {
      changed = paintCell(element.querySelector(`[data-cell="${cell}"]`), row[field], cell) || changed;
    }
    paintState(element, row);
  }
  row.isShown = shown.length > 0;
  return changed;
}

function paintCell(cell, value, name) {
  const number = cell?.querySelector("[data-number]");
  if (!number || value === undefined) return false;
  const before = read(number.firstChild?.textContent ?? "");
  const after = micro(value);
  if (before === after) return false;
  const delta = name === "available" && before !== null ? signed(after - before) : "";
  flash(number, quantity(value), delta);
  cell.toggleAttribute("data-zero", after === 0n);
  return true;
}

/** How an item stands, by the same steps as the server: below zero, out, low, in stock. */
export function stateOf({ on_hand, available }, lowBelow) {
  if (micro(on_hand) < 0n) return "below";
  if (micro(available) <= 0n) return "out";
  return lowBelow && micro(available) < micro(lowBelow) ? "low" : "ok";
}

function paintState(element, row) {
  const cell = element.querySelector('[data-cell="state"]');
  const was = cell?.querySelector("[data-state]")?.dataset.state;
  if (!was) return;
  const state = stateOf(row, element.dataset.lowAt);
  if (state === was) return;
  const sample = document.querySelector("#states")?.content.querySelector(`[data-state="${state}"]`);
  if (sample) cell.replaceChildren(sample.cloneNode(true));
}

document.addEventListener("visibilitychange", () => document.hidden || paint());
