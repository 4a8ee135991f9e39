"""The lines of an order: what they are to us, what they want of our stock, what is to post."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from inventory.domain.ledger import Draft, Kind, Move
from pos_bridge.domain.order_rows import LineRow, OrderRow
from pos_bridge.models import Connection, ItemLink, LocationLink, TransactionLine
from pos_bridge.providers.base import Line, LineKind, OrderState

State = TransactionLine.State

LONGEST_KEY = 240
EXACT = Decimal("0.000001")

KIND_OF = {
    LineKind.SALE: Kind.SALE,
    LineKind.MODIFIER: Kind.SALE,
    LineKind.RETURN: Kind.RETURN,
    LineKind.WASTE: Kind.WASTE,
}


@dataclass
class Links:
    """What their ids are to us, as far as this batch needs it."""

    locations: dict[str, int] = field(default_factory=dict)
    items: dict[str, tuple[int | None, Decimal]] = field(default_factory=dict)


def links_for(connection: Connection, *, locations: set[str], items: set[str]) -> Links:
    """What these ids of theirs are to us, as linked now; what nobody has linked is missing."""
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


def wanted(
    newest: Sequence[Line],
    row: OrderRow,
    known: dict[str, LineRow],
    links: Links,
    connection: Connection,
) -> list[LineRow]:
    """The order's lines as the newest version wants them, with what is posted already."""
    lines = []
    named = set()
    for line in newest:
        named.add(line.key)
        stored = known.get(line.key)
        fresh = _line_row(row, line)
        if stored is not None:
            _carry_over(stored, fresh)
        resolve(fresh, links, connection)
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


def resolve(line: LineRow, links: Links, connection: Connection) -> None:
    """Say what the line is to us, unless it has been said before: only a person says it anew."""
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


def waiting(row: OrderRow, lines: list[LineRow]) -> int:
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


def differences(connection: Connection, row: OrderRow, lines: list[LineRow]) -> list[Draft]:
    """The postings that bring what is posted to what is wanted; the lines count them as posted."""
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
