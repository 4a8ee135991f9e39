"""A Toast till for tests of what lies behind the adapters: whole orders, signed, no API needed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core.models import User
from inventory.models import Item
from locations.models import Location
from pos_bridge.domain import connections, inbox, ingest, links
from pos_bridge.models import Connection, RawEventState
from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import Webhook
from tests import factories

RESTAURANT = "0cd990c9-fd74-461d-8468-de2a0919ccbb"
SECRET = "toast-orders-secret"
SOLD_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
_numbers = itertools.count(1)


@dataclass
class Till:
    """One restaurant's till: builds orders as Toast sends them and brings them through the
    inbox.
    """

    connection: Connection
    location: Location
    restaurant: str
    items: dict[str, Item] = field(default_factory=dict)

    def order(
        self,
        guid: str,
        lines: list[tuple[str, str, Any]],  # (line key, their item, quantity)
        *,
        version: datetime = SOLD_AT,
        paid: bool = True,
        voided: bool = False,
        opened: datetime = SOLD_AT,
    ) -> dict[str, Any]:
        stamp = _stamp(version)
        return {
            "guid": guid,
            "entityType": "Order",
            "openedDate": _stamp(opened),
            "modifiedDate": stamp,
            "paidDate": _stamp(opened) if paid else None,
            "voided": voided,
            "voidDate": stamp if voided else None,
            "deleted": False,
            "approvalStatus": "APPROVED",
            "createdInTestMode": False,
            "excessFood": False,
            "checks": [
                {
                    "guid": f"{guid}-check",
                    "paymentStatus": "CLOSED" if paid else "OPEN",
                    "voided": voided,
                    "deleted": False,
                    "openedDate": _stamp(opened),
                    "paidDate": _stamp(opened) if paid else None,
                    "closedDate": _stamp(opened) if paid else None,
                    "selections": [
                        {
                            "guid": key,
                            "item": {"guid": item},
                            "displayName": f"What the till calls {item}",
                            "quantity": quantity,
                            "voided": False,
                            "modifiers": [],
                            "price": 4.5,
                        }
                        for key, item, quantity in lines
                    ],
                }
            ],
        }

    def webhook(self, order: dict[str, Any], *, secret: str = SECRET, guid: str = "") -> Webhook:
        body = json.dumps(
            {
                "timestamp": "2026-11-20T10:00:00.000Z",
                "eventCategory": "order_updated",
                "eventType": "order_updated",
                "guid": guid or f"event-{next(_numbers)}",
                "details": {"restaurantGuid": self.restaurant, "order": order},
            }
        ).encode()
        return sign(body, secret)

    def receive(self, order: dict[str, Any], *, guid: str = "") -> inbox.Kept:
        return inbox.accept(
            provider=PROVIDERS["toast"], webhook=self.webhook(order, guid=guid), connection=None
        )

    def drain(self) -> None:
        ingest.drain(connection_id=self.connection.pk)

    def sell(self, guid: str, lines: list[tuple[str, str, Any]], **options: Any) -> None:
        self.receive(self.order(guid, lines, **options))
        self.drain()

    def states(self) -> list[str]:
        return list(
            RawEventState.objects.filter(connection=self.connection)
            .order_by("pk")
            .values_list("state", flat=True)
        )


def open_till(
    *,
    items: Sequence[str] = (),
    location: Location | None = None,
    actor: User | None = None,
    **fields: Any,
) -> Till:
    """A connected restaurant whose named items are linked one to one."""
    actor = actor or factories.make_member(role="OWNER")
    location = location or factories.make_location()
    restaurant = f"restaurant-{next(_numbers)}-{id(fields)}"
    connection = connections.create(
        provider="toast",
        name=f"Toast {restaurant}",
        actor=actor,
        merchants=[restaurant],
        webhook_secrets=[SECRET],
        **{"oldest_days": 3650, **fields},
    )
    links.link_location(
        connection=connection, external_id=restaurant, location=location, actor=actor
    )
    till = Till(connection, location, restaurant)
    for external in items:
        till.items[external] = link(till, external, actor=actor)
    return till


def link(till: Till, external: str, *, actor: User | None = None, factor: str = "1") -> Item:
    item = factories.make_item()
    links.link_item(
        connection=till.connection,
        external_id=external,
        item=item,
        actor=actor or factories.make_user(),
        factor=Decimal(factor),
    )
    return item


def sign(body: bytes, secret: str = SECRET) -> Webhook:
    message = body + json.loads(body)["timestamp"].encode()
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return Webhook(body, {"toast-signature": base64.b64encode(digest).decode()})


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
