/* What a page knows of each location, and what it does with the next message.
   No socket, no clock, no page in here: messages and moments are handed in. */
const PATIENCE = 2_000; // how long news may be behind before we ask for it again

/** Seconds to wait before the next try: twice as long each time, 30 s at most, never in step. */
export function pause(attempt, chance = Math.random()) {
  return Math.min(30, 2 ** attempt) * (0.5 + chance / 2);
}

export class Feed {
  /** `send(message)` to the server; `show(rows)`, `reload()` and `refuse(place)` for the page. */
  constructor({ send, show, reload, refuse }) {
    Object.assign(this, { send, show, reload, refuse });
    this.places = new Map();
  }

  /** Know a location up to `seq`; a page fragment newer than what we heard moves us forward. */
  know({ id, code, name, seq }) {
    const place = this.places.get(String(id));
    if (place) {
      place.last = Math.max(place.last ?? 0, seq ?? 0);
      return;
    }
    this.places.set(String(id), { id, code, name, last: seq, newest: 0, askedAt: null, behindAt: null });
  }

  /** Ask for everything after what each location last showed. */
  open(now) {
    for (const place of this.places.values()) this.ask(place, now);
  }

  ask(place, now) {
    place.askedAt = now;
    place.behindAt = null;
    this.send({ type: "follow", location: place.id, after: place.last });
  }

  hear(message, now) {
    if (message.type === "heartbeat") return this.heartbeat(message.seqs, now);
    const place = this.places.get(String(message.location));
    if (!place) return undefined;
    if (message.type === "snapshot") return this.snapshot(place, message);
    if (message.type === "changes") return this.changes(place, message, now);
    if (message.type === "resync") return this.resync(place);
    if (message.type === "refused") return this.close(place);
    return undefined; // a newer server may say more than we know
  }

  snapshot(place, { seq, rows }) {
    if (place.last !== null && seq < place.last) return;
    place.last = seq;
    place.askedAt = null;
    this.show(place, rows);
  }

  // One message tells of every change after `after`, up to `seq`.
  changes(place, { after, seq, rows }, now) {
    if (place.last !== null && seq < place.last) return; // late news
    if (after > (place.last ?? 0)) return this.gap(place, now); // something fell between
    place.askedAt = null;
    if (seq === place.last) return;
    place.last = seq;
    this.show(place, rows);
  }

  gap(place, now) {
    const waiting = place.askedAt !== null && now - place.askedAt < PATIENCE;
    if (!waiting) this.ask(place, now);
  }

  heartbeat(seqs, now) {
    for (const [id, seq] of Object.entries(seqs)) {
      const place = this.places.get(id);
      if (place) place.newest = seq;
    }
    this.check(now);
  }

  /** Ask again where the newest number has been ahead of ours for two seconds. */
  check(now) {
    for (const place of this.places.values()) {
      if (place.newest <= (place.last ?? 0)) place.behindAt = null;
      else if (place.behindAt === null) place.behindAt = now;
      else if (now - place.behindAt >= PATIENCE) this.ask(place, now);
    }
  }

  // Too old to replay: the page fetches itself anew, and `know` brings the number it came with.
  // Should that fail, nothing is known of the place and the next `follow` asks for all of it.
  resync(place) {
    place.last = null;
    this.reload(place);
  }

  close(place) {
    this.places.delete(String(place.id));
    this.refuse(place);
  }
}
