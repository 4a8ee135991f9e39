/* How fresh the numbers are, always in sight: the badge in the top bar, the banner below it, and
   one polite summary for those who listen instead of looking. */
import { ago, clock, say } from "./words.js";

const BETWEEN_SUMMARIES = 10_000;
const part = (name) => document.querySelector(`[data-live="${name}"]`);

/** Set the badge: live, lost, paused or wait. */
export function badge(state, text) {
  const element = part("badge");
  if (!element) return;
  element.dataset.state = state;
  const words = element.querySelector("[data-live-text]");
  if (words.textContent !== text) words.textContent = text;
}

export function freshnessText({ heardAt, now }) {
  return say("live", { ago: ago(now - heardAt) });
}

/** Show the banner with a sentence; `tail` changes every second and is not read out. */
export function banner(tone, sentence, { tail = "", action = "" } = {}) {
  const element = part("banner");
  if (!element) return;
  element.hidden = false;
  element.className = `banner ${tone}`;
  const [text, rest, button, link] = ["text", "tail", "retry", "sign-in"].map((name) =>
    element.querySelector(`[data-live="${name}"]`),
  );
  if (text.textContent !== sentence) text.textContent = sentence;
  rest.textContent = tail;
  button.hidden = action !== "retry";
  link.hidden = action !== "sign-in";
}

export function hideBanner() {
  const element = part("banner");
  if (!element || element.hidden) return;
  element.hidden = true;
  element.querySelector('[data-live="text"]').textContent = "";
}

export function lostSentence(lostAt) {
  return say("lost", { time: clock(lostAt) });
}

export class Summary {
  /** Says what changed at most every ten seconds, and nothing while it is muted. */
  constructor(isMuted) {
    Object.assign(this, { isMuted, changed: new Map(), saidAt: 0 });
  }

  add(rows) {
    if (this.isMuted()) return;
    for (const row of rows) this.changed.set(`${row.item}@${row.location}`, row);
  }

  tick(now) {
    if (!this.changed.size || now - this.saidAt < BETWEEN_SUMMARIES) return;
    const rows = [...this.changed.values()];
    this.changed.clear();
    this.saidAt = now;
    part("summary")?.replaceChildren(this.isMuted() ? "" : sentence(rows));
  }
}

function sentence(rows) {
  if (rows.length > 1) return say("changed", { count: rows.length });
  const [row] = rows;
  const shown = document.querySelector(`[data-item="${row.item}"][data-location="${row.location}"]`);
  return say("changed-one", { item: shown?.dataset.name ?? "", available: row.available });
}
