"""Rest for a provider that is down, and a limit for what may be asked only so often.

Both are kept per process and named by a key, so that they outlive the clients that share them.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from pos_bridge.providers.base import ProviderUnavailable

Clock = Callable[[], float]


class Breaker:
    """After `limit` failures in a row nothing is asked for `rest` seconds; then one more failure
    is enough for the next rest, and one success forgets them all."""

    def __init__(self, *, limit: int = 5, rest: float = 60, clock: Clock = time.monotonic) -> None:
        self._limit, self._rest, self._clock = limit, rest, clock
        self._failures = 0
        self._until = 0.0
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raises ProviderUnavailable while resting."""
        with self._lock:
            left = self._until - self._clock()
            if self._failures >= self._limit and left > 0:
                raise ProviderUnavailable("resting after failures in a row", retry_after=left)

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self._limit:
                self._until = self._clock() + self._rest

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0


class Allowance:
    """At most `times` in any `window` of seconds."""

    def __init__(self, *, times: int, window: float, clock: Clock = time.monotonic) -> None:
        self._times, self._window, self._clock = times, window, clock
        self._taken: deque[float] = deque()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Raises ProviderUnavailable when used up, saying for how long."""
        with self._lock:
            now = self._clock()
            while self._taken and self._taken[0] <= now - self._window:
                self._taken.popleft()
            if len(self._taken) >= self._times:
                wait = self._taken[0] + self._window - now
                raise ProviderUnavailable("asked as often as allowed", retry_after=wait)
            self._taken.append(now)


_breakers: dict[tuple[str, ...], Breaker] = {}
_allowances: dict[tuple[str, ...], Allowance] = {}
_lock = threading.Lock()


def breaker_of(*key: str) -> Breaker:
    with _lock:
        return _breakers.setdefault(key, Breaker())


def allowance_of(*key: str, times: int, window: float) -> Allowance:
    with _lock:
        return _allowances.setdefault(key, Allowance(times=times, window=window))
