"""Seat: one open socket, and what waits to be sent to it. Bounded: newer news replaces older."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson

from core.models import User
from reporting.live.channels import Key
from reporting.live.guests import MOST_CHANGES, Claim
from reporting.live.hints import Hint

MOST_PLACES = 200  # a socket follows at most


class CloseCode:
    """Why we close. Ours, so that the page can say it."""

    SIGNED_OUT = 4401
    NOT_ALLOWED = 4403
    TOO_SLOW = 4408  # it can come back and resume
    TOO_MANY = 4429
    UNREADABLE = 4400
    TOO_LARGE = 1009
    TRY_LATER = 1013


class Seat:
    """Holds what a socket asked for and what it is to be told, at most one hint a location."""

    def __init__(self, *, claim: Claim, user: User, end: Callable[[int], None]) -> None:
        self.claim = claim
        self.user = user
        self.end = end  # closes the socket with this code
        self.places: set[int] = set()  # what it follows, and gets news of
        self.sending_since: float | None = None
        self._asked: dict[int, int | None] = {}
        self._texts: dict[tuple[str, int | None], str] = {}
        self._hints: dict[int, Hint] = {}
        self._work = asyncio.Event()

    def key(self, location: int) -> Key:
        return (self.claim.tenant, location)

    def ask(self, location: int, after: int | None) -> bool:
        """Remember that it wants to follow; false when that is too much."""
        if location not in self.places and len(self.places) + len(self._asked) >= MOST_PLACES:
            return False
        self._asked[location] = after
        self._work.set()
        return True

    def say(self, kind: str, location: int | None = None, **content: Any) -> None:
        """Send this message soon, instead of an older one of its kind that still waits."""
        about = {} if location is None else {"location": location}
        message = {"type": kind, **about, **content}
        self._texts[kind, location] = orjson.dumps(message).decode()
        self._work.set()

    def offer(self, hint: Hint) -> None:
        """Send this hint soon, as one with what still waits of its location."""
        waiting = self._hints.get(hint.location)
        if waiting is not None:
            hint = waiting.then(hint)
            if len(hint.rows) > MOST_CHANGES:
                self.end(CloseCode.TOO_SLOW)
                return
        self._hints[hint.location] = hint
        self._work.set()

    def joined(self, location: int, seq: int) -> None:
        """From now on it gets news of the location: what it has been told up to `seq` it knows."""
        waiting = self._hints.get(location)
        if waiting is not None and waiting.seq <= seq:
            del self._hints[location]
        self.places.add(location)

    def left(self, location: int) -> None:
        """No more news of this location."""
        self.places.discard(location)
        self._hints.pop(location, None)

    async def work(self) -> None:
        """Wait until there may be something to do."""
        await self._work.wait()
        self._work.clear()

    def next_asked(self) -> tuple[int, int | None] | None:
        """The next location it wants to follow."""
        return self._asked.popitem() if self._asked else None

    def next_text(self) -> str | None:
        """The next frame to send; hints of a location only after its beginning was sent."""
        if self._texts:
            return self._texts.pop(next(iter(self._texts)))
        for location in self._hints:
            if location in self.places:
                return self._hints.pop(location).text
        return None
