"""Postings that meet: no deadlock, nothing twice, nothing lost. Each check is seen to fail as well,
with a copy of the function from which the lock or the key was taken out."""

from __future__ import annotations

import threading
from decimal import Decimal
from functools import partial
from types import SimpleNamespace

import pytest
from django.db import IntegrityError

from core import tenancy
from inventory.domain import ledger, verification
from inventory.domain.ledger import Draft, Kind, Move
from inventory.models.stock import Entry, Posting, StockLevel
from tests.factories import NOON, make_item, make_location, make_tenant, make_user, post
from tests.inventory.domain import races

WORKERS = 8
DEADLOCK = "40P01"


@pytest.fixture
def chain(committing):
    """Three locations with ten of each of three items, committed."""
    tenant = make_tenant()
    with tenancy.acting_for(tenant):
        places = [make_location() for _ in range(3)]
        items = [make_item() for _ in range(3)]
        actor = make_user()
        for place in places:
            post(Kind.OPENING, *((item, 10, place, "2") for item in items), actor=actor)
    return SimpleNamespace(
        tenant=tenant,
        places=[place.pk for place in places],
        items=[item.pk for item in items],
        actor=actor.pk,
    )


def sale(chain, key, *moves):
    return Draft(Kind.SALE, key, moves, chain.actor, NOON)


def post_many(chain, drafts, **how):
    with tenancy.acting_for(chain.tenant):
        return ledger.post_many(drafts, **how)


def codes(answers):
    """What each session was told by the database; None where it simply worked."""
    return [getattr(getattr(each, "__cause__", None), "pgcode", None) for each in answers]


def on_hand(chain):
    with tenancy.acting_for(chain.tenant):
        levels = StockLevel.objects.order_by("location_id", "item_id")
        return [int(level.on_hand) for level in levels]


def order_of(moves):
    return [*moves], [*reversed(moves)]


def level_crossing(chain, *, cost=None):
    """Two batches that move the same three items in opposite order, held at the middle one."""
    [shop, *_], kind = chain.places, Kind.RECEIPT if cost else Kind.SALE
    moves = [Move(shop, item, Decimal(1 if cost else -1), cost) for item in chain.items]
    steps = [
        partial(post_many, chain, [Draft(kind, key, ordered, chain.actor, NOON)])
        for key, ordered in zip("ab", order_of(moves), strict=True)
    ]
    gate = "SELECT 1 FROM inventory_stocklevel WHERE location_id = %s AND item_id = %s FOR UPDATE"
    return races.run(chain.tenant, *steps, gate=gate, values=(shop, chain.items[1]))


def receipt_crossing(chain):
    return level_crossing(chain, cost=Decimal(3))


def stream_crossing(chain):
    """Two batches of different items at the same three locations, in opposite order."""
    steps = []
    for item, places in zip(chain.items, order_of(chain.places), strict=False):
        moves = [Move(place, item, Decimal(-1)) for place in places]
        steps.append(partial(post_many, chain, [sale(chain, f"s{item}", *moves)]))
    gate = "SELECT 1 FROM inventory_stream WHERE location_id = %s FOR UPDATE"
    return races.run(chain.tenant, *steps, gate=gate, values=(chain.places[1],))


HOLD_KEY = """
INSERT INTO inventory_posting (tenant_id, kind, key, source, actor_id, occurred_at, effective_at)
VALUES (%s, 'SALE', %s, '', 0, now(), now())
"""


def key_crossing(chain):
    """The same three postings in opposite order, while the middle key is being written."""
    [shop, *_], [mug, *_] = chain.places, chain.items
    drafts = [sale(chain, key, Move(shop, mug, Decimal(-1))) for key in ("k1", "k2", "k3")]
    steps = [partial(post_many, chain, ordered) for ordered in order_of(drafts)]
    return races.run(chain.tenant, *steps, gate=HOLD_KEY, values=(chain.tenant.pk, "k2"))


CROSSINGS = [level_crossing, receipt_crossing, stream_crossing, key_crossing]

# What each crossing needs, said as the words that are taken out to lose it.
UNSORTED = {
    level_crossing: (
        "FROM m GROUP BY m.location, m.item ORDER BY m.location, m.item",
        "FROM m GROUP BY m.location, m.item ORDER BY min(m.place)",
    ),
    receipt_crossing: (
        "ORDER BY l.location_id, l.item_id FOR UPDATE",
        "ORDER BY array_position(m_item, l.item_id) FOR UPDATE",
    ),
    stream_crossing: (
        "d.digest FROM d ORDER BY d.location",
        "d.digest FROM d ORDER BY (SELECT min(x.place) FROM x WHERE x.location = d.location)",
    ),
    key_crossing: ('ORDER BY u.key COLLATE "C", u.id', "ORDER BY u.id"),
}


@pytest.mark.proves("3.2")
@pytest.mark.parametrize("crossing", CROSSINGS)
def test_postings_that_cross_wait_for_each_other_and_both_end(chain, crossing):
    before = sum(on_hand(chain))

    answers = crossing(chain)

    assert codes(answers) == [None, None]
    moved = 6 if crossing is receipt_crossing else -3 if crossing is key_crossing else -6
    assert sum(on_hand(chain)) - before == moved
    assert verification.verify(chain.tenant).findings == []


@pytest.mark.parametrize("crossing", CROSSINGS)
def test_without_the_fixed_order_the_same_postings_deadlock(chain, monkeypatch, crossing):
    with races.mutated(monkeypatch, [UNSORTED[crossing]]):
        answers = crossing(chain)

    assert DEADLOCK in codes(answers)


@pytest.mark.proves("3.2")
def test_a_posting_that_lost_to_a_deadlock_is_done_again(chain, monkeypatch):
    monkeypatch.setattr(f"{__name__}.post_many", post_many_retrying)
    with races.mutated(monkeypatch, [UNSORTED[level_crossing]]):
        answers = level_crossing(chain)

    assert codes(answers) == [None, None]
    assert on_hand(chain) == [8, 8, 8, 10, 10, 10, 10, 10, 10]


def post_many_retrying(chain, drafts):
    def once():
        with tenancy.acting_for(chain.tenant):
            return ledger.post_many(drafts)

    return tenancy.retrying(once)


def post_one_key(chain):
    [shop, *_], [mug, *_] = chain.places, chain.items
    step = partial(post_many, chain, [sale(chain, "once", Move(shop, mug, Decimal(-1)))])
    gate = {"gate": HOLD_KEY, "values": (chain.tenant.pk, "once")}
    return races.run(chain.tenant, *[step] * WORKERS, **gate)


@pytest.mark.proves("2.1")
def test_the_same_key_at_the_same_moment_posts_once(chain):
    answers = post_one_key(chain)

    with tenancy.acting_for(chain.tenant):
        [posting] = Posting.objects.filter(key="once")
    assert sorted(answers, key=str) == sorted([[posting.pk], *[[None]] * (WORKERS - 1)], key=str)
    assert on_hand(chain)[0] == 9
    assert verification.verify(chain.tenant).findings == []


def test_without_the_conflict_clause_the_others_fail_instead_of_hearing_it_is_known(
    chain, monkeypatch
):
    with races.mutated(monkeypatch, [("ON CONFLICT (tenant_id, key) DO NOTHING", "")]):
        answers = post_one_key(chain)

    refused = [each for each in answers if isinstance(each, IntegrityError)]
    assert len(refused) == WORKERS - 1


def sell_one_item_twice(chain):
    [shop, *_], [mug, *_] = chain.places, chain.items
    steps = [
        partial(post_many, chain, [sale(chain, key, Move(shop, mug, Decimal(-1)))]) for key in "ab"
    ]
    gate = "SELECT 1 FROM inventory_stocklevel WHERE location_id = %s AND item_id = %s FOR UPDATE"
    return races.run(chain.tenant, *steps, gate=gate, values=(shop, mug))


@pytest.mark.proves("I5")
def test_two_sales_that_wait_for_one_level_both_count(chain):
    assert codes(sell_one_item_twice(chain)) == [None, None]
    assert on_hand(chain)[0] == 8
    assert verification.verify(chain.tenant).findings == []


def test_with_a_level_read_before_the_lock_one_of_the_sales_is_lost(chain, monkeypatch):
    seen = "SELECT on_hand FROM inventory_stocklevel"
    seen += " WHERE location_id = l.location_id AND item_id = l.item_id"
    stale = f"on_hand = ({seen}) + EXCLUDED.on_hand,"
    with races.mutated(monkeypatch, [("on_hand = l.on_hand + EXCLUDED.on_hand,", stale)]):
        sell_one_item_twice(chain)

    assert on_hand(chain)[0] == 9
    assert {each.check for each in verification.verify(chain.tenant).findings} >= {"level"}
    races.forget(chain.tenant)


@pytest.mark.proves("6.2")
def test_of_two_requests_for_the_last_unit_one_is_refused(chain):
    [shop, *_], [mug, *_] = chain.places, chain.items
    take_all = [
        partial(
            post_many,
            chain,
            [Draft(Kind.ADJUSTMENT, key, [Move(shop, mug, Decimal(-10))], chain.actor, NOON)],
            refuse=True,
        )
        for key in "ab"
    ]
    gate = "SELECT 1 FROM inventory_stocklevel WHERE location_id = %s AND item_id = %s FOR UPDATE"
    answers = races.run(chain.tenant, *take_all, gate=gate, values=(shop, mug))

    assert sorted(type(each) for each in answers if not isinstance(each, list)) == [
        ledger.NotEnoughStock
    ]
    assert on_hand(chain)[0] == 0


@pytest.mark.proves("5.2")
def test_a_sale_that_waits_behind_a_count_gets_its_true_up(chain):
    [shop, *_], [mug, *_] = chain.places, chain.items
    found = Draft(Kind.COUNT, "count", [Move(shop, mug, counted=Decimal(4))], chain.actor, NOON)
    steps = [
        partial(post_many, chain, [found]),
        partial(post_many, chain, [sale(chain, "late", Move(shop, mug, Decimal(-1)))]),
    ]
    gate = "SELECT 1 FROM inventory_stocklevel WHERE location_id = %s AND item_id = %s FOR UPDATE"
    answers = races.run(chain.tenant, *steps, gate=gate, values=(shop, mug))

    assert codes(answers) == [None, None]
    assert on_hand(chain)[0] == 4  # in whichever order they came
    assert verification.verify(chain.tenant).findings == []


@pytest.mark.proves("I9")
def test_eight_workers_on_one_hot_item_lose_nothing(chain):
    [shop, depot, _], [mug, pot, _] = chain.places, chain.items
    start = threading.Barrier(WORKERS, timeout=races.SECONDS)

    def work(worker):
        start.wait()
        for n in range(6):
            places = (shop, depot) if (worker + n) % 2 else (depot, shop)
            moves = [Move(place, item, Decimal(-1)) for place in places for item in (mug, pot)]
            post_many(chain, [sale(chain, f"{worker}:{n}", *moves)])

    answers = races.run(chain.tenant, *(partial(work, n) for n in range(WORKERS)))

    assert answers == [None] * WORKERS
    sold = WORKERS * 6
    assert on_hand(chain) == [10 - sold, 10 - sold, 10] * 2 + [10, 10, 10]
    with tenancy.acting_for(chain.tenant):
        assert Entry.objects.filter(location=shop).count() == 3 + 2 * sold
    assert verification.verify(chain.tenant).findings == []
