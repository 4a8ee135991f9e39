"""Two buns are sold offline at nine; eight are counted at ten; the sale arrives at eleven."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from inventory.domain import ledger, verification
from inventory.models.stock import Entry, Kind, StockLevel
from tests import factories
from tests.pos_bridge import tills


def at(hour: int) -> datetime:
    return datetime(2026, 11, 20, hour, tzinfo=UTC)


@pytest.mark.proves("5.2")
@pytest.mark.proves("I6")
def test_a_late_sale_meets_a_count(tenant):
    till = tills.open_till(items=["bun"])
    bun, shop = till.items["bun"], till.location
    factories.post(Kind.RECEIPT, (bun, 10, shop, 1), at=at(8))

    # At nine two are sold, at a till without a connection. At ten somebody counts what is there.
    late = till.order("A", [("1", "bun", 2)], opened=at(9), version=at(9))
    ledger.count(
        location=shop.pk,
        counted=[(bun.pk, Decimal(8))],
        actor=factories.make_user(),
        counted_at=at(10),
        key="count:1",
    )
    assert on_hand(bun) == 8
    assert moved(bun, Kind.COUNT) == [(Decimal(-2), at(10))]  # so far they look stolen

    # At eleven the till is back, and its sale arrives with its true time.
    till.receive(late)
    till.drain()

    assert till.states() == ["POSTED"]
    assert on_hand(bun) == 8  # what was counted stays true
    assert moved(bun, Kind.SALE) == [(Decimal(-2), at(9))]  # the sale is a sale
    assert moved(bun, Kind.TRUE_UP) == [(Decimal(2), at(10))]  # and nothing was stolen
    assert verification.verify(tenant).findings == []

    # The same news again, by poll or by a nervous till, changes nothing.
    till.receive(late)
    till.drain()
    assert Entry.objects.filter(item=bun).count() == 4


def on_hand(item) -> Decimal:
    return StockLevel.objects.get(item=item).on_hand


def moved(item, kind) -> list[tuple[Decimal, datetime]]:
    rows = Entry.objects.filter(item=item, posting__kind=kind).order_by("seq")
    return list(rows.values_list("quantity", "effective_at"))
