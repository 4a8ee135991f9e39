"""Toast's rate limits, for each restaurant: by the second, and by the quarter of an hour."""

from collections import defaultdict, deque
from datetime import datetime, timedelta

from pos_bridge.simulator.clock import Clock
from pos_bridge.simulator.wire import Refusal, Request

_SECOND = timedelta(seconds=1)
_QUARTER = timedelta(minutes=15)
#: Requests a restaurant may make in a second, by the beginning of the path, narrowest first.
A_SECOND = {"/menus/": 1, "/orders/v2/ordersBulk": 5, "/": 20}
A_QUARTER = 10_000


class Limits:
    """Counts calls and refuses those beyond the limits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[tuple[str, str], deque[datetime]] = defaultdict(deque)

    def admit(self, request: Request) -> None:
        """Count a call. Raises Refusal (429) with the seconds to wait."""
        who = request.header("Toast-Restaurant-External-ID")
        path = next(path for path in A_SECOND if request.path.startswith(path))
        self._count((who, path), _SECOND, A_SECOND[path])
        self._count((who, "quarter"), _QUARTER, A_QUARTER)

    def _count(self, key: tuple[str, str], span: timedelta, most: int) -> None:
        now = self._clock.now()
        calls = self._calls[key]
        while calls and calls[0] <= now - span:
            calls.popleft()
        if len(calls) >= most:
            wait = (calls[0] + span - now).total_seconds()
            raise Refusal(
                429,
                "Too many requests",
                Retry_After=str(int(wait) + 1),
                X_Toast_RateLimit_By="RESTAURANT",
                X_Toast_RateLimit_Remaining="0",
                X_Toast_RateLimit_Reset=str(int((calls[0] + span).timestamp())),
            )
        calls.append(now)
