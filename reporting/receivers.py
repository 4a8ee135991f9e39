"""Hears the outbox and tells the open pages."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.outbox import handles
from core.models import OutboxMessage
from inventory.events import STOCK_CHANGED
from locations.events import ACCESS_CHANGED
from reporting.live import channels, publisher
from reporting.live.hints import Hint


@handles(STOCK_CHANGED)
def tell_of_stock(messages: Sequence[OutboxMessage]) -> None:
    told: dict[channels.Key, list[Hint]] = {}
    for message in messages:
        hint = Hint.of(message.payload)
        told.setdefault((message.tenant_id, hint.location), []).append(hint)
    publisher.publish(told)


@handles(ACCESS_CHANGED)
def tell_of_access(messages: Sequence[OutboxMessage]) -> None:
    publisher.publish_access({message.payload["user"] for message in messages})
