"""What a page that follows locations needs: what stands there now, and what changed since.

Each answer is one statement, so its `seq` and its rows are of the same instant. Quantities only:
whoever may see a location may see these, and cost is for fewer.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple, TypedDict

from django.db import connection

from inventory.models.stock import Stream


class Row(TypedDict):
    """One level. Quantities are decimal strings without needless zeros."""

    item: int
    on_hand: str
    reserved: str
    available: str
    version: int


class State(NamedTuple):
    """`rows` as of change number `seq` of their location."""

    seq: int
    rows: list[Row]


LEVEL = """
    l.item_id AS item, trim_scale(l.on_hand)::text AS on_hand, trim_scale(l.reserved)::text AS
    reserved, trim_scale(l.available)::text AS available, l.version
"""
SNAPSHOT = f"""
    SELECT s.seq, {LEVEL}
    FROM inventory_stream s LEFT JOIN inventory_stocklevel l ON l.location_id = s.location_id
    WHERE s.location_id = %(location)s
    ORDER BY l.item_id
"""  # noqa: S608 -- both parts are ours
CHANGES = f"""
    SELECT s.seq, {LEVEL}
    FROM inventory_stream s
    LEFT JOIN inventory_stocklevel l ON l.location_id = s.location_id AND l.item_id IN (
        SELECT e.item_id FROM inventory_entry e
        WHERE e.location_id = %(location)s AND e.seq > %(after)s
    )
    WHERE s.location_id = %(location)s AND s.seq BETWEEN %(after)s AND %(after)s + %(limit)s
    ORDER BY l.item_id
"""  # noqa: S608 -- both parts are ours


def snapshot(location: int) -> State | None:
    """Everything that stands there; None when the tenant acted for has no such location."""
    return _state(SNAPSHOT, location=location)


def changes_after(location: int, seq: int, *, limit: int) -> State | None:
    """What changed after `seq`, each level once as it stands now.

    None when more than `limit` changes lie between, or when `seq` has not come yet.
    """
    return _state(CHANGES, location=location, after=seq, limit=limit)


def streams(locations: Collection[int]) -> dict[int, int]:
    """The newest change number of each of these locations."""
    found = Stream.objects.filter(location__in=locations)
    return dict(found.values_list("location_id", "seq"))


def _state(statement: str, **values: int) -> State | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchall()
    if not found:
        return None
    return State(found[0][0], [_row(level) for _, *level in found if level[0] is not None])


def _row(level: list[Any]) -> Row:
    item, on_hand, reserved, available, version = level
    return Row(item=item, on_hand=on_hand, reserved=reserved, available=available, version=version)
