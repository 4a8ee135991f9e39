"""The stored side of convergence: orders and their lines, read and written a batch at a time.

Set-based, because this is the hot path: a batch of 200 orders is a handful of statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection as database

from core import tenancy
from core.domain import arrays
from pos_bridge.models import Connection, TransactionLine

FAR = datetime.max.replace(tzinfo=UTC)
NAME, SKU, NUMBER = 200, 64, 60  # columns' lengths
MAPPED, UNDECIDED = TransactionLine.State.MAPPED.value, TransactionLine.State.UNDECIDED.value


@dataclass(slots=True)
class OrderRow:
    """One order as stored."""

    order: str
    number: str
    location_ref: str
    location: int | None
    state: str
    version_at: datetime
    version_no: int
    occurred_at: datetime
    is_clock_suspect: bool
    currency: str
    total: int | None
    event: int
    id: int = 0
    is_new: bool = True
    was_waiting: int = 0
    waiting: int = 0
    received_by: datetime = FAR
    is_placed_now: bool = False  # its location has just been linked


@dataclass(slots=True)
class LineRow:
    """One line as stored: theirs, what it resolved to, what is posted for it (ours, signed)."""

    transaction: int
    line: str
    kind: str
    item_ref: str
    name: str
    sku: str
    quantity: Decimal
    amount: int | None
    occurred_at: datetime
    restocked: bool | None
    state: str = ""
    item: int | None = None
    factor: Decimal = Decimal(1)
    posted: Decimal = Decimal(0)
    postings: int = 0
    posted_item: int | None = None
    is_undecided: bool = False


def take(connection: Connection, rows: Sequence[OrderRow]) -> dict[str, OrderRow]:
    """Keep these versions and lock their orders, in one order. Answers those that were newer.

    A location once resolved stays. What is not newer is left out: it changes nothing.
    """
    with database.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO pos_transactions AS t
                (tenant_id, connection_id, "order", number, location_ref, location_id, state,
                version_at,
                 version_no, occurred_at, is_clock_suspect, currency, total, event)
            SELECT %s, %s, u.*
            FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[],
            %s::timestamptz[],
                        %s::bigint[], %s::timestamptz[], %s::bool[], %s::text[], %s::bigint[],
                        %s::bigint[])
                AS u("order", number, location_ref, location, state, version_at, version_no,
                occurred_at,
                     suspect, currency, total, event)
            ORDER BY u."order" COLLATE "C"
            ON CONFLICT (connection_id, "order") DO UPDATE SET
                number = EXCLUDED.number, location_ref = EXCLUDED.location_ref,
                location_id = coalesce(t.location_id, EXCLUDED.location_id), state = EXCLUDED.state,
                version_at = EXCLUDED.version_at, version_no = EXCLUDED.version_no,
                occurred_at = EXCLUDED.occurred_at, is_clock_suspect = EXCLUDED.is_clock_suspect,
                currency = EXCLUDED.currency, total = EXCLUDED.total, event = EXCLUDED.event,
                updated_at = statement_timestamp()
            WHERE (t.version_at, t.version_no) < (EXCLUDED.version_at, EXCLUDED.version_no)
            RETURNING t."order", t.id, t.location_id, t.waiting, old.id IS NULL,
            statement_timestamp()
            """,
            [
                tenancy.acting_tenant(),
                connection.pk,
                arrays.texts(row.order for row in rows),
                arrays.texts(clean(row.number, NUMBER) for row in rows),
                arrays.texts(row.location_ref for row in rows),
                arrays.plain(row.location for row in rows),
                arrays.texts(row.state for row in rows),
                arrays.moments(row.version_at for row in rows),
                arrays.plain(row.version_no for row in rows),
                arrays.moments(row.occurred_at for row in rows),
                arrays.plain(row.is_clock_suspect for row in rows),
                arrays.texts(row.currency for row in rows),
                arrays.plain(row.total for row in rows),
                arrays.plain(row.event for row in rows),
            ],
        )
        by_order = {row.order: row for row in rows}
        taken = {}
        for order, number, location, waiting, is_new, now in cursor.fetchall():
            row = taken[order] = by_order[order]
            row.id, row.location, row.is_new = number, location, is_new
            row.was_waiting, row.received_by = waiting, now
        return taken


def take_waiting(connection: Connection, limit: int) -> list[OrderRow]:
    """Lock orders with lines that wait for a link that now exists, in the same order as `take`."""
    with database.cursor() as cursor:
        cursor.execute(
            """
            SELECT t."order", t.number, t.location_ref, t.location_id, t.state, t.version_at,
            t.version_no,
                   t.occurred_at, t.is_clock_suspect, t.currency, t.total, t.event, t.id,
                   t.waiting, statement_timestamp()
            FROM pos_transactions t
            WHERE t.connection_id = %(connection)s AND t.waiting > 0 AND (
                t.location_id IS NULL AND EXISTS (
                    SELECT 1 FROM pos_location_links k
                    WHERE k.connection_id = t.connection_id AND k.external_id = t.location_ref)
                OR t.location_id IS NOT NULL AND EXISTS (
                    SELECT 1 FROM pos_transaction_items i JOIN pos_item_links k
                        ON k.connection_id = t.connection_id AND k.external_id = i.item_ref
                    WHERE i.transaction_id = t.id AND i.state = 'UNMAPPED'))
            ORDER BY t."order" COLLATE "C" LIMIT %(limit)s FOR UPDATE OF t
            """,
            {"connection": connection.pk, "limit": limit},
        )
        return [_waiting_row(row) for row in cursor.fetchall()]


def _waiting_row(columns: Sequence[Any]) -> OrderRow:
    *stored, number, waiting, now = columns
    row = OrderRow(*stored)
    row.id, row.is_new, row.was_waiting, row.received_by = number, False, waiting, now
    return row


def lines_of(transactions: Sequence[int]) -> dict[int, dict[str, LineRow]]:
    """The stored lines of these orders, by order and key."""
    found: dict[int, dict[str, LineRow]] = defaultdict(dict)
    if not transactions:
        return found
    with database.cursor() as cursor:
        cursor.execute(
            """
            SELECT transaction_id, line, kind, item_ref, name, sku, quantity, amount, occurred_at,
                   restocked, state, item_id, factor, posted, postings
            FROM pos_transaction_items WHERE transaction_id = ANY(%s) ORDER BY id
            """,
            [list(transactions)],
        )
        for row in cursor.fetchall():
            line = LineRow(*row)
            line.posted_item = line.item
            if line.state == UNDECIDED:
                line.state, line.is_undecided = MAPPED, True
            found[line.transaction][line.line] = line
    return found


def keep_lines(lines: Sequence[LineRow]) -> None:
    """Write lines as they are now."""
    if not lines:
        return
    with database.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO pos_transaction_items AS i
                (tenant_id, transaction_id, line, kind, item_ref, name, sku, quantity, amount,
                occurred_at,
                 restocked, state, item_id, factor, posted, postings)
            SELECT %s, u.*
            FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                        %s::numeric[], %s::bigint[], %s::timestamptz[], %s::bool[], %s::text[],
                        %s::bigint[], %s::numeric[], %s::numeric[], %s::int[]) AS u
            ON CONFLICT (transaction_id, line) DO UPDATE SET
                kind = EXCLUDED.kind, item_ref = EXCLUDED.item_ref, name = EXCLUDED.name, sku =
                EXCLUDED.sku,
                quantity = EXCLUDED.quantity, amount = EXCLUDED.amount, occurred_at =
                EXCLUDED.occurred_at,
                restocked = EXCLUDED.restocked, state = EXCLUDED.state, item_id = EXCLUDED.item_id,
                factor = EXCLUDED.factor, posted = EXCLUDED.posted, postings = EXCLUDED.postings
            """,
            [tenancy.acting_tenant(), *_columns(lines)],
        )


def keep_waiting(rows: Iterable[OrderRow]) -> None:
    """Write how many lines of an order wait, and its location, where that has changed."""
    changed = [row for row in rows if row.waiting != row.was_waiting or row.is_placed_now]
    if not changed:
        return
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE pos_transactions t SET waiting = u.waiting, location_id = u.location"
            " FROM unnest(%s::bigint[], %s::int[], %s::bigint[]) AS u(id, waiting, location)"
            " WHERE t.id = u.id",
            [
                [row.id for row in changed],
                [row.waiting for row in changed],
                [row.location for row in changed],
            ],
        )


def clean(text: str, most: int) -> str:
    """Text that PostgreSQL can hold: no NUL, no lone surrogate, not too long."""
    whole = text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:most]
    return whole.encode("utf-8", "replace").decode()


def _columns(lines: Sequence[LineRow]) -> list[str]:
    return [
        arrays.plain(line.transaction for line in lines),
        arrays.texts(line.line for line in lines),
        arrays.texts(line.kind for line in lines),
        arrays.texts(line.item_ref for line in lines),
        arrays.texts(clean(line.name, NAME) for line in lines),
        arrays.texts(clean(line.sku, SKU) for line in lines),
        arrays.plain(line.quantity for line in lines),
        arrays.plain(line.amount for line in lines),
        arrays.moments(line.occurred_at for line in lines),
        arrays.plain(line.restocked for line in lines),
        arrays.texts(UNDECIDED if line.is_undecided else line.state for line in lines),
        arrays.plain(line.item for line in lines),
        arrays.plain(line.factor for line in lines),
        arrays.plain(line.posted for line in lines),
        arrays.plain(line.postings for line in lines),
    ]
