"""Reading: the list of levels at a million of them, its last page beside its first."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from uuid import UUID

from django.db import connection

from benchmarks import posting
from benchmarks.chain import Chain
from benchmarks.figures import Figure
from benchmarks.scratch import Scratch
from core import tenancy
from inventory.models import Item
from inventory.queries import stock_list
from inventory.queries.stock_list import Position, Sought

LEVELS = 1_000_000
TIMES = 9


def measure(chain: Chain, scratch: Scratch, *, seconds: int, levels: int = LEVELS) -> list[Figure]:
    """`seconds` bounds nothing here: a page is read so many times, each in a transaction."""
    widen(chain, scratch, levels)
    places = range(chain.first_location, chain.first_location + chain.locations)
    last = last_position(chain.tenant, places)
    first_page = _page(chain, places, None)
    last_page = _page(chain, places, last)
    at_first, at_last = _seconds(first_page), _seconds(last_page)
    return [
        Figure(
            "list of levels: last page ÷ first",
            at_last * 1000,
            "ms",
            limit=at_first * 1000,
            at_most=2,
        ),
        Figure("list of levels: statements a page", posting.statements(first_page), "statements"),
    ]


def widen(chain: Chain, scratch: Scratch, levels: int) -> None:
    """More items, with a level at each location: copied, for filling them by postings is no part
    of what is measured.
    """
    wanted = max(levels // chain.locations, chain.items)
    with tenancy.acting_for(chain.tenant), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '120s'")
        cursor.execute(
            "INSERT INTO inventory_item (tenant_id, product_id, sku, name, unit_id, is_active)"
            " SELECT i.tenant_id, i.product_id, 'WIDE-' || n, 'Wide ' || lpad(n::text, 6, '0'),"
            " i.unit_id, true FROM inventory_item i, generate_series(1, %s) n WHERE i.id = %s",
            [wanted - chain.items, chain.first_item],
        )
        cursor.execute(
            "INSERT INTO inventory_stocklevel (tenant_id, location_id, item_id, on_hand)"
            " SELECT i.tenant_id, l.id, i.id, 5 FROM inventory_item i, locations_location l"
            " WHERE l.id BETWEEN %s AND %s ON CONFLICT DO NOTHING",
            [chain.first_location, chain.first_location + chain.locations - 1],
        )
    scratch.run_as_owner("VACUUM ANALYZE inventory_item, inventory_stocklevel")


def last_position(tenant: UUID, places: range) -> Position:
    """The row after which one page is left, in the order of the list."""
    with tenancy.acting_for(tenant):
        behind = -(-stock_list.PAGE // len(places)) + 1  # items, each with a row a location
        item = Item.objects.order_by("-name", "-pk")[behind]
        return Position(item.pk, places[-1])


def _page(chain: Chain, places: range, after: Position | None) -> Callable[[], int]:
    def read() -> int:
        with tenancy.acting_for(chain.tenant):
            rows, _ = stock_list.page_at(places, Sought(), after=after)
        return len(rows)

    if read() != stock_list.PAGE:
        raise RuntimeError("A page that is measured must be full.")
    return read


def _seconds(read: Callable[[], int]) -> float:
    def once() -> float:
        began = time.perf_counter()
        read()
        return time.perf_counter() - began

    return statistics.median(once() for _ in range(TIMES))
