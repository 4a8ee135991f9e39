"""What time it is: the wall's in the running program, the test's own in tests."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells an aware time."""

    def now(self) -> datetime: ...


class WallClock:
    """The time of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class HandClock:
    """Stands still until it is moved, so that nothing in a test depends on how fast it runs."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, **by: float) -> datetime:
        """Move on by a timedelta's keywords (minutes=5) and tell the new time."""
        self._now += timedelta(**by)
        return self._now


class Stamps:
    """Times that never repeat: each is later than the one before, by a millisecond at least.

    Two changes of one order in the same instant would otherwise carry the same version.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last = datetime.min.replace(tzinfo=UTC)

    def next(self) -> datetime:
        millis = self._now().replace(microsecond=self._now().microsecond // 1000 * 1000)
        self._last = max(millis, self._last + timedelta(milliseconds=1))
        return self._last


def rfc3339(at: datetime) -> str:
    """2026-11-25T09:30:00.000Z: the form of Square, K-Series and Toast's envelopes."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
