"""The demonstration's tills: three accounts, and the file that tells the simulator to play them."""

from __future__ import annotations

import json
import secrets
import uuid
from pathlib import Path
from typing import Any, NamedTuple

from core.models import User
from inventory.models import Item
from locations.models import Location
from pos_bridge.domain import connections, endpoints, links
from pos_bridge.models import Connection
from reporting.management.demonstration.goods import GOODS, Goods

CURRENCY = "AUD"


class Account(NamedTuple):
    """One till system of one store: who we are there, and what their ids are."""

    provider: str
    title: str
    store: str  # the code of the location it sells at
    place: str  # their id of it
    merchants: list[str]
    credentials: dict[str, str]
    webhook_secrets: list[str]
    own: dict[str, Any]  # what only this provider's part of the chain file says


def accounts() -> list[Account]:
    """Three accounts with secrets of their own, made anew for each database."""
    return [_square(), _toast(), _lightspeed()]


def connect(
    found: Account, *, stores: dict[str, Location], items: dict[str, Item], url: str, actor: User
) -> Connection:
    """Connect one account and link all it sells, but the last few: those wait to be linked."""
    connection = connections.create(
        provider=found.provider,
        name=found.title,
        actor=actor,
        merchants=found.merchants,
        secrets=found.credentials,
        webhook_secrets=found.webhook_secrets,
        environment="sandbox",
        base_url=url,
        restock_policy="always",
    )
    store = stores[found.store]
    links.link_location(
        connection=connection,
        external_id=found.place,
        location=store,
        actor=actor,
        name=store.name,
    )
    for place, goods in enumerate(GOODS):
        if _is_left_to_link(found, goods):
            continue
        links.link_item(
            connection=connection,
            external_id=_their_id(found.provider, place, goods),
            item=items[goods.sku],
            actor=actor,
            name=goods.name,
        )
    return connection


def write(path: Path, made: list[tuple[Account, Connection]], stores: dict[str, Location]) -> None:
    """Write the simulator's chain file; it holds secrets, so only its owner reads it."""
    chain: dict[str, Any] = {"currency": CURRENCY}
    for found, connection in made:
        store = stores[found.store]
        address = endpoints.address_of(connection)
        part = {
            **found.credentials,
            **found.own,
            "webhook_path": "/api/v1" + address.split("/api/v1", 1)[1],
            "locations": [{"id": found.place, "name": store.name, "time_zone": store.time_zone}],
            "items": [_ware(found.provider, place, goods) for place, goods in enumerate(GOODS)],
        }
        if found.provider == "square":
            part["notification_url"] = address
        chain[found.provider] = part
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(chain, indent=1))


def _square() -> Account:
    key = secrets.token_urlsafe(24)
    return Account(
        provider="square",
        title="Square, Harbour Street",
        store="harbour-street",
        place="LHARBOUR",
        merchants=["MHARBOURSTREET"],
        credentials={
            "client_id": "sandbox-sq0idb-storeroom",
            "client_secret": secrets.token_urlsafe(24),
            "access_token": secrets.token_urlsafe(32),
        },
        webhook_secrets=[key],
        own={"merchant_id": "MHARBOURSTREET", "signature_key": key},
    )


def _toast() -> Account:
    restaurant = str(uuid.uuid4())
    by_category = {name: secrets.token_urlsafe(24) for name in ("order_updated", "stock", "menus")}
    return Account(
        provider="toast",
        title="Toast, Fitzroy",
        store="fitzroy",
        place=restaurant,
        merchants=[restaurant],
        credentials={
            "client_id": "storeroom",
            "client_secret": secrets.token_urlsafe(24),
        },
        webhook_secrets=list(by_category.values()),
        own={"group_id": str(uuid.uuid4()), "secrets": by_category},
    )


def _lightspeed() -> Account:
    password = secrets.token_urlsafe(24)
    return Account(
        provider="lightspeed",
        title="Lightspeed, Carlton",
        store="carlton",
        place="247158188015618",
        merchants=["247158188015000"],
        credentials={
            "client_id": "storeroom",
            "client_secret": secrets.token_urlsafe(24),
            "refresh_token": secrets.token_urlsafe(32),
        },
        webhook_secrets=[f"storeroom:{password}"],
        own={
            "business_id": "247158188015000",
            "business_name": "Carlton",
            "webhook_user": "storeroom",
            "webhook_password": password,
        },
    )


def _is_left_to_link(found: Account, goods: Goods) -> bool:
    """Two things of one till nobody has linked yet, to show what waiting looks like."""
    return found.provider == "lightspeed" and goods.sku in {"KTCH-MSH-BRG", "BAKE-FOC-PCE"}


def _their_id(provider: str, place: int, goods: Goods) -> str:
    """What a sale line of this provider names: variation, multi-location id, SKU."""
    if provider == "square":
        return f"V{place:05d}{goods.sku.replace('-', '')}"
    if provider == "toast":
        return str(400000000860000000 + place)
    return goods.sku


def _ware(provider: str, place: int, goods: Goods) -> dict[str, Any]:
    ware: dict[str, Any] = {
        "id": _their_id(provider, place, goods),
        "name": goods.name,
        "sku": goods.sku,
        "price_minor": goods.price,
        "weight": goods.weight,
    }
    if provider == "toast":
        ware["multi_location_id"] = ware["id"]
        ware["id"] = str(uuid.uuid5(uuid.NAMESPACE_OID, goods.sku))
    if provider == "lightspeed":
        ware["id"] = str(900000 + place)
    return ware
