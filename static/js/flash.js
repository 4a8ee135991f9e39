/* A value that has just changed: its tint fades, its change stays four seconds, nothing moves. */
const STAYS = 4_000;
const timers = new WeakMap();

/** Write `text` into `element`; `delta` is how it changed, or nothing to show none. */
export function flash(element, text, delta = "") {
  clearTimeout(timers.get(element));
  element.replaceChildren(text);
  element.classList.remove("on");
  void element.offsetWidth; // the fade starts again, though it may still be running
  element.classList.add("flash", "on");
  if (delta) element.append(badge(delta));
  timers.set(element, setTimeout(() => settle(element), STAYS));
}

function badge(delta) {
  const span = document.createElement("span");
  span.className = "delta";
  span.setAttribute("aria-hidden", "true"); // the summary region says it, and once
  span.textContent = delta;
  return span;
}

function settle(element) {
  element.classList.remove("on");
  element.querySelector(".delta")?.remove();
}
