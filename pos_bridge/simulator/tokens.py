"""Access and refresh tokens that need no memory.

A token says when it ends and is sealed with the client's secret, so one issued before the
simulator was restarted is still good afterwards; only the single use of a refresh token is
forgotten then.
"""

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime, timedelta

from pos_bridge.simulator.clock import Clock


class Tokens:
    """Issues and checks the tokens of one provider."""

    def __init__(self, *, issuer: str, secret: str, clock: Clock) -> None:
        self._issuer = issuer
        self._key = hashlib.sha256(f"{issuer}:{secret}".encode()).digest()
        self._clock = clock
        self._serial = 0
        self._spent: set[str] = set()

    def issue(self, kind: str, life: timedelta) -> str:
        """A new token of a kind ("access", "refresh") that ends after `life`."""
        self._serial += 1
        now = self._clock.now()
        claims = {
            "iss": self._issuer,
            "kind": kind,
            "n": self._serial,
            "iat": now.timestamp(),
            "exp": (now + life).timestamp(),
        }
        text = _encode(json.dumps(claims).encode())
        return f"{text}.{self._seal(text)}"

    def is_good(self, token: str, kind: str) -> bool:
        """Whether we issued it as this kind, it has not ended and it was not spent."""
        text, _, seal = token.partition(".")
        if token in self._spent or not hmac.compare_digest(
            seal.encode(), self._seal(text).encode()
        ):
            return False
        try:
            claims = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (binascii.Error, ValueError):
            return False
        ends_at: float = claims["exp"]
        return bool(claims["kind"] == kind) and self._clock.now().timestamp() < ends_at

    def spend(self, token: str) -> None:
        """Make a token worthless from now on."""
        self._spent.add(token)

    def is_spent(self, token: str) -> bool:
        return token in self._spent

    def ends_at(self, life: timedelta) -> datetime:
        """When a token issued now ends."""
        return self._clock.now() + life

    def _seal(self, text: str) -> str:
        return _encode(hmac.digest(self._key, text.encode(), "sha256"))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
