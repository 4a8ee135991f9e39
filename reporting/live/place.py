"""Place: one location that sockets of this process follow, and what is told of it.

News goes out at most every `window` seconds, in order and without gaps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from reporting.live.channels import Key
from reporting.live.hints import Hint, continuing, runs
from reporting.live.seat import Seat


class Place:
    """Calls `missing(place)` when something lies between what was told and what was heard."""

    def __init__(self, key: Key, *, window: float, missing: Callable[[Place], None]) -> None:
        self.key = key
        self.last: int | None = None  # everybody was told up to here; None until somebody knows
        self.seats: set[Seat] = set()
        self._window = window
        self._missing = missing
        self._pending: list[Hint] = []
        self._timer: asyncio.TimerHandle | None = None

    @property
    def location(self) -> int:
        return self.key[1]

    def know(self, seq: int) -> None:
        """Somebody has been told of everything up to `seq`."""
        if self.last is None:
            self.last = seq
            self._flush()

    def is_behind(self, seq: int) -> bool:
        return self.last is not None and self.last < seq

    def hear(self, hint: Hint) -> None:
        """Tell at once after a quiet time, else with all that comes until the window ends."""
        self._pending.append(hint)
        if self._timer is None:
            self._flush()
            self._open_window()

    def tell(self, hint: Hint) -> None:
        """Tell everybody, and what was heard meanwhile and goes on from there."""
        self._offer(hint)
        self._flush()

    def close(self) -> None:
        """Nobody follows any more."""
        if self._timer:
            self._timer.cancel()

    def _open_window(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._window, self._close_window)

    def _close_window(self) -> None:
        self._timer = None
        if not self._pending:
            return
        self._flush()
        if self._pending and self.last is not None:  # what lies between has had its time to come
            self._missing(self)
        self._open_window()

    def _flush(self) -> None:
        if self.last is None:
            self._pending = runs(self._pending)
            return
        hint, self._pending = continuing(self.last, self._pending)
        if hint is not None:
            self._offer(hint)

    def _offer(self, hint: Hint) -> None:
        self.last = hint.seq
        for seat in list(self.seats):
            seat.offer(hint)
