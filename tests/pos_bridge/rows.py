"""Rows as tills leave them, made the way the product makes them, for the tenant acted for."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

from core import tenancy
from pos_bridge.domain import orders
from pos_bridge.domain.orders import Arrival
from pos_bridge.models import Connection, RawEvent, RawEventState, Transaction
from pos_bridge.providers.base import Line, LineKind, OrderState, OrderVersion
from tests.factories import NOON

_numbers = itertools.count(1)


def make_event(connection: Connection, **fields: Any) -> RawEventState:
    """An event that was kept, in the state named."""
    number = next(_numbers)
    state = {key: fields.pop(key) for key in ("state", "reason", "transaction") if key in fields}
    with tenancy.across_tenants("a test's event"):
        event = RawEvent.objects.create(
            **{
                "origin": f"connection:{connection.pk}",
                "dedupe": f"event-{number}",
                "provider": connection.provider,
                "kind": RawEvent.Kind.WEBHOOK,
                "event_type": "order.updated",
                "body": b'{"id": "ORDER"}',
                "fingerprint": b"",
                **fields,
            }
        )
        return RawEventState.objects.create(
            event=event, tenant_id=connection.tenant_id, connection=connection, **state
        )


def ring_up(
    connection: Connection,
    *lines: Line,
    order: str = "ORDER",
    location: str = "L1",
    minutes: int = 0,
) -> Transaction:
    """A completed order as it converges: posted as far as its links exist."""
    at = NOON + timedelta(minutes=minutes)
    event = make_event(connection)
    version = OrderVersion(
        order=order,
        location=location,
        state=OrderState.COMPLETED,
        version_at=at,
        occurred_at=at,
        lines=lines or (sold("PIE", 2),),
        currency="AUD",
        total=1200,
        number=order.lower(),
    )
    outcome = orders.converge(connection, [Arrival(event.pk, at, version)])[event.pk]
    RawEventState.objects.filter(pk=event.pk).update(
        state="UNMAPPED" if outcome.waiting else "POSTED",
        reason=outcome.waiting,
        transaction=outcome.transaction,
    )
    return Transaction.objects.get(pk=outcome.transaction)


def sold(item: str, quantity: int | str, **fields: Any) -> Line:
    return Line(f"line-{item}", item, Decimal(quantity), LineKind.SALE, name=item, **fields)
