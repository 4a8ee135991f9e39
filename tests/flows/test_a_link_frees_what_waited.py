"""A new cake is sold before anybody has said what it is; saying it posts what was sold."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from inventory.domain import verification
from inventory.models.stock import Entry, StockLevel
from pos_bridge import queries
from pos_bridge.domain import links
from pos_bridge.models import TransactionLine
from tests import factories
from tests.pos_bridge import tills
from tests.pos_bridge.tills import SOLD_AT

NEXT_DAY = SOLD_AT + timedelta(days=1)


@pytest.mark.proves("7.5")
def test_a_link_frees_what_waited(tenant):
    till = tills.open_till(items=["latte"])

    # A slice with a latte today, and two slices tomorrow. What is known is posted at once.
    till.sell("A", [("1", "latte", 1), ("2", "cake", 1)])
    till.sell("B", [("1", "cake", 2)], opened=NEXT_DAY, version=NEXT_DAY)
    assert StockLevel.objects.get(item=till.items["latte"]).on_hand == -1
    assert till.states() == ["UNMAPPED", "UNMAPPED"]

    # The screen says what waits, and the till's own name for it.
    assert queries.unmapped_count() == 2
    waiting = TransactionLine.objects.filter(state="UNMAPPED")
    named = waiting.values_list("item_ref", "name").distinct()
    assert list(named) == [("cake", "What the till calls cake")]

    # Somebody says: theirs is a slice, ours is a cake of eight.
    cake = factories.make_item(name="Carrot cake")
    links.link_item(
        connection=till.connection,
        external_id="cake",
        item=cake,
        actor=factories.make_user(),
        factor=Decimal("0.125"),
    )

    # Both sales are there, at the time they happened and not at the time they were understood.
    entries = Entry.objects.filter(item=cake).order_by("seq")
    assert list(entries.values_list("quantity", "effective_at")) == [
        (Decimal("-0.125"), SOLD_AT),
        (Decimal("-0.25"), NEXT_DAY),
    ]
    assert till.states() == ["POSTED", "POSTED"]
    assert queries.unmapped_count() == 0

    # From now on a slice posts by itself; and what is posted stays, whatever the link says later.
    till.sell("C", [("1", "cake", 4)])
    assert StockLevel.objects.get(item=cake).on_hand == Decimal("-0.875")
    links.link_item(
        connection=till.connection, external_id="cake", item=None, actor=factories.make_user()
    )
    assert StockLevel.objects.get(item=cake).on_hand == Decimal("-0.875")
    assert verification.verify(tenant).findings == []
