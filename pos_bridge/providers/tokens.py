"""The access token of a connection: used while it lasts, renewed once when it is refused.

Renewing is the TokenKeeper's business, under the connection's lock: several refresh tokens work
once, and several logins an hour are too many.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from pos_bridge.providers.base import ProviderRefused, TokenKeeper, Tokens
from pos_bridge.providers.http import Now

UNAUTHORISED = 401

T = TypeVar("T")
Exchange = Callable[[Tokens | None], Tokens]


class Bearer:
    def __init__(
        self, *, keeper: TokenKeeper, exchange: Exchange, now: Now, early: timedelta
    ) -> None:
        """`exchange` gets new tokens for old ones; `early` is how long before the end."""
        self._keeper, self._exchange, self._now, self._early = keeper, exchange, now, early

    def call(self, send: Callable[[str], T]) -> T:
        """What `send` answers with a token that works. A second 401 is the provider's last word."""
        tokens = self._usable()
        try:
            return send(tokens.access_token)
        except ProviderRefused as refused:
            if refused.status != UNAUTHORISED:
                raise
        return send(self._keeper.renew(tokens, self._exchange).access_token)

    def _usable(self) -> Tokens:
        tokens = self._keeper.current()
        if tokens is None or self._is_over(tokens):
            return self._keeper.renew(tokens, self._exchange)
        return tokens

    def _is_over(self, tokens: Tokens) -> bool:
        return tokens.expires_at is not None and tokens.expires_at - self._early <= self._now()
