"""What lets us in at Square: OAuth tokens that renew themselves, or one fixed personal token."""

from __future__ import annotations

from pos_bridge.providers import times
from pos_bridge.providers.base import (
    Account,
    ProviderRefused,
    ProviderUnavailable,
    TokenKeeper,
    Tokens,
    UnreadablePayload,
)
from pos_bridge.providers.tokens import UNAUTHORISED, Exchange


class Authorisation:
    """The connection's own TokenKeeper where there is an OAuth grant; else the fixed token."""

    def __init__(self, account: Account) -> None:
        self._keeper: TokenKeeper = account.tokens
        self._fixed = account.secrets.get("access_token", "")

    def current(self) -> Tokens | None:
        granted = self._keeper.current()
        if granted is None and self._fixed:
            return Tokens(self._fixed)
        return granted

    def renew(self, stale: Tokens | None, exchange: Exchange) -> Tokens:
        if stale is not None and not stale.refresh_token:
            raise ProviderRefused("the access token is accepted no more", status=UNAUTHORISED)
        return self._keeper.renew(stale, exchange)


def refresh_token_of(stale: Tokens | None) -> str:
    """Raises ProviderRefused when only the merchant can help."""
    if stale is None or not stale.refresh_token:
        raise ProviderRefused("authorise the connection again", status=UNAUTHORISED)
    return stale.refresh_token


def granted(answer: dict[str, object], stale: Tokens | None) -> Tokens:
    """The tokens of an answer. The code flow's refresh token lasts, so it may be left out."""
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if not isinstance(access, str) or not access:
        raise ProviderUnavailable("an authorisation without a token")
    kept = stale.refresh_token if stale else ""
    try:
        expires_at = times.parse(answer.get("expires_at"))
    except UnreadablePayload:
        expires_at = None
    return Tokens(access, expires_at, refresh if isinstance(refresh, str) and refresh else kept)
