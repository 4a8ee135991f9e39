"""Convergence: posted is always what the newest version wants, less what is posted already.

Duplicates, edits, voids, replays, late and reordered events are then one case. Orders are locked
in one order before "already posted" is read, so a webhook and a poll of one order cannot both post
it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection as database

from inventory.domain import ledger
from inventory.domain.ledger import Draft
from pos_bridge.domain import order_lines, order_rows
from pos_bridge.domain.order_rows import LineRow, OrderRow
from pos_bridge.models import Connection
from pos_bridge.providers.base import OrderVersion

CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A version of an order, and the event it came with."""

    event: int
    received_at: datetime
    version: OrderVersion


class Outcome(NamedTuple):
    """What an event's order came to: the transaction, and why it still waits (empty: it does
    not).
    """

    transaction: int | None
    waiting: str = ""


def converge(connection: Connection, arrivals: Sequence[Arrival]) -> dict[int, Outcome]:
    """Post what these versions change. Answers the outcome of every event.

    In the caller's transaction, acting for the connection's tenant. Raises NotAQuantity.
    """
    newest = _newest(arrivals)
    links = _links(connection, newest.values())
    rows = order_rows.take(connection, [_order_row(arrival, links) for arrival in newest.values()])
    known = order_rows.lines_of([row.id for row in rows.values() if not row.is_new])
    drafts: list[Draft] = []
    lines: list[LineRow] = []
    for order, row in rows.items():
        wanted = order_lines.wanted(
            newest[order].version.lines, row, known.get(row.id, {}), links, connection
        )
        drafts += order_lines.differences(connection, row, wanted)
        lines += wanted
        row.waiting = order_lines.waiting(row, wanted)
    _post(drafts)
    order_rows.keep_lines(lines)
    order_rows.keep_waiting(rows.values())
    _retell(connection, [row for row in rows.values() if row.was_waiting])
    return _outcomes(arrivals, rows)


def release(connection: Connection, *, limit: int = 200) -> int:
    """Post the waiting lines whose item or location has been linked since. Answers how many orders.

    At their true time, from what is stored: the till is not asked again. An order is taken once per
    link, so asking until none is left comes to an end.
    """
    rows = order_rows.take_waiting(connection, limit)
    if not rows:
        return 0
    known = order_rows.lines_of([row.id for row in rows])
    links = order_lines.links_for(
        connection,
        locations={row.location_ref for row in rows},
        items={line.item_ref for row in rows for line in known.get(row.id, {}).values()},
    )
    drafts: list[Draft] = []
    lines: list[LineRow] = []
    for row in rows:
        if row.location is None:
            row.location = links.locations.get(row.location_ref)
            row.is_placed_now = row.location is not None
        mine = list(known.get(row.id, {}).values())
        for line in mine:
            order_lines.resolve(line, links, connection)
        drafts += order_lines.differences(connection, row, mine)
        lines += mine
        row.waiting = order_lines.waiting(row, mine)
    _post(drafts)
    order_rows.keep_lines(lines)
    order_rows.keep_waiting(rows)
    _retell(connection, rows)
    return len(rows)


def _newest(arrivals: Sequence[Arrival]) -> dict[str, Arrival]:
    newest: dict[str, Arrival] = {}
    for arrival in arrivals:
        held = newest.get(arrival.version.order)
        if held is None or _rank(held) < _rank(arrival):
            newest[arrival.version.order] = arrival
    return dict(sorted(newest.items()))


def _rank(arrival: Arrival) -> tuple[datetime, int]:
    return arrival.version.version_at, arrival.version.version_no


def _links(connection: Connection, arrivals: Iterable[Arrival]) -> order_lines.Links:
    versions = [arrival.version for arrival in arrivals]
    return order_lines.links_for(
        connection,
        locations={version.location for version in versions if version.location},
        items={line.item for version in versions for line in version.lines if line.item},
    )


def _order_row(arrival: Arrival, links: order_lines.Links) -> OrderRow:
    version = arrival.version
    latest = arrival.received_at + CLOCK_TOLERANCE
    is_suspect = version.occurred_at > latest
    return OrderRow(
        order=version.order,
        number=version.number,
        location_ref=version.location or "",
        location=links.locations.get(version.location or ""),
        state=version.state,
        version_at=version.version_at,
        version_no=version.version_no,
        # A till whose clock runs ahead is believed up to now.
        occurred_at=arrival.received_at if is_suspect else version.occurred_at,
        is_clock_suspect=is_suspect,
        currency=version.currency,
        total=version.total,
        event=arrival.event,
    )


def _post(drafts: list[Draft]) -> None:
    for start in range(0, len(drafts), ledger.BATCH):
        ledger.post_many(drafts[start : start + ledger.BATCH])


def _outcomes(arrivals: Sequence[Arrival], rows: dict[str, OrderRow]) -> dict[int, Outcome]:
    outcomes: dict[int, Outcome] = {}
    by_event: dict[int, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        by_event[arrival.event].append(arrival)
    for event, mine in by_event.items():
        found = [rows[each.version.order] for each in mine if each.version.order in rows]
        waiting = [row for row in found if row.waiting]
        if waiting:
            outcomes[event] = Outcome(waiting[0].id, _why_waiting(waiting[0]))
        else:
            outcomes[event] = Outcome(found[0].id if found else None)
    return outcomes


def _why_waiting(row: OrderRow) -> str:
    if row.location is None:
        return f"Their location {row.location_ref or '(none)'} is not linked: the order waits."
    return f"{row.waiting} of its items are not linked; the rest is posted."


def _retell(connection: Connection, rows: Sequence[OrderRow]) -> None:
    """Say again what earlier events of these orders wait for; POSTED once the last line is free."""
    if not rows:
        return
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE pos_webhook_states s SET state = u.state, reason = u.reason"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS u(id, state, reason)"
            " WHERE s.connection_id = %s AND s.state = 'UNMAPPED' AND s.transaction = u.id",
            [
                [row.id for row in rows],
                ["UNMAPPED" if row.waiting else "POSTED" for row in rows],
                [_why_waiting(row) if row.waiting else "" for row in rows],
                connection.pk,
            ],
        )
