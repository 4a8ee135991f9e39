"""Edges that workers call: each takes an id, makes one domain call, and may run twice at once."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from core import tenancy
from core.nudge import nudge
from pos_bridge.domain import connections, inbox, ingest, links, syncs
from pos_bridge.models import Connection
from pos_bridge.providers import PROVIDERS

logger = logging.getLogger(__name__)

WITHOUT_PUSH = frozenset(
    name for name, provider in PROVIDERS.items() if not provider.capabilities.pushes_sales
)


@shared_task(acks_late=True)
def drain_inbox(*, connection_id: int, **_: object) -> None:
    more = ingest.drain(connection_id=connection_id)  # batches until empty, half a minute at most
    if more:
        nudge(drain_inbox, connection_id=connection_id)


@shared_task(acks_late=True)
def sweep_inbox(**_: object) -> None:
    """Look where a bell was lost, and where a link came while an order was on its way."""
    connections.adopt()
    for connection_id in inbox.connections_due():
        nudge(drain_inbox, connection_id=connection_id)
    with tenancy.across_tenants("orders that wait for links"):
        active = list(Connection.objects.filter(state=Connection.State.ACTIVE))
    for connection in active:
        _release(connection)


def _release(connection: Connection) -> int:
    """Free what can be freed; what goes wrong at one chain holds back no other."""

    def attempt() -> int:
        with tenancy.acting_for(connection.tenant_id):
            return links.release(connection)

    try:
        return tenancy.retrying(attempt)
    except Exception:
        logger.exception("What waits at connection %s could not be freed", connection.pk)
        return 0


@shared_task(acks_late=True)
def sync_connection(*, run_id: int, **_: object) -> None:
    syncs.run(run_id=run_id, now=timezone.now())
    nudge(sweep_inbox)


@shared_task(acks_late=True)
def sweep_syncs(**_: object) -> None:
    """Start the polls that are due, and ring for runs nobody works on."""
    now = timezone.now()
    for connection in syncs.due(now=now, without_push=WITHOUT_PUSH):
        with tenancy.acting_for(connection.tenant_id):
            syncs.start(connection=connection, actor=connection.actor)
    for run_id in syncs.waiting(now=now):
        nudge(sync_connection, run_id=run_id)
