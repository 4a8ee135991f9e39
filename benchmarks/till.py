"""A Toast till of the chain that is measured: whole orders of three lines, as they come signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.chain import LINES, Chain
from core import tenancy
from inventory.models import Item
from locations.models import Location
from pos_bridge.domain import connections, links
from pos_bridge.models import ItemLink

SECRET = "a secret of the till"  # noqa: S105 -- of a database that is dropped in a minute
MENU = 300  # items a till sells


@dataclass(frozen=True, slots=True)
class Till:
    connection: int
    restaurant: str
    menu: tuple[str, ...]

    def order(self, draw: random.Random) -> bytes:
        """A paid order as Toast sends it, with numbers nobody has had before."""
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        guid = _guid(draw)
        check = {
            "guid": _guid(draw),
            "entityType": "Check",
            "displayNumber": str(draw.randrange(1000)),
            "paymentStatus": "CLOSED",
            "openedDate": stamp,
            "paidDate": stamp,
            "closedDate": stamp,
            "modifiedDate": stamp,
            "voided": False,
            "deleted": False,
            "totalAmount": 24.3,
            "selections": [self._selection(draw) for _ in range(LINES)],
        }
        order = {
            "guid": guid,
            "entityType": "Order",
            "openedDate": stamp,
            "modifiedDate": stamp,
            "paidDate": stamp,
            "closedDate": stamp,
            "businessDate": 20261120,
            "voided": False,
            "deleted": False,
            "approvalStatus": "APPROVED",
            "createdInTestMode": False,
            "excessFood": False,
            "source": "In Store",
            "checks": [check],
        }
        event = {
            "timestamp": stamp,
            "eventCategory": "order_updated",
            "eventType": "order_updated",
            "guid": _guid(draw),
            "details": {"restaurantGuid": self.restaurant, "order": order},
        }
        return json.dumps(event).encode()

    def _selection(self, draw: random.Random) -> dict[str, object]:
        item = draw.choice(self.menu)
        return {
            "guid": _guid(draw),
            "entityType": "MenuItemSelection",
            "item": {"guid": item, "entityType": "MenuItem"},
            "displayName": f"What the till calls {item[-4:]}",
            "quantity": 1.0,
            "price": 8.1,
            "tax": 0.81,
            "voided": False,
            "deferred": False,
            "fulfillmentStatus": "SENT",
            "modifiers": [],
        }


def sign(body: bytes) -> str:
    """The signature Toast puts into its header."""
    message = body + json.loads(body)["timestamp"].encode()
    return base64.b64encode(hmac.new(SECRET.encode(), message, hashlib.sha256).digest()).decode()


_places = itertools.count()


def make(chain: Chain, *, items: int = MENU) -> Till:
    """Connect a till of one more of the locations; all it sells is linked."""
    restaurant, actor = str(uuid.uuid4()), chain.person()
    place = chain.first_location + next(_places) % chain.locations
    with tenancy.acting_for(chain.tenant):
        connection = connections.create(
            provider="toast",
            name=f"Till {restaurant}",
            actor=actor,
            merchants=[restaurant],
            webhook_secrets=[SECRET],
        )
        links.link_location(
            connection=connection,
            external_id=restaurant,
            location=Location.objects.get(pk=place),
            actor=actor,
        )
        sold = Item.objects.order_by("pk")[:items]
        menu = {str(uuid.uuid4()): item for item in sold}
        ItemLink.objects.bulk_create(
            ItemLink(tenant_id=chain.tenant, connection=connection, external_id=external, item=item)
            for external, item in menu.items()
        )
    return Till(connection.pk, restaurant, tuple(menu))


def _guid(draw: random.Random) -> str:
    return str(uuid.UUID(int=draw.getrandbits(128), version=4))
