"""Hub: all sockets of a process share one subscription, and each message is encoded once.

What a hint did not say is asked of the database once for everybody. While Redis is away the
database is polled.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from django.conf import settings
from django.db import Error as DatabaseError

from reporting.live import channels, guests
from reporting.live.channels import Key
from reporting.live.hints import Hint
from reporting.live.listener import Listener
from reporting.live.place import Place
from reporting.live.seat import CloseCode, Seat

logger = logging.getLogger(__name__)

MOST_SOCKETS = 10  # a user, a process


@dataclass(frozen=True)
class Pace:
    """How often things happen, in seconds."""

    window: float = 0.25  # four messages a second a location: cost is per message, not per row
    heartbeat: float = 15
    recheck: float = 30  # whether who listens still may
    poll: float = 2  # while Redis is away
    slow: float = 10  # a socket that takes nothing for so long is cut


class Hub:
    """Who sits in this process and what they follow."""

    pace = Pace()

    def __init__(self) -> None:
        self.seats: set[Seat] = set()
        self.places: dict[Key, Place] = {}
        self._asking: set[Key] = set()
        self._running: set[asyncio.Task[None]] = set()
        self._listener = self._new_listener()

    @property
    def is_listening(self) -> bool:
        """Whether news comes in from Redis right now."""
        return self._listener.is_listening

    # --- Sitting down and getting up

    def enter(self, seat: Seat) -> bool:
        """Take the seat in; false when its user has too many. The first one starts listening."""
        if sum(other.claim.user == seat.claim.user for other in self.seats) >= MOST_SOCKETS:
            return False
        self.seats.add(seat)
        if len(self.seats) == 1:
            self._start()
        return True

    def leave(self, seat: Seat) -> None:
        """Forget the seat; the last one stops listening. May be called again."""
        for place in [place for place in self.places.values() if seat in place.seats]:
            self.unfollow(seat, place.location)
        self.seats.discard(seat)
        if not self.seats:
            self._stop()

    def follow(self, seat: Seat, location: int) -> None:
        """Keep news of the location for this seat; it is sent after `seat.joined`."""
        key = seat.key(location)
        if key not in self.places:
            self.places[key] = Place(key, window=self.pace.window, missing=self._catch_up)
        self.places[key].seats.add(seat)

    def unfollow(self, seat: Seat, location: int) -> None:
        seat.left(location)
        place = self.places.get(seat.key(location))
        if place is None:
            return
        place.seats.discard(seat)
        if not place.seats:
            del self.places[place.key]
            place.close()

    def know(self, key: Key, seq: int) -> None:
        """Somebody has been told of everything up to `seq`."""
        place = self.places.get(key)
        if place is not None:
            place.know(seq)

    # --- News

    def hear(self, channel: str, data: bytes) -> None:
        """Take in a message from Redis."""
        try:
            content = orjson.loads(data)
            key = channels.key_of(channel)
            if key is None:
                self._access_changed(content["user"])
            elif key in self.places:
                self.places[key].hear(Hint.of(content))
        except (ValueError, LookupError, TypeError):
            logger.warning("Unreadable news on %s", channel)

    # --- What hints did not say

    def _catch_up(self, place: Place) -> None:
        if place.key not in self._asking:
            self._asking.add(place.key)
            self._run(self._ask_missed(place))

    async def _ask_missed(self, place: Place) -> None:
        after = place.last or 0
        try:
            state = await guests.ask(guests.missed, place.key, after)
        finally:
            self._asking.discard(place.key)
        if state is None:
            self._send_for_page(place)
        elif place.is_behind(state.seq):
            place.tell(Hint.since(place.location, after, state))

    def _send_for_page(self, place: Place) -> None:
        """Too much to tell: everybody fetches the page again, and follows from what it says."""
        for seat in list(place.seats):
            self.unfollow(seat, place.location)
            seat.say("resync", place.location)

    async def _poll(self) -> None:
        self._cut_the_slow()
        if not self.is_listening:
            await self._look()

    async def _look(self) -> None:
        """Ask how far each location is, and for what was not heard of."""
        for key, seq in (await self._newest()).items():
            self._compare(key, seq)

    async def _heartbeat(self) -> None:
        newest = await self._newest()
        loop = asyncio.get_running_loop()
        for key, seq in newest.items():
            loop.call_later(self.pace.window, self._compare, key, seq)  # it may be on its way
        for seat in self.seats:
            seqs = {str(at): newest[seat.key(at)] for at in seat.places if seat.key(at) in newest}
            seat.say("heartbeat", seqs=seqs)

    def _compare(self, key: Key, seq: int) -> None:
        place = self.places.get(key)
        if place is not None and place.is_behind(seq):
            self._catch_up(place)

    async def _newest(self) -> dict[Key, int]:
        return await guests.ask(guests.newest, list(self.places)) if self.places else {}

    def _cut_the_slow(self) -> None:
        limit = time.monotonic() - self.pace.slow
        for seat in list(self.seats):
            if seat.sending_since is not None and seat.sending_since < limit:
                seat.end(CloseCode.TOO_SLOW)

    # --- Who may listen

    def _access_changed(self, user: int) -> None:
        self._run(self._recheck([seat for seat in self.seats if seat.claim.user == user]))

    async def _recheck_all(self) -> None:
        await self._recheck(list(self.seats))

    async def _recheck(self, seats: Iterable[Seat]) -> None:
        seats = list(seats)
        if not seats:
            return
        allowed = await guests.ask(guests.allowed, {seat.claim for seat in seats})
        for seat in seats:
            self._hold_to(seat, allowed.get(seat.claim))

    def _hold_to(self, seat: Seat, allowed: frozenset[int] | None) -> None:
        if allowed is None:
            seat.end(CloseCode.SIGNED_OUT)
            return
        lost = seat.places - allowed
        if not allowed or (lost and lost == seat.places):
            seat.end(CloseCode.NOT_ALLOWED)
            return
        for location in lost:
            self.unfollow(seat, location)
            seat.say("refused", location)

    # --- Running

    def _new_listener(self) -> Listener:
        return Listener(
            url=settings.REDIS_URL,
            pattern=channels.everything(),
            hear=self.hear,
            back=self._listening_again,
        )

    def _listening_again(self) -> None:
        self._run(self._look())
        self._run(self._recheck_all())

    def _start(self) -> None:
        self._listener = self._new_listener()
        self._run(self._listener.run())
        for seconds, step in (
            (self.pace.heartbeat, self._heartbeat),
            (self.pace.recheck, self._recheck_all),
            (self.pace.poll, self._poll),
        ):
            self._run(_every(seconds, step))

    def _stop(self) -> None:
        for task in self._running:
            task.cancel()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(_without_harm(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)


async def _every(seconds: float, step: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        await _without_harm(step())


async def _without_harm(work: Awaitable[None]) -> None:
    """What fails is tried again at the next turn; sockets stay open meanwhile."""
    try:
        await work
    except DatabaseError as error:
        logger.warning("No database to ask for live news: %s", error)
    except Exception:
        logger.exception("Live news failed")


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def here() -> Hub:
    """The hub of this process (of its event loop, of which it has one)."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
