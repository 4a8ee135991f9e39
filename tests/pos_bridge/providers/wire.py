"""A provider on the other end of the wire: answers what it is told to, and remembers what came."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx

from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import Account, Tokens

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
Reply = httpx.Response | Exception


class Keeper:
    """A TokenKeeper in memory."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self.tokens = tokens
        self.renewals = 0

    def current(self) -> Tokens | None:
        return self.tokens

    def renew(self, stale: Tokens | None, exchange: Callable[[Tokens | None], Tokens]) -> Tokens:
        if self.tokens == stale or self.tokens is None:
            self.renewals += 1
            self.tokens = exchange(stale)
        return self.tokens


@dataclass
class Wire:
    """Replies in order, the last one again and again; each request is kept."""

    replies: list[Reply]
    requests: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None  # what others do while we wait for the reply

    def handle(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        self.meanwhile()
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, Exception):
            raise reply
        return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)

    def connect(
        self,
        client: Any,
        provider: str,
        *,
        name: str,
        keeper: Keeper | None = None,
        secrets: Mapping[str, str] | None = None,
        environment: Literal["production", "sandbox"] = "production",
    ) -> Any:
        """A client on this wire; `name` keeps its breaker apart from other tests'."""
        fresh = Tokens("token-1", NOW + timedelta(days=365), "refresh-1")
        account = Account(
            environment=environment,
            merchant=name,
            secrets={"client_id": name, "client_secret": "secret", **(secrets or {})},
            tokens=keeper or Keeper(fresh),
        )
        return client(
            account,
            read=PROVIDERS[provider].read,
            transport=httpx.MockTransport(self.handle),
            sleep=self.slept.append,
            now=lambda: NOW,
        )


def reply(document: Any, status: int = 200, **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=document, headers=names)
