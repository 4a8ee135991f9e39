"""StockFeed: the socket of an open page. It follows locations, each from the number the page knows.

The page sends `follow` (location, after) and `ping`. It is told `snapshot`, `changes`, `heartbeat`,
`resync` (fetch the page again), `refused` and `pong`. Quantities only, never cost.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import orjson
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth import HASH_SESSION_KEY
from django.db import Error as DatabaseError

from core.models import User
from inventory.queries.feed import State
from reporting.live import guests, hub
from reporting.live.guests import Claim
from reporting.live.seat import CloseCode, Seat

logger = logging.getLogger(__name__)

LARGEST_FRAME = 64 * 1024
LARGEST_NUMBER = 2**53  # what browsers count exactly
MESSAGES_A_SECOND = 20
BURST = 200  # a page that opens follows all its locations at once


class Unreadable(ValueError):
    """No page of ours sends this."""


class StockFeed(AsyncWebsocketConsumer):
    """Answers what a page asks and passes on what the hub hears."""

    channel_layer_alias = "none"  # a layer would wake every socket for itself: ten times the cost
    seat: Seat | None = None
    serving: asyncio.Task[None] | None = None
    closing: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Accept first: only then can a closing code say why."""
        await self.accept()
        self.allowance = Allowance()
        refusal = await self._sit_down()
        if refusal:
            await self.close(refusal)

    async def _sit_down(self) -> int | None:
        user, session = self.scope["user"], self.scope["session"]
        if not isinstance(user, User):
            return CloseCode.SIGNED_OUT
        tenant = await guests.ask(guests.admit, user, self.scope["url_route"]["kwargs"]["tenant"])
        if tenant is None:
            return CloseCode.NOT_ALLOWED
        claim = Claim(tenant, user.pk, session.session_key, session[HASH_SESSION_KEY])
        seat = Seat(claim=claim, user=user, end=self._end)
        if not hub.here().enter(seat):
            return CloseCode.TOO_MANY
        self.seat = seat
        self.serving = asyncio.create_task(self._serve(seat))
        return None

    async def disconnect(self, code: int) -> None:
        self._get_up()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Only remembers: the answers are worked out in `_serve`, one at a time."""
        if self.seat is None:
            return
        if not self.allowance.take(time.monotonic()):
            self._end(CloseCode.TOO_MANY)
        elif len(text_data or bytes_data or "") > LARGEST_FRAME:
            self._end(CloseCode.TOO_LARGE)
        else:
            try:
                self._take(self.seat, _read(text_data))
            except Unreadable:
                self._end(CloseCode.UNREADABLE)

    def _take(self, seat: Seat, message: dict[str, Any]) -> None:
        if message.get("type") == "ping":
            seat.say("pong")
        elif message.get("type") == "follow":
            location, after = _followed(message)
            if not seat.ask(location, after):
                seat.say("refused", location)
        # Anything else: a newer page may ask for more than we know.

    async def _serve(self, seat: Seat) -> None:
        try:
            while True:
                await seat.work()
                await self._do(seat)
        except DatabaseError as error:
            logger.warning("No database to answer a page: %s", error)
            self._end(CloseCode.TRY_LATER)
        except Exception:
            logger.exception("Serving a page failed")
            self._end(CloseCode.TRY_LATER)

    async def _do(self, seat: Seat) -> None:
        while True:
            asked, text = seat.next_asked(), None
            if asked is not None:
                await self._join(seat, *asked)
            else:
                text = seat.next_text()
            if text is not None:
                await self._send(seat, text)
            elif asked is None:
                return

    async def _join(self, seat: Seat, location: int, after: int | None) -> None:
        # Followed before it is read, so that nothing falls between; held back until it is allowed.
        hub.here().follow(seat, location)
        joined = await guests.ask(guests.join, seat.user, seat.claim.tenant, location, after)
        if joined is None or joined.state is None:
            hub.here().unfollow(seat, location)
            seat.say("refused" if joined is None else "resync", location)
            return
        await self._send(seat, _beginning(location, after, joined.state))
        seat.joined(location, joined.state.seq)
        hub.here().know(seat.key(location), joined.state.seq)

    async def _send(self, seat: Seat, text: str) -> None:
        seat.sending_since = time.monotonic()
        await self.base_send({"type": "websocket.send", "text": text})
        seat.sending_since = None

    def _end(self, code: int) -> None:
        """Close for a reason. The socket gets up at once, however slowly it closes."""
        if self.closing is None:
            self._get_up()
            self.closing = asyncio.create_task(self.close(code))

    def _get_up(self) -> None:
        if self.serving is not None:
            self.serving.cancel()
        if self.seat is not None:
            hub.here().leave(self.seat)
            self.seat = None


class Nowhere(AsyncWebsocketConsumer):
    """Every other address."""

    channel_layer_alias = "none"

    async def connect(self) -> None:
        await self.close()


class Allowance:
    """So many messages a second, after a burst."""

    def __init__(self) -> None:
        self._left = float(BURST)
        self._at = time.monotonic()

    def take(self, now: float) -> bool:
        """Whether one more message is within the limit."""
        self._left = min(BURST, self._left + MESSAGES_A_SECOND * (now - self._at)) - 1
        self._at = now
        return self._left >= 0


def _read(text: str | None) -> dict[str, Any]:
    try:
        message = orjson.loads(text or "")
    except orjson.JSONDecodeError as error:
        raise Unreadable from error
    if not isinstance(message, dict):
        raise Unreadable
    return message


def _followed(message: dict[str, Any]) -> tuple[int, int | None]:
    after = message.get("after")
    return _number(message.get("location")), None if after is None else _number(after)


def _number(value: object) -> int:
    if type(value) is int and 0 <= value <= LARGEST_NUMBER:  # True is no number
        return value
    raise Unreadable


def _beginning(location: int, after: int | None, state: State) -> str:
    kind = {"type": "snapshot"} if after is None else {"type": "changes", "after": after}
    seq, rows = state
    return orjson.dumps({**kind, "location": location, "seq": seq, "rows": rows}).decode()
