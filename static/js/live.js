/* The live page: one socket per tab, every location the page shows, from the number it was
   rendered with. Joins the feed, the socket, the painting and the words; decides nothing itself. */
import { Feed } from "./feed.js";
import { badge, banner, freshnessText, hideBanner, lostSentence, Summary } from "./freshness.js";
import { hold, paint, take, waitingCount } from "./paint.js";
import { isOn } from "./settings.js";
import { Socket } from "./socket.js";
import { clock, say } from "./words.js";

const BACK_STAYS = 4_000;
const SETTLES = 1_500; // replies to `follow` come within this; what comes later is ordinary news

/** Where the socket is: a whole address, a port on this host, or this site itself. */
export function address({ url, port, path }, here = location) {
  if (url) return url;
  const scheme = here.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${port ? `${here.hostname}:${port}` : here.host}${path}`;
}

class Live {
  constructor(root) {
    this.lostAt = null;
    this.backAt = null;
    this.caughtUp = 0;
    this.isPaused = false;
    this.stale = new Set();
    this.summary = new Summary(() => !isOn("announce"));
    this.feed = new Feed({
      send: (message) => this.socket.send(message),
      show: (place, rows) => this.show(place, rows),
      reload: (place) => this.reload(place),
      refuse: (place) => banner("", say("refused", { place: place.name, time: clock(Date.now()) })),
    });
    this.socket = new Socket(address(root.dataset), {
      open: () => this.opened(),
      message: (message) => this.feed.hear(message, Date.now()),
      lost: () => this.lost(),
      ended: (reason) => this.ended(reason),
    });
  }

  start() {
    this.learn();
    if (!this.feed.places.size) return;
    this.socket.connect();
    setInterval(() => this.tick(), 1000);
    document.addEventListener("stock:painted", ({ detail }) => this.summary.add(detail.changed));
    document.addEventListener("htmx:afterSettle", () => this.learn());
    document.addEventListener("visibilitychange", () => this.tick());
    document.addEventListener("click", (event) => this.click(event));
    addEventListener("online", () => this.socket.retryNow());
  }

  // The page says what it was rendered with, and a fresh fragment says so again.
  learn() {
    for (const { dataset } of document.querySelectorAll("[data-live-place]")) {
      const id = Number(dataset.livePlace);
      const seq = dataset.seq ? Number(dataset.seq) : null;
      const isNew = !this.feed.places.has(String(id));
      this.feed.know({ id, code: dataset.code, name: dataset.name, seq });
      if (isNew && this.socket.isOpen) this.feed.ask(this.feed.places.get(String(id)), Date.now());
    }
  }

  opened() {
    if (this.lostAt !== null) this.backAt = Date.now();
    this.caughtUp = 0;
    this.feed.open(Date.now());
    this.tick();
  }

  show(place, rows) {
    if (this.backAt !== null) this.caughtUp += rows.length;
    take(place.id, rows);
  }

  lost() {
    this.lostAt ??= Date.now();
    this.backAt = null;
    this.tick();
  }

  ended(reason) {
    const action = reason === "signed-out" ? "sign-in" : "";
    banner("", say(reason, { time: clock(Date.now()) }), { action });
    badge("lost", say("not-live"));
  }

  // Too old to catch up row by row: fetch the list again, quietly and once for all places that say
  // so, then follow from what it came with.
  async reload(place) {
    const isFetching = this.stale.size > 0;
    this.stale.add(place);
    if (isFetching) return;
    await this.refetch();
    for (const waiting of this.stale) this.feed.ask(waiting, Date.now());
    this.stale.clear();
  }

  async refetch() {
    const list = document.querySelector("[data-live-list]");
    if (!list || !window.htmx) return;
    const target = `#${list.id}`;
    const how = { target, select: target, swap: "morph:outerHTML" };
    await window.htmx.ajax("GET", window.location.href, how);
    this.learn();
  }

  tick() {
    const now = Date.now();
    this.socket.tick(now);
    if (this.socket.ended) return;
    if (this.socket.isOpen) this.feed.check(now);
    if (document.hidden) return;
    this.say(now);
    this.summary.tick(now);
  }

  say(now) {
    if (!this.socket.isOpen) return this.sayLost(now);
    if (this.lostAt !== null) this.sayBack(now);
    if (this.isPaused) return badge("paused", say("paused", { count: waitingCount() }));
    return badge("live", freshnessText({ heardAt: this.socket.heardAt, now }));
  }

  sayLost(now) {
    if (this.lostAt === null) return badge("wait", say("connecting"));
    const seconds = Math.max(0, Math.ceil(((this.socket.retryAt ?? now) - now) / 1000));
    const tail = seconds ? say("retry-in", { n: seconds }) : say("retry-now");
    banner("", lostSentence(this.lostAt), { tail, action: "retry" });
    return badge("lost", say("not-live"));
  }

  sayBack(now) {
    const since = now - this.backAt;
    if (since < SETTLES) return;
    banner("info", say(this.caughtUp ? "back" : "back-none", { count: this.caughtUp }));
    if (since < SETTLES + BACK_STAYS) return;
    this.lostAt = null;
    this.backAt = null;
    hideBanner();
  }

  click({ target }) {
    if (target.closest('[data-live="retry"]')) this.socket.retryNow();
    const button = target.closest('[data-live="pause"]');
    if (!button) return;
    this.isPaused = !this.isPaused;
    button.setAttribute("aria-pressed", String(this.isPaused));
    hold(this.isPaused);
    if (!this.isPaused) paint();
    this.tick();
  }
}

const root = document.querySelector("#live");
if (root) new Live(root).start();
