"""The chain the simulator plays: who it is at each provider, where it sells and what.

Plain data, read from a JSON file once and never changed afterwards. A provider that is left
out is not played.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class UnreadableChain(ValueError):
    """The chain file lacks something, or says something we do not know."""


class UnknownWare(KeyError):
    """Nothing of that id or SKU is on sale here."""


@dataclass(frozen=True)
class Place:
    """A location as the provider knows it; `weight` says how much of the trade it does."""

    id: str
    name: str
    time_zone: str = "UTC"
    weight: float = 1.0

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True)
class Ware:
    """Something on sale: an item, or a modifier of one.

    `id` is what a sale line names: the variation at Square, the item guid at Toast, the item
    number at K-Series (where lines also carry the SKU). `stock` is what each location holds at
    the start as far as the provider knows; None means the provider does not track it.
    """

    id: str
    name: str
    sku: str = ""
    price_minor: int = 0
    barcode: str = ""
    weight: float = 1.0
    stock: Decimal | None = None
    parent_id: str = ""
    variation_name: str = "Regular"
    multi_location_id: str = ""
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """What is the same at every provider: the places, the wares and the client's credentials."""

    client_id: str
    client_secret: str
    places: tuple[Place, ...]
    wares: tuple[Ware, ...]
    webhook_path: str
    modifiers: tuple[Ware, ...] = ()
    currency: str = "USD"
    access_token: str = ""
    refresh_token: str = ""
    authorization_code: str = ""

    def ware(self, name: str) -> Ware:
        """The item or modifier with this id, or failing that with this SKU. Raises UnknownWare."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownWare(name) from None

    @cached_property
    def _by_name(self) -> dict[str, Ware]:
        everything = (*self.wares, *self.modifiers)
        by_sku = {ware.sku: ware for ware in everything if ware.sku}
        return {**by_sku, **{ware.id: ware for ware in everything}}


@dataclass(frozen=True, kw_only=True)
class Seller(Account):
    """A Square seller and the webhook subscription of the application it uses."""

    merchant_id: str
    signature_key: str
    notification_url: str
    environment: str = "Sandbox"


@dataclass(frozen=True, kw_only=True)
class Group(Account):
    """A Toast restaurant group; each event category is signed with a secret of its own."""

    group_id: str
    secrets: Mapping[str, str]
    closeout_hour: int = 4


@dataclass(frozen=True, kw_only=True)
class Business(Account):
    """A K-Series business; webhooks carry the user and password the receiver chose."""

    business_id: str
    business_name: str
    webhook_user: str
    webhook_password: str
    endpoint_id: str = "storeroom"


@dataclass(frozen=True)
class Chain:
    """Everything the simulator plays."""

    square: Seller | None = None
    toast: Group | None = None
    lightspeed: Business | None = None

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Chain":
        """Build a chain from the JSON described in README.md. Raises UnreadableChain."""
        kinds = {"square": Seller, "toast": Group, "lightspeed": Business}
        if unknown := set(data) - set(kinds) - {"currency"}:
            raise UnreadableChain(f"unknown provider: {', '.join(sorted(unknown))}")
        return cls(
            **{
                name: _read_account(kind, name, {"currency": data.get("currency", "USD")}, part)
                for name, kind in kinds.items()
                if (part := data.get(name))
            }
        )

    @classmethod
    def load(cls, path: Path) -> "Chain":
        """Read a chain file. Raises UnreadableChain."""
        try:
            return cls.read(json.loads(path.read_text()))
        except (OSError, json.JSONDecodeError) as error:
            raise UnreadableChain(f"{path}: {error}") from error


def _read_account(
    kind: type[Account], name: str, shared: Mapping[str, Any], part: Mapping[str, Any]
) -> Any:
    values = {**shared, **part}
    values["places"] = tuple(_read(Place, name, row) for row in values.pop("locations", []))
    values["wares"] = _read_wares(name, values.pop("items", []))
    values["modifiers"] = _read_wares(name, values.get("modifiers", []))
    if "webhook_path" not in values and "notification_url" in values:
        values["webhook_path"] = urlsplit(values["notification_url"]).path
    if not values["places"] or not values["wares"]:
        raise UnreadableChain(f"{name}: needs at least one location and one item")
    account: Account = _read(kind, name, values)
    _check(name, account)
    return account


def _check(name: str, account: Account) -> None:
    """Find now what would otherwise stop the trade in the middle of the day."""
    for place in account.places:
        try:
            _ = place.zone
        except (ZoneInfoNotFoundError, ValueError):
            raise UnreadableChain(f"{name}: no time zone {place.time_zone!r}") from None
    for weights in ([p.weight for p in account.places], [w.weight for w in account.wares]):
        if min(weights) < 0 or not any(weights):
            raise UnreadableChain(f"{name}: weights are 0 or more, and one of them more")
    for ware in (*account.wares, *account.modifiers):
        for modifier in ware.modifiers:
            if modifier not in {known.id for known in account.modifiers}:
                raise UnreadableChain(f"{name}: {ware.id} names an unknown modifier {modifier}")
    if isinstance(account, Business):
        wares = [ware.id for ware in (*account.wares, *account.modifiers)]
        ids = [account.business_id, *(place.id for place in account.places), *wares]
        if bad := [found for found in ids if not found.isdecimal()]:
            raise UnreadableChain(f"{name}: ids are digits, not {bad[0]!r}")


def _read_wares(name: str, rows: list[Mapping[str, Any]]) -> tuple[Ware, ...]:
    return tuple(_read_ware(name, row) for row in rows)


def _read_ware(name: str, row: Mapping[str, Any]) -> Ware:
    values = dict(row)
    if values.get("stock") is not None:
        values["stock"] = Decimal(str(values["stock"]))
    values["modifiers"] = tuple(values.get("modifiers", ()))
    ware: Ware = _read(Ware, name, values)
    return ware


def _read(kind: type[Any], name: str, values: Mapping[str, Any]) -> Any:
    known = {field.name for field in fields(kind)}
    if unknown := set(values) - known:
        raise UnreadableChain(f"{name}: unknown {', '.join(sorted(unknown))}")
    try:
        return kind(**values)
    except TypeError as error:
        raise UnreadableChain(f"{name}: {error}") from error
