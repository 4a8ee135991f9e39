"""What the world is told: put in the change's transaction, handed on after its commit.

Handlers are named by topic with `handles`. A handler may run twice for one message and must not
mind. One that fails is tried again by itself, with growing pauses, and ends as DEAD, never lost in
silence.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from core import tenancy
from core.models import OutboxMessage
from core.signals import outbox_filled

logger = logging.getLogger(__name__)

BATCH = 500
ATTEMPTS = 10
PAUSES = (1, 5, 15, 60, 300, 900, 3600, 7200, 14400, 28800)  # seconds

Handler = Callable[[Sequence[OutboxMessage]], None]
_handlers: dict[str, list[Handler]] = {}


def handles(topic: str) -> Callable[[Handler], Handler]:
    """Name the function that hears of a topic; it gets all messages of one batch at once."""

    def add(handler: Handler) -> Handler:
        _handlers.setdefault(topic, []).append(handler)
        return handler

    return add


def put(topic: str, **payload: Any) -> OutboxMessage:
    """Keep a message with the change it tells of."""
    return OutboxMessage.objects.create(
        tenant_id=tenancy.acting_tenant(), topic=topic, payload=payload
    )


def filled() -> None:
    """Say that this transaction has put messages by SQL, which no model hears of."""
    outbox_filled.send(sender=None)


def relay() -> int:
    """Hand on one batch of what is due. Answers how many; 0 means nothing is due."""
    with tenancy.across_tenants("relay"):
        due = list(
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(state=OutboxMessage.State.PENDING, due_at__lte=Now())
            .order_by("due_at", "id")[:BATCH]
        )
        told: list[int] = []
        for topic, batch in _batches(due):
            told += _tell(topic, batch)
        OutboxMessage.objects.filter(pk__in=told).update(state=OutboxMessage.State.DELIVERED)
        return len(due)


def _batches(due: list[OutboxMessage]) -> list[tuple[str, list[OutboxMessage]]]:
    """What is new goes a topic at once; what failed before goes alone and holds nothing back."""
    fresh: dict[str, list[OutboxMessage]] = {}
    for message in due:
        if not message.attempts:
            fresh.setdefault(message.topic, []).append(message)
    alone = [(message.topic, [message]) for message in due if message.attempts]
    return sorted(fresh.items()) + alone


def _tell(topic: str, batch: list[OutboxMessage]) -> list[int]:
    try:
        with transaction.atomic():
            for handler in _handlers.get(topic, []):
                handler(batch)
    except Exception as error:
        logger.exception("Outbox topic %s failed", topic)
        for message in batch:
            _postpone(message, str(error))
        return []
    return [message.pk for message in batch]


def _postpone(message: OutboxMessage, error: str) -> None:
    message.attempts += 1
    message.error = error[:500]
    if message.attempts >= ATTEMPTS:
        message.state = OutboxMessage.State.DEAD
    pause = timedelta(seconds=PAUSES[min(message.attempts, len(PAUSES)) - 1])
    OutboxMessage.objects.filter(pk=message.pk).update(
        attempts=message.attempts,
        error=message.error,
        state=message.state,
        due_at=Now() + pause,
    )


def oldest_pending_seconds() -> float:
    """How long the oldest due message has waited; 0 when none waits."""
    with tenancy.across_tenants("relay"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0)"
            " FROM core_outboxmessage WHERE state = 'PENDING' AND due_at <= now()"
        )
        return float(cursor.fetchone()[0])
