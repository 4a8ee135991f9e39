/* What was just done, for eight seconds, longer while someone points at it or is in it; at most
   three at once. A response header or any script says it with the event "toast" {text}. */
import { say } from "./words.js";

const STAYS = 8_000;
const MOST = 3;
const region = () => document.querySelector("[data-toasts]");

function start(toast) {
  let timer = null;
  const leave = () => toast.remove();
  const wait = () => (timer = setTimeout(leave, STAYS));
  const hold = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, wait);
  toast.querySelector("[data-toast-close]").addEventListener("click", leave);
  wait();
}

export function toast(text) {
  const made = document.querySelector("#toast")?.content.firstElementChild.cloneNode(true);
  if (!made || !text) return;
  made.querySelector("[data-toast-text]").textContent = text;
  region().append(made);
  while (region().children.length > MOST) region().firstElementChild.remove();
  start(made);
}

document.addEventListener("toast", ({ detail }) => toast(detail.text ?? detail.value));
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => toast(say("not-loaded")));
}
region()?.querySelectorAll("[data-toast]").forEach(start);
