"""The words every till speaks here: what arrives, what it says of stock, and how to ask for more.

Plain Python, no Django and no database: bytes in, facts out. What a till does not say stays None;
nothing is guessed. Quantities are exact Decimals and never negative: the kind of a line says which
way goods moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol


class BadSignature(Exception):
    """Refused: none of the live secrets made this signature."""


class UnreadablePayload(Exception):
    """The bytes are not what this provider sends. Kept, and put aside for a person."""


class ProviderUnavailable(Exception):
    """The provider did not answer usefully (429, 5xx, time-out, garbage): ask again later."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds, when the provider said so


class ProviderRefused(Exception):
    """The provider answered for good: not found, not allowed, or the authorisation is gone."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery as it came. Header names are lower case; url is the one registered with them."""

    body: bytes
    headers: Mapping[str, str]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """What intake needs before anything is understood: never raises, never believed for stock."""

    dedupe: str  # the same event again has the same key
    merchant: str | None = None
    event_type: str = ""
    parts: tuple[str, ...] = ()  # what the key is made of, to show a person


class LineKind(StrEnum):
    SALE = "sale"
    RETURN = "return"
    MODIFIER = "modifier"
    WASTE = "waste"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order: how many of which of their items, in total, left or came back."""

    key: str  # stable within the order, through all its versions
    item: str | None  # their id of what we count (Square: variation); None: an open amount
    quantity: Decimal  # >= 0, already multiplied out (a modifier on 5 pies has quantity 5)
    kind: LineKind = LineKind.SALE
    name: str = ""  # to show a person, never to match by
    sku: str = ""
    at: datetime | None = None  # when it differs from the order's
    amount: int | None = None  # minor units of the order's currency, for the whole line
    restocked: bool | None = None  # returns only; None: the till does not say
    returns_line: str = ""  # returns only: "order/line" of the sale, when the till says


class OrderState(StrEnum):
    OPEN = "open"  # moves no stock yet
    COMPLETED = "completed"
    VOID = "void"  # wants nothing


@dataclass(frozen=True, slots=True)
class OrderVersion:
    """An order as it stood at one moment. The newest wins; lines it lacks are wanted no more."""

    order: str
    location: str | None
    state: OrderState
    version_at: datetime  # versions are ordered by (version_at, version_no)
    occurred_at: datetime  # when the goods moved: closed, else opened
    version_no: int = 0
    lines: tuple[Line, ...] = ()
    currency: str = ""  # ISO 4217; empty: the tenant's
    total: int | None = None  # minor units
    number: str = ""  # what the receipt says, to show a person


@dataclass(frozen=True, slots=True)
class StockHint:
    """What the provider believes it has: evidence for reconciliation, never a movement."""

    item: str
    location: str
    quantity: Decimal | None  # None: not tracked, or only "out" and "in" are known


@dataclass(frozen=True, slots=True)
class Fetch:
    """Something a thin event only names. Written order:ID, catalog:, menus:RESTAURANT."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one payload says. `ignored`: a kind of event that says nothing of goods."""

    identity: Identity
    status: Literal["read", "ignored"] = "read"
    location: str | None = None
    orders: tuple[OrderVersion, ...] = ()
    fetches: tuple[Fetch, ...] = ()
    stock_hints: tuple[StockHint, ...] = ()


PayloadKind = Literal["webhook", "answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One order (or list entry) an API call brought, as bytes that `read(…, "answer")` takes."""

    body: bytes
    dedupe: str  # order id + version, so that the same answer again is the same event
    merchant: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a poll: its answers, and where to go on (None: this was the last)."""

    answers: tuple[Answer, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class TheirLocation:
    id: str
    name: str
    time_zone: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class TheirItem:
    """One entry of the provider's catalogue, at the level we count."""

    id: str
    name: str
    sku: str = ""
    barcode: str = ""
    price: int | None = None  # minor units
    currency: str = ""
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an authorisation holds now. Saved before it is used: some refresh tokens work once."""

    access_token: str
    expires_at: datetime | None = None
    refresh_token: str = ""


class TokenKeeper(Protocol):
    """Keeps a connection's tokens; handed in, because keeping them takes a database."""

    def current(self) -> Tokens | None:
        """The newest tokens, whoever renewed them."""
        ...

    def renew(self, stale: Tokens | None, exchange: Callable[[Tokens | None], Tokens]) -> Tokens:
        """Under the connection's lock: when the kept ones still are `stale`, call `exchange` and
        keep its result; else answer what another worker has renewed meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class Account:
    """How to reach one connection's provider. `secrets` are opened only for the client."""

    environment: Literal["production", "sandbox"]
    merchant: str
    secrets: Mapping[str, str] = field(repr=False)  # client_id, client_secret, access_token …
    tokens: TokenKeeper = field(repr=False)
    base_url: str = ""  # empty: the provider's own for the environment


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the provider can do at all, for the screen and for the sync to respect."""

    pushes_sales: bool  # its webhooks tell of till sales
    polls_sales: bool
    stock_push: Literal["none", "relative", "absolute"]
    states_restock: bool
    has_locations: bool  # False: one pool of stock for the whole site


class Client(Protocol):
    """One connection's provider over HTTP: time limits, Retry-After, tokens are its business.

    Every call may raise ProviderUnavailable or ProviderRefused and nothing else.
    """

    def fetch(self, wanted: Fetch) -> Sequence[Answer]: ...

    def poll(self, *, location: str, since: datetime, until: datetime) -> Iterator[Page]:
        """Every order changed in the window, oldest first, with the provider's own paging."""
        ...

    def locations(self) -> Sequence[TheirLocation]: ...

    def catalogue(self, *, location: str | None = None) -> Iterator[TheirItem]: ...

    def close(self) -> None: ...


class Provider(Protocol):
    """One till system: pure reading, and a client to ask it. Adding one touches its own folder,
    one line in PROVIDERS and one in the contract test."""

    name: str  # square, toast, lightspeed: the {pos_system} of our addresses
    title: str  # as people write it
    max_body: int  # bytes a webhook may have
    capabilities: Capabilities

    def verify(self, webhook: Webhook, secrets: Sequence[str]) -> None:
        """Raise BadSignature unless one of the secrets fits, in constant time per secret."""
        ...

    def identify(self, webhook: Webhook) -> Identity:
        """Who it is for and what makes it the same event again. Never raises: what cannot be
        parsed is known by the hash of its bytes."""
        ...

    def read(self, body: bytes, kind: PayloadKind = "webhook") -> Reading:
        """What the payload says. Raises UnreadablePayload, and nothing else, on junk."""
        ...

    def connect(self, account: Account) -> Client: ...
