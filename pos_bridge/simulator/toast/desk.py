"""Toast's login desk: the same token until its last minute, and two logins an hour."""

from collections import deque
from datetime import datetime, timedelta

from pos_bridge.simulator.clock import Clock
from pos_bridge.simulator.tokens import Tokens
from pos_bridge.simulator.wire import Refusal

TOKEN_LIFE = timedelta(seconds=19168)
LOGINS_AN_HOUR = 2
_LAST_MINUTE = timedelta(minutes=1)


class Desk:
    """Where one client logs in: the same token until its last minute, two logins an hour."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._logins: deque[datetime] = deque()
        self._token = ""
        self._ends_at: datetime | None = None

    def log_in(self, tokens: Tokens) -> tuple[str, int]:
        """A token and the seconds it is still good for. Raises Refusal (429)."""
        now = self._clock.now()
        while self._logins and self._logins[0] <= now - timedelta(hours=1):
            self._logins.popleft()
        if len(self._logins) >= LOGINS_AN_HOUR:
            wait = self._logins[0] + timedelta(hours=1) - now
            raise Refusal(429, "Too many logins", Retry_After=str(int(wait.total_seconds()) + 1))
        self._logins.append(now)
        if self._ends_at is None or now >= self._ends_at - _LAST_MINUTE:
            self._token = tokens.issue("access", TOKEN_LIFE)
            self._ends_at = now + TOKEN_LIFE
        return self._token, int((self._ends_at - now).total_seconds())
