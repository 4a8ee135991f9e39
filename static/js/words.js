/* Sentences come from the page, in the reader's language; here they only get their numbers. */

/** The sentence `name` with its places filled; `count` chooses between one and many. */
export function say(name, values = {}) {
  const words = document.querySelector("#words")?.content;
  const form = values.count === 1 ? words?.querySelector(`[data-word="${name}-one"]`) : null;
  const sentence = (form ?? words?.querySelector(`[data-word="${name}"]`))?.textContent ?? "";
  return sentence.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** "2 s ago", "4 min ago". */
export function ago(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return seconds < 60
    ? say("seconds-ago", { n: seconds })
    : say("minutes-ago", { n: Math.floor(seconds / 60) });
}

/** "9:42", as the reader's language writes it. */
export function clock(moment) {
  const style = { hour: "numeric", minute: "2-digit" };
  return new Intl.DateTimeFormat(document.documentElement.lang, style).format(moment);
}
