"""Linking what the tills sell to what we hold.

A new link posts what waited for it, at its true time.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from core.domain import audit
from core.models import User
from inventory.models import Item
from locations.models import Location
from pos_bridge.domain import orders
from pos_bridge.models import Connection, ItemLink, LocationLink


@transaction.atomic
def link_item(
    *,
    connection: Connection,
    external_id: str,
    item: Item | None,
    actor: User,
    factor: Decimal = Decimal(1),
    name: str = "",
) -> ItemLink:
    """Say what their item is to us (None: it moves no stock), and post what waited for it.

    Changing a link later alters nothing that is posted: lines keep what they resolved to.
    """
    link, _ = ItemLink.objects.update_or_create(
        connection=connection,
        external_id=external_id,
        defaults={
            "tenant_id": connection.tenant_id,
            "item": item,
            "factor": factor,
            "name": name[:200],
        },
    )
    audit.record(
        actor=actor,
        action="item.linked",
        target=f"connection:{connection.pk}",
        external_id=external_id,
        item=item.sku if item else None,
        factor=str(factor),
    )
    release(connection)
    return link


@transaction.atomic
def link_location(
    *,
    connection: Connection,
    external_id: str,
    location: Location,
    actor: User,
    name: str = "",
) -> LocationLink:
    """Say which location of ours theirs is, and post the orders that waited for it."""
    link, _ = LocationLink.objects.update_or_create(
        connection=connection,
        external_id=external_id,
        defaults={
            "tenant_id": connection.tenant_id,
            "location": location,
            "name": name[:200],
        },
    )
    audit.record(
        actor=actor,
        action="location.linked",
        target=f"connection:{connection.pk}",
        location=location.pk,
        external_id=external_id,
    )
    release(connection)
    return link


def release(connection: Connection) -> int:
    """Post all that waited for links which now exist. Answers how many orders."""
    total = 0
    while freed := orders.release(connection):
        total += freed
    return total
