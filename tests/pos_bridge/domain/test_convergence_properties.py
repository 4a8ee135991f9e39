"""Whatever happens on the way, what is posted is what the newest versions want.

Random histories against an oracle that knows nothing of versions: what was sold in the end.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.domain import verification
from inventory.models.stock import Posting, StockLevel
from pos_bridge.models import RawEventState
from tests.pos_bridge import simulated, tills
from tests.pos_bridge.simulated import Shop, final_states, postings_differ
from tests.pos_bridge.tills import SOLD_AT

ITEMS = ("latte", "bun", "cake")

line = st.tuples(st.sampled_from("123"), st.sampled_from(ITEMS), st.integers(0, 4))
version = st.fixed_dictionaries(
    {
        "lines": st.lists(line, max_size=3, unique_by=lambda each: each[0]),
        "paid": st.booleans() | st.just(True),
        "voided": st.sampled_from([False] * 4 + [True]),
    }
)
orders = st.lists(st.lists(version, min_size=1, max_size=4), min_size=1, max_size=3)


@st.composite
def histories(draw):
    """Orders with their versions; and in which order, how often and between which drains they
    come, and when somebody links the cake.
    """
    made = draw(orders)
    every = [(order, number) for order, found in enumerate(made) for number in range(len(found))]
    again = draw(st.lists(st.sampled_from(every), max_size=4))
    arrivals = draw(st.permutations([*every, *again]))
    steps = len(arrivals)
    drains = draw(st.sets(st.integers(0, steps)))
    return made, arrivals, drains, draw(st.integers(0, steps))


def wanted(made) -> Counter[str]:
    """What the newest version of each order took off the shelf."""
    total: Counter[str] = Counter()
    for versions in made:
        newest = versions[-1]
        if newest["paid"] and not newest["voided"]:
            for _, item, quantity in newest["lines"]:
                total[item] += quantity
    return Counter({item: count for item, count in total.items() if count})


def sold(till) -> Counter[str]:
    names = {item.pk: name for name, item in till.items.items()}
    levels = StockLevel.objects.filter(location=till.location).exclude(on_hand=0)
    return Counter({names[level.item_id]: int(-level.on_hand) for level in levels})


@pytest.mark.proves("3.1")
@pytest.mark.proves("7.1")
@pytest.mark.proves("I7")
@settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories())
def test_any_order_of_arrival_ends_at_what_the_newest_versions_want(tenant, history):
    made, arrivals, drains, linked_at = history
    till = tills.open_till(items=["latte", "bun"])
    for step, (order, number) in enumerate(arrivals):
        if step == linked_at:
            till.items["cake"] = tills.link(till, "cake")
        at = SOLD_AT + timedelta(minutes=number)
        document = till.order(f"order-{order}", version=at, **made[order][number])
        till.receive(document, guid=f"event-{order}-{number}")
        if step in drains:
            till.drain()
    if linked_at == len(arrivals):
        till.drain()
        till.items["cake"] = tills.link(till, "cake")
    till.drain()

    assert sold(till) == wanted(made)
    assert final_states(till.connection) <= {"POSTED"}
    assert len(till.states()) == sum(map(len, made))
    assert postings_differ() == []


@pytest.mark.proves("I2")
@settings(
    max_examples=10,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories(), chance=st.randoms(use_true_random=False))
def test_reading_everything_again_in_another_order_changes_nothing(tenant, history, chance):
    made, arrivals, _, _ = history
    till = tills.open_till(items=list(ITEMS))
    for order, number in arrivals:
        at = SOLD_AT + timedelta(minutes=number)
        till.receive(till.order(f"order-{order}", version=at, **made[order][number]))
    till.drain()
    before = sold(till), Posting.objects.count()

    events = list(RawEventState.objects.filter(connection=till.connection))
    chance.shuffle(events)
    for event in events:
        RawEventState.objects.filter(pk=event.pk).update(state="PENDING")
        till.drain()

    assert (sold(till), Posting.objects.count()) == before


HISTORIES = [
    ("square", "always", 1),
    ("square", "never", 2),
    ("toast", "as_stated", 1),
    ("toast", "as_stated", 2),
    ("lightspeed", "as_stated", 1),
    ("lightspeed", "as_stated", 2),
]
FAULTS = {
    "duplicate": 0.2,
    "reorder": 0.2,
    "delay": 0.15,
    "drop": 0.15,
    "edit": 0.2,
    "void": 0.1,
    "refund": 0.2,
    "offline": 0.05,
}


@pytest.mark.proves("I1")
@pytest.mark.proves("I2")
@pytest.mark.proves("1.5")
@pytest.mark.parametrize(("provider", "policy", "seed"), HISTORIES)
def test_after_any_day_at_the_tills_we_hold_what_they_say_was_sold(
    tenant, settings, provider, policy, seed
):
    settings.WEBHOOK_BASE_URL = simulated.PUBLIC
    shop = Shop(provider, seed=seed, restock=policy)
    try:
        _trade(shop, random.Random(seed))
        shop.settle()
        assert shop.ours() == shop.truth()
        assert len(shop.truth()) > 3
        assert final_states(shop.connection) <= {"POSTED", "IGNORED"}
        assert postings_differ() == []

        before = shop.ours(), Posting.objects.count()
        shop.replay()
        shop.poll()
        assert (shop.ours(), Posting.objects.count()) == before
        assert verification.verify(tenant).findings == []
    finally:
        shop.close()


def _trade(shop: Shop, chance: random.Random) -> None:
    """A few hours: customers come, letters get lost, workers look in now and then."""
    shop.sim.faults.set_rates(FAULTS)
    for _ in range(30):
        shop.sim.trade.step()
        shop.clock.advance(seconds=chance.randint(1, 240))
        if chance.random() < 0.5:
            shop.sim.deliver()
        if chance.random() < 0.3:
            shop.drain()
        if chance.random() < 0.05:
            shop.poll()


@pytest.mark.proves("7.3")
def test_a_return_at_a_till_that_does_not_say_waits_for_a_person_and_moves_nothing(
    tenant, settings
):
    settings.WEBHOOK_BASE_URL = simulated.PUBLIC
    shop = Shop("square")
    try:
        order = shop.till.sell("LDOWNTOWN", [("VLATTE", 3)])
        shop.clock.advance(minutes=5)
        shop.till.refund(order, [("VLATTE", 1)])
        shop.settle()
        assert shop.ours() == {("LDOWNTOWN", "VLATTE", "item"): Decimal(3)}
    finally:
        shop.close()
