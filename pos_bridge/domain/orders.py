"""Convergence: posted is always what the newest version wants, less what is posted already.

Duplicates, edits, voids, replays, late and reordered events are then one case. Orders are locked
in one order before "already posted" is read, so a webhook and a poll of one order cannot both post
it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import connection as database

from inventory.domain import ledger
from inventory.domain.ledger import Draft, Kind, Move
from pos_bridge.domain import order_rows
from pos_bridge.domain.order_rows import LineRow, OrderRow
from pos_bridge.models import Connection, ItemLink, LocationLink, TransactionLine
from pos_bridge.providers.base import Line, LineKind, OrderState, OrderVersion

State = TransactionLine.State

CLOCK_TOLERANCE = timedelta(minutes=5)
LONGEST_KEY = 240
EXACT = Decimal("0.000001")

KIND_OF = {
    LineKind.SALE: Kind.SALE,
    LineKind.MODIFIER: Kind.SALE,
    LineKind.RETURN: Kind.RETURN,
    LineKind.WASTE: Kind.WASTE,
}


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


@dataclass
class Links:
    """What their ids are to us, as far as this batch needs it."""

    locations: dict[str, int] = field(default_factory=dict)
    items: dict[str, tuple[int | None, Decimal]] = field(default_factory=dict)


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
        wanted = _wanted(newest[order], row, known.get(row.id, {}), links, connection)
        drafts += _differences(connection, row, wanted)
        lines += wanted
        row.waiting = _waiting(row, wanted)
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
    links = _links_for(
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
            _resolve(line, links, connection)
        drafts += _differences(connection, row, mine)
        lines += mine
        row.waiting = _waiting(row, mine)
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


def _links(connection: Connection, arrivals: Iterable[Arrival]) -> Links:
    versions = [arrival.version for arrival in arrivals]
    return _links_for(
        connection,
        locations={version.location for version in versions if version.location},
        items={line.item for version in versions for line in version.lines if line.item},
    )


def _links_for(connection: Connection, *, locations: set[str], items: set[str]) -> Links:
    return Links(
        dict(
            LocationLink.objects.filter(
                connection=connection, external_id__in=locations
            ).values_list("external_id", "location_id")
        ),
        {
            external: (item, factor)
            for external, item, factor in ItemLink.objects.filter(
                connection=connection, external_id__in=items
            ).values_list("external_id", "item_id", "factor")
        },
    )


def _order_row(arrival: Arrival, links: Links) -> OrderRow:
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


def _wanted(
    arrival: Arrival,
    row: OrderRow,
    known: dict[str, LineRow],
    links: Links,
    connection: Connection,
) -> list[LineRow]:
    """The order's lines as the newest version wants them, with what is posted already."""
    lines = []
    named = set()
    for line in arrival.version.lines:
        named.add(line.key)
        stored = known.get(line.key)
        fresh = _line_row(row, line)
        if stored is not None:
            _carry_over(stored, fresh)
        _resolve(fresh, links, connection)
        lines.append(fresh)
    for key, stored in known.items():
        if key not in named:  # the newest version has it no more: it is wanted no more
            stored.quantity = Decimal(0)
            stored.is_undecided = False
            lines.append(stored)
    return lines


def _line_row(row: OrderRow, line: Line) -> LineRow:
    at = line.at or row.occurred_at
    return LineRow(
        transaction=row.id,
        line=line.key,
        kind=line.kind,
        item_ref=line.item or "",
        name=line.name,
        sku=line.sku,
        quantity=line.quantity,
        amount=line.amount,
        occurred_at=row.occurred_at if row.is_clock_suspect else at,
        restocked=line.restocked,
    )


def _carry_over(stored: LineRow, fresh: LineRow) -> None:
    """What a line resolved to stays on it, until a person relinks it."""
    fresh.posted, fresh.postings = stored.posted, stored.postings
    fresh.posted_item = stored.item
    if stored.item_ref == fresh.item_ref and stored.state in (State.MAPPED, State.NO_STOCK):
        fresh.item, fresh.factor, fresh.state = stored.item, stored.factor, stored.state


def _resolve(line: LineRow, links: Links, connection: Connection) -> None:
    if line.state not in (State.MAPPED, State.NO_STOCK):
        link = links.items.get(line.item_ref)
        if not line.item_ref:
            line.state = State.NO_STOCK
        elif link is None:
            line.state = State.UNMAPPED
        else:
            line.item, line.factor = link
            line.state = State.MAPPED if line.item else State.NO_STOCK
    if line.kind == LineKind.RETURN and line.state == State.MAPPED:
        line.is_undecided = _restocks(line, connection) is None


def _waiting(row: OrderRow, lines: list[LineRow]) -> int:
    """How many lines cannot be posted before somebody links their item or location."""
    if row.state != OrderState.COMPLETED:
        return 0
    return sum(
        bool(line.quantity) and (line.state == State.UNMAPPED or row.location is None)
        for line in lines
    )


def _restocks(line: LineRow, connection: Connection) -> bool | None:
    """Money back is not goods back: the till's word, or the connection's policy."""
    policy = connection.restock_policy
    if policy == Connection.RestockPolicy.AS_STATED:
        return line.restocked
    return policy == Connection.RestockPolicy.ALWAYS


def _differences(connection: Connection, row: OrderRow, lines: list[LineRow]) -> list[Draft]:
    if row.location is None:
        return []
    drafts = []
    for line in lines:
        if line.posted and line.posted_item not in (None, line.item):
            # The till put another item on the same line: take the first one back.
            drafts.append(_draft(connection, row, line, line.posted_item, -line.posted))
            line.posted = Decimal(0)
        difference = _effect(connection, row, line) - line.posted
        if difference and line.item:
            drafts.append(_draft(connection, row, line, line.item, difference))
            line.posted += difference
    return drafts


def _effect(connection: Connection, row: OrderRow, line: LineRow) -> Decimal:
    """What the line wants of our stock, signed, in our units."""
    if row.state != OrderState.COMPLETED or line.state != State.MAPPED:
        return Decimal(0)
    units = (line.quantity * line.factor).quantize(EXACT)
    if line.kind == LineKind.RETURN:
        return units if _restocks(line, connection) else Decimal(0)
    return -units


def _draft(
    connection: Connection, row: OrderRow, line: LineRow, item: int | None, difference: Decimal
) -> Draft:
    line.postings += 1
    is_first = line.postings == 1
    corrected_at = min(row.version_at, row.received_by)
    return Draft(
        kind=KIND_OF[LineKind(line.kind)],
        key=_key(connection, row, line),
        moves=[Move(row.location or 0, item or 0, difference)],
        actor=connection.actor_id,
        occurred_at=line.occurred_at if is_first else row.version_at,
        effective_at=line.occurred_at if is_first else corrected_at,
        source=f"transaction:{row.id}",
        reason="" if is_first else ("voided" if row.state == OrderState.VOID else "changed"),
    )


def _key(connection: Connection, row: OrderRow, line: LineRow) -> str:
    key = f"pos:{connection.pk}:{row.order}:{line.line}:{line.postings}"
    if len(key) <= LONGEST_KEY:
        return key
    digest = hashlib.sha256(f"{row.order}:{line.line}".encode()).hexdigest()
    return f"pos:{connection.pk}:#{digest}:{line.postings}"


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
