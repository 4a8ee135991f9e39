/* One socket that comes back by itself: twenty seconds of silence is a lost connection, and each
   try waits longer than the last. Says what happens through `on`; knows nothing of stock. */
import { pause } from "./feed.js";

export const SILENCE = 20_000;
const OUR_LEAVE = { 4401: "signed-out", 4403: "ended" };

export class Socket {
  /** `on.open()`, `on.message(json)`, `on.lost()`, `on.ended(reason)`. */
  constructor(address, on) {
    Object.assign(this, { address, on, attempt: 0, retryAt: null, heardAt: 0, line: null });
    this.ended = false;
  }

  connect(now = Date.now()) {
    this.retryAt = null;
    this.heardAt = now;
    const line = new WebSocket(this.address);
    this.line = line;
    line.addEventListener("open", () => line === this.line && this.opened());
    line.addEventListener("message", ({ data }) => line === this.line && this.heard(data));
    line.addEventListener("close", ({ code }) => line === this.line && this.closed(code));
  }

  get isOpen() {
    return this.line?.readyState === WebSocket.OPEN;
  }

  send(message) {
    if (this.isOpen) this.line.send(JSON.stringify(message));
  }

  opened() {
    this.heardAt = Date.now();
    this.on.open();
  }

  heard(data) {
    this.attempt = 0; // an answer, not only an open door, ends the waiting
    this.heardAt = Date.now();
    this.on.message(JSON.parse(data));
  }

  closed(code) {
    this.line = null;
    if (OUR_LEAVE[code]) return this.end(OUR_LEAVE[code]);
    this.retryAt = Date.now() + 1000 * pause(this.attempt);
    this.attempt += 1;
    return this.on.lost();
  }

  end(reason) {
    this.ended = true;
    this.line?.close();
    this.line = null;
    this.on.ended(reason);
  }

  /** Once a second: notice silence, try again when it is time. */
  tick(now = Date.now()) {
    if (this.ended) return;
    if (this.line && now - this.heardAt > SILENCE) this.drop();
    if (this.retryAt !== null && now >= this.retryAt) this.connect(now);
  }

  // A dead line may never say that it closed, so we stop listening to it ourselves.
  drop() {
    const dead = this.line;
    this.line = null;
    dead.close();
    this.closed(0);
  }

  retryNow() {
    if (this.retryAt !== null) this.retryAt = 0;
    this.tick();
  }
}
