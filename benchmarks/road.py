"""The road in the worker: from a raw event to its posting, against pgbench that only posts."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from benchmarks import crew, posting, till
from benchmarks.chain import HOT, Chain
from benchmarks.figures import Figure, median
from benchmarks.scratch import Scratch
from benchmarks.till import Till
from core import tenancy
from pos_bridge.domain import inbox, ingest

REPETITIONS = 3
FASTEST = 2_000  # events a second and worker that lie ready: more than it can do
TWO, ONE = "a till each", "one till"
BASELINE = "baseline"


def measure(chain: Chain, scratch: Scratch, *, seconds: int) -> list[Figure]:
    tills = [till.make(chain) for _ in range(crew.WORKERS)]
    rates: dict[str, list[float]] = defaultdict(list)
    for _ in range(REPETITIONS):
        rates[BASELINE].append(posting.baseline(chain, scratch, keys=HOT, seconds=seconds))
        rates[TWO].append(_rate(tills, seconds=seconds))
        rates[ONE].append(_rate(tills[:1], seconds=seconds))
    fill(tills[0], inbox.BATCH)
    sent = posting.statements(lambda: ingest.drain(connection_id=tills[0].connection, seconds=0))
    limit = median(rates[BASELINE])
    return [
        Figure(
            f"the road in two workers, {way} ÷ pgbench",
            median(rates[way]),
            "events/s",
            limit=limit,
            at_least=1.0,
        )
        for way in (TWO, ONE)
    ] + [
        Figure("statements an event on the road", sent / inbox.BATCH, "statements", at_most=0.2),
        Figure("events that were not posted", not_posted(), "", at_most=0),
        Figure(
            "levels that are not the sum of their entries, after the road",
            posting.differences(),
            "",
            at_most=0,
        ),
    ]


def fill(of: Till, events: int) -> None:
    """Put orders into the inbox, as `inbox.accept` would have kept them."""
    draw = random.Random()  # noqa: S311 -- no secret
    bodies = [of.order(draw) for _ in range(events)]
    with tenancy.across_tenants("events to measure with"), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH kept AS (
                INSERT INTO pos_webhook_logs
                    (origin, dedupe, provider, kind, event_type, merchant, headers, body,
                    fingerprint)
                SELECT 'measured', gen_random_uuid(), 'toast', 'webhook', 'order_updated', '',
                    '{}', body, sha256(body)
                FROM unnest(%(bodies)s::bytea[]) AS body RETURNING id
            )
            INSERT INTO pos_webhook_states (event_id, tenant_id, connection_id, state)
            SELECT kept.id, c.tenant_id, c.id, 'PENDING'
            FROM kept CROSS JOIN pos_configurations c WHERE c.id = %(connection)s
            """,
            {"bodies": bodies, "connection": of.connection},
        )


def empty(of: Till) -> None:
    """Take what is left out of the way of the next run."""
    with tenancy.across_tenants("events that were not needed"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pos_webhook_states SET state = 'IGNORED'"
            " WHERE connection_id = %s AND state = 'PENDING' AND attempts = 0",
            [of.connection],
        )


def not_posted() -> int:
    """Events somebody worked on that are anything but posted."""
    with tenancy.across_tenants("counting what was measured"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pos_webhook_states WHERE attempts > 0 AND state <> 'POSTED'"
        )
        [(found,)] = cursor.fetchall()
    return int(found)


def drain_step(of: Till) -> crew.Step:
    """Brings one batch along the whole road, as the worker does."""

    def step() -> int:
        ingest.drain(connection_id=of.connection, seconds=0)
        return inbox.BATCH

    return step


def _rate(tills: Sequence[Till], *, seconds: int) -> float:
    each = FASTEST * (seconds + 1) * crew.WORKERS // len(tills)
    for one in tills:
        for _ in range(0, each, 10 * inbox.BATCH):
            fill(one, 10 * inbox.BATCH)
    found = crew.rate(lambda number: drain_step(tills[number % len(tills)]), seconds=seconds)
    for one in tills:
        empty(one)
    return found
