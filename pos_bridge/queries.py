"""What the tills' side looks like now: lag, what waits, what failed."""

from __future__ import annotations

from typing import Any

from django.db import connection as database
from django.db.models import Count, QuerySet, Sum

from pos_bridge.models import Connection, RawEventState, Transaction


def unmapped_count() -> int:
    """How many sold lines wait for a link, in the tenant acted for. Reads waiting orders only."""
    waiting = Transaction.objects.filter(waiting__gt=0).aggregate(lines=Sum("waiting"))
    return int(waiting["lines"] or 0)


def connections_kept() -> QuerySet[Connection]:
    """Connections that are not archived."""
    return Connection.objects.exclude(state=Connection.State.ARCHIVED)


def transactions_newest_first() -> QuerySet[Transaction]:
    return Transaction.objects.select_related("connection", "location").order_by(
        "-occurred_at", "-id"
    )


def health(provider: str) -> dict[str, Any]:
    """Counts by state and the age of the oldest that waits, for the tenant acted for."""
    events = RawEventState.objects.filter(connection__provider=provider)
    counts = dict(events.values_list("state").annotate(Count("pk")).order_by())
    with database.cursor() as cursor:
        cursor.execute(
            """
            SELECT max(e.received_at), coalesce(extract(epoch FROM now() - min(e.received_at)
                FILTER (WHERE s.state IN ('PENDING', 'LEASED'))), 0)::float8
            FROM pos_webhook_states s
            JOIN pos_webhook_logs e ON e.id = s.event_id
            JOIN pos_configurations c ON c.id = s.connection_id
            WHERE c.provider = %s
            """,
            [provider],
        )
        newest, lag = cursor.fetchone()
    return {
        "connections": connections_kept().filter(provider=provider).count(),
        "events": {state.lower(): counts.get(state, 0) for state in RawEventState.State.values},
        "last_event_at": newest,
        "lag_seconds": round(lag, 1),
        "unmapped_lines": unmapped_count(),
    }
