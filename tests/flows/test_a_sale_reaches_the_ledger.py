"""A latte is sold at a till in town; a second later the shelf says so, and can say why."""

from __future__ import annotations

from decimal import Decimal

from core.domain import outbox
from core.models import OutboxMessage
from inventory.models.stock import Entry, Kind
from pos_bridge.models import RawEvent, Transaction
from tests.pos_bridge import simulated
from tests.pos_bridge.simulated import Shop


def test_a_sale_reaches_the_ledger(tenant, settings):
    settings.WEBHOOK_BASE_URL = simulated.PUBLIC
    shop = Shop("square")
    downtown, latte = shop.locations["LDOWNTOWN"], shop.items["VLATTE", "item"]

    # Somebody buys two lattes, one with oat milk. The till tells Square, and Square tells us.
    order = shop.till.sell("LDOWNTOWN", [("VLATTE", 2)], modifiers={0: [("MOAT", 1)]})
    answers = {delivery.status for delivery in shop.sim.deliver()}
    assert answers == {200}
    assert shop.ours() == {}  # kept, and nothing made of it yet

    # A worker looks: the event only names the order, so Square is asked for the rest.
    shop.drain()
    assert shop.ours() == {
        ("LDOWNTOWN", "VLATTE", "item"): Decimal(2),
        ("LDOWNTOWN", "MOAT", "modifier"): Decimal(2),
    }
    assert simulated.final_states(shop.connection) <= {"POSTED", "IGNORED"}

    # Any figure can be asked why: from the entry to the posting, the order and what was sent.
    entry = Entry.objects.select_related("posting").get(item=latte, location=downtown)
    assert (entry.quantity, entry.on_hand_after) == (Decimal(-2), Decimal(-2))
    assert entry.posting.kind == Kind.SALE
    sale = Transaction.objects.get(pk=entry.posting.source.removeprefix("transaction:"))
    assert (sale.order, sale.location) == (order, downtown)
    assert order.encode() in bytes(RawEvent.objects.get(pk=sale.event).body)

    # And what changed is told, once it is safe.
    assert OutboxMessage.objects.filter(topic="stock.changed", state="PENDING").exists()
    while outbox.relay():
        pass
    assert not OutboxMessage.objects.filter(state="PENDING").exists()
    shop.close()
