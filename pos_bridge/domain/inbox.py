"""The inbox: durable before understood. Accept, claim, settle.

An event is kept once per origin, is in exactly one state from then on, and is worked on under a
lease that is taken in its own commit, so that a crash counts as an attempt.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection as database

from core import crypto, tenancy
from core.domain import arrays
from pos_bridge.domain import endpoints
from pos_bridge.domain.redaction import redact
from pos_bridge.models import RawEventState
from pos_bridge.providers.base import (
    Answer,
    BadSignature,
    Identity,
    PayloadKind,
    Provider,
    Webhook,
)

State = RawEventState.State

BATCH = 200
LEASE = timedelta(seconds=60)
ATTEMPTS = 10
NOBODY_CAME_BACK = f"Given up after {ATTEMPTS} attempts: nobody came back from the last one."
PAUSES = (2, 10, 30, 120, 600, 1800, 3600, 7200, 14400, 28800)  # seconds after each failure
KEPT_HEADERS = ("x-", "toast-", "square-", "content-type", "user-agent")
SECRET_HEADERS = ("authorization", "cookie", "x-forwarded-for", "x-clover-auth")


class StaleLease(Exception):
    """Another worker has taken the event over: what was done for it must not be kept."""


class Kept(NamedTuple):
    is_new: bool
    connection: int | None  # whose inbox to look into


@dataclass(frozen=True, slots=True)
class Claimed:
    """One leased event with its bytes."""

    id: int
    lease: int
    attempts: int
    kind: PayloadKind
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What has become of an event."""

    state: str
    reason: str = ""
    transaction: int | None = None
    due_in: float = 0  # seconds, for one that waits on


def accept(*, provider: Provider, webhook: Webhook, connection: int | None) -> Kept:
    """Verify and keep a webhook; two statements, each its own commit.

    Raises BadSignature, also for a connection nobody knows. A body that fails is kept in the
    endpoint's quarantine, for a wrong secret is no attack.
    """
    identity = provider.identify(webhook)
    candidates = endpoints.candidates(provider.name, connection, identity.merchant)
    endpoint = endpoints.verified(provider, webhook, candidates)
    if endpoint is None:
        if connection is None and endpoints.take_from_environment(provider.name):
            return accept(provider=provider, webhook=webhook, connection=connection)
        if candidates:
            endpoints.quarantine(candidates[0], _headers(webhook.headers), redact(webhook.body))
        raise BadSignature
    return keep(provider=provider, webhook=webhook, endpoint=endpoint, identity=identity)


def keep(
    *, provider: Provider, webhook: Webhook, endpoint: endpoints.Candidate, identity: Identity
) -> Kept:
    """Keep a webhook that has verified at this endpoint."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT event_id, connection_id FROM pos_accept(%s,%s,%s,%s,%s,%s,%s,%s,%s)",
            [
                endpoint.id,
                endpoint.environment,
                provider.name,
                identity.dedupe,
                _text(identity.event_type, 80),
                _text(identity.merchant or "", 120),
                json.dumps(_headers(webhook.headers)),
                redact(webhook.body),
                crypto.fingerprint(webhook.body),
            ],
        )
        row = cursor.fetchone()
    return Kept(row is not None, row[1] if row else None)


def keep_answers(*, connection: int, provider: str, answers: Sequence[Answer]) -> int:
    """Keep what a provider answered, as events of the connection. Answers how many are new."""
    if not answers:
        return 0
    with tenancy.across_tenants("keeping a provider's answers"), database.cursor() as cursor:
        cursor.execute(
            """
            WITH kept AS (
                INSERT INTO pos_webhook_logs
                    (origin, dedupe, provider, kind, event_type, merchant, headers, body,
                    fingerprint)
                SELECT %(origin)s, u.dedupe, %(provider)s, 'answer', 'answer', '', '{}', u.body,
                u.print
                FROM unnest(%(dedupes)s::text[], %(bodies)s::bytea[], %(prints)s::bytea[])
                    AS u(dedupe, body, print)
                ON CONFLICT (origin, dedupe) DO NOTHING RETURNING id
            )
            INSERT INTO pos_webhook_states (event_id, tenant_id, connection_id, state)
            SELECT kept.id, c.tenant_id, c.id, 'PENDING'
            FROM kept CROSS JOIN pos_configurations c WHERE c.id = %(connection)s
            """,
            {
                "origin": f"connection:{connection}",
                "provider": provider,
                "connection": connection,
                "dedupes": [answer.dedupe[:255] for answer in answers],
                "bodies": [redact(answer.body) for answer in answers],
                "prints": [crypto.fingerprint(answer.body) for answer in answers],
            },
        )
        return int(cursor.rowcount)


def claim(*, connection: int, limit: int = BATCH) -> list[Claimed]:
    """Lease the oldest due events of a connection, each for one more attempt, in its own commit.

    One on which workers died comes by itself, so that it takes no other with it the next time;
    after the last attempt it is a dead letter.
    """
    with tenancy.across_tenants("claiming events"), database.cursor() as cursor:
        cursor.execute(
            """
            WITH due AS (
                SELECT s.event_id,
                    s.state = 'LEASED' AND s.attempts >= %(attempts)s AS is_over,
                    s.state = 'LEASED' AND s.attempts BETWEEN 2 AND %(attempts)s - 1 AS is_suspect
                FROM pos_webhook_states s
                JOIN pos_configurations c ON c.id = s.connection_id AND c.state = 'ACTIVE'
                WHERE s.connection_id = %(connection)s
                  AND (s.state = 'PENDING' AND s.due_at <= statement_timestamp()
                    OR s.state = 'LEASED' AND s.lease_until < statement_timestamp())
                ORDER BY s.event_id LIMIT %(limit)s FOR UPDATE OF s SKIP LOCKED
            ),
            buried AS (
                UPDATE pos_webhook_states s SET state = 'DEAD', lease_until = NULL,
                    reason = %(over)s
                FROM due WHERE s.event_id = due.event_id AND due.is_over
            ),
            taken AS (
                UPDATE pos_webhook_states s SET state = 'LEASED', lease = s.lease + 1,
                    attempts = s.attempts + 1,
                    lease_until = statement_timestamp() + %(lease)s * interval '1 second'
                FROM due WHERE s.event_id = due.event_id AND NOT due.is_over
                    AND due.event_id = coalesce(
                        (SELECT min(event_id) FROM due WHERE is_suspect), due.event_id)
                RETURNING s.event_id, s.lease, s.attempts
            )
            SELECT t.event_id, t.lease, t.attempts, e.kind, e.body, e.received_at
            FROM taken t JOIN pos_webhook_logs e ON e.id = t.event_id ORDER BY t.event_id
            """,
            {
                "connection": connection,
                "limit": limit,
                "attempts": ATTEMPTS,
                "lease": LEASE.total_seconds(),
                "over": NOBODY_CAME_BACK,
            },
        )
        return [
            Claimed(event, lease, attempts, kind, bytes(body), received)
            for event, lease, attempts, kind, body, received in cursor.fetchall()
        ]


def settle(verdicts: Mapping[Claimed, Verdict]) -> None:
    """Write what became of leased events, in the transaction of their effect. Raises StaleLease."""
    if not verdicts:
        return
    rows = list(verdicts.items())
    with database.cursor() as cursor:
        cursor.execute(
            """
            UPDATE pos_webhook_states s SET state = u.state, reason = u.reason,
                transaction = coalesce(u.transaction, s.transaction), lease_until = NULL,
                due_at = statement_timestamp() + u.due_in * interval '1 second'
            FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::bigint[], %s::float8[])
                AS u(id, lease, state, reason, transaction, due_in)
            WHERE s.event_id = u.id AND s.lease = u.lease AND s.state = 'LEASED'
            """,
            [
                arrays.plain(event.id for event, _ in rows),
                arrays.plain(event.lease for event, _ in rows),
                arrays.texts(verdict.state for _, verdict in rows),
                arrays.texts(_text(verdict.reason, 500) for _, verdict in rows),
                arrays.plain(verdict.transaction for _, verdict in rows),
                arrays.plain(verdict.due_in for _, verdict in rows),
            ],
        )
        if cursor.rowcount != len(rows):
            raise StaleLease


def put_back(events: Sequence[Claimed]) -> None:
    """Let go of leased events that were not looked at: this was no attempt."""
    with tenancy.across_tenants("putting events back"), database.cursor() as cursor:
        cursor.execute(
            """
            UPDATE pos_webhook_states s SET state = 'PENDING', lease_until = NULL,
                attempts = s.attempts - 1
            FROM unnest(%s::bigint[], %s::int[]) AS u(id, lease)
            WHERE s.event_id = u.id AND s.lease = u.lease AND s.state = 'LEASED'
            """,
            [[event.id for event in events], [event.lease for event in events]],
        )


def failed(event: Claimed, reason: str, *, wait: float | None = None) -> Verdict:
    """The verdict on an event that could not be worked on: wait and try again, in the end DEAD."""
    if event.attempts >= ATTEMPTS:
        return Verdict(State.DEAD, f"Given up after {event.attempts} attempts: {reason}")
    pause = PAUSES[min(event.attempts, len(PAUSES)) - 1]
    return Verdict(State.PENDING, reason, due_in=max(pause, wait or 0))


def connections_due() -> list[int]:
    """Connections with events that wait, whoever forgot to ring for them."""
    with tenancy.across_tenants("sweeping the inbox"), database.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id FROM pos_configurations c
            WHERE c.state = 'ACTIVE' AND EXISTS (
                SELECT 1 FROM pos_webhook_states s WHERE s.connection_id = c.id
                  AND (s.state = 'PENDING' AND s.due_at <= statement_timestamp()
                    OR s.state = 'LEASED' AND s.lease_until < statement_timestamp()))
            """
        )
        return [row[0] for row in cursor.fetchall()]


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: _text(value, 500)
        for name, value in headers.items()
        if name.startswith(KEPT_HEADERS) and name not in SECRET_HEADERS
    }


def _text(value: str, most: int) -> str:
    """Text that PostgreSQL can hold: no NUL, no lone surrogate, not too long."""
    whole = value.replace("\0", "\N{REPLACEMENT CHARACTER}")[:most]
    return whole.encode("utf-8", "replace").decode()
