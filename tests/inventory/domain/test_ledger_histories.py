"""Random histories against plain arithmetic, and in other orders.

The oracle below says in a few lines what the ledger's set-based function must do move by move.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import tenancy
from inventory.domain import ledger, verification
from inventory.domain.ledger import Draft, Kind, Move
from inventory.models.stock import Entry, Posting, StockException, StockLevel
from tests.factories import NOON, make_item, make_location, make_tenant, make_user

HISTORIES = settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
Shelf = tuple[int, int]  # location and item, by their place in the example

SIGNS = {Kind.SALE: -1, Kind.WASTE: -1, Kind.RETURN: 1, Kind.RECEIPT: 1}


@dataclass(frozen=True)
class Fact:
    kind: Kind
    shelf: Shelf
    number: Decimal  # moved, or found by a count
    at: datetime
    cost: Decimal | None = None


shelves = st.tuples(st.integers(0, 1), st.integers(0, 1))
moments = st.integers(0, 12).map(lambda hours: NOON + timedelta(hours=hours))
costs = st.none() | st.integers(0, 9_999_999).map(lambda n: Decimal(n) / 10**6)


@st.composite
def movements(draw):
    kind = draw(st.sampled_from(list(SIGNS)))
    number = SIGNS[kind] * Decimal(draw(st.integers(1, 9)))
    cost = draw(costs) if kind is Kind.RECEIPT else None
    return Fact(kind, draw(shelves), number, draw(moments), cost)


counts = st.builds(Fact, st.just(Kind.COUNT), shelves, st.integers(0, 9).map(Decimal), moments)
facts = st.lists(movements() | movements() | counts, min_size=1, max_size=14)
# Of two counts of one shelf at one instant the one that arrives later corrects the other, so facts
# that stand in no order have only one.
unordered_facts = st.lists(
    movements() | movements() | counts,
    min_size=2,
    max_size=14,
    unique_by=lambda fact: (fact.shelf, fact.at) if fact.kind is Kind.COUNT else object(),
)


@contextmanager
def small_chain() -> Iterator[World]:
    """Two locations and two items of a tenant that is gone afterwards."""
    with transaction.atomic():
        tenant = make_tenant()
        actor = make_user()
        with tenancy.acting_for(tenant):
            places = [make_location().pk for _ in range(2)]
            items = [make_item().pk for _ in range(2)]
            yield World(tenant, actor.pk, places, items)
        transaction.set_rollback(True)


class World:
    def __init__(self, tenant, actor, places, items):
        self.tenant, self.actor, self.places, self.items = tenant, actor, places, items

    def move(self, fact):
        (place, item), is_count = fact.shelf, fact.kind is Kind.COUNT
        return Move(
            self.places[place],
            self.items[item],
            Decimal(0) if is_count else fact.number,
            fact.cost,
            fact.number if is_count else None,
        )

    def post(self, numbered):
        """Post a few facts, each known by its number, in one call."""
        ledger.post_many(
            [
                Draft(fact.kind, f"fact:{n}", [self.move(fact)], self.actor, fact.at)
                for n, fact in numbered
            ]
        )

    def shelf_of(self, row):
        return self.places.index(row.location_id), self.items.index(row.item_id)

    def levels(self):
        return {self.shelf_of(level): level for level in StockLevel.objects.all()}

    def below_zero(self):
        return {self.shelf_of(each) for each in StockException.objects.filter(closed_at=None)}


def exact(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)


@dataclass
class Oracle:
    """One shelf, as somebody with a pencil would keep it."""

    on_hand: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    unit: Decimal = Decimal(0)
    version: int = 0
    moves: list[tuple[datetime, Decimal]] = field(default_factory=list)
    found: dict[datetime, Decimal] = field(default_factory=dict)
    true_ups: list[tuple[datetime, Decimal]] = field(default_factory=list)

    def take(self, fact: Fact) -> None:
        number, later = fact.number, [at for at in self.found if at >= fact.at]
        if fact.kind is Kind.COUNT:
            later = [at for at in later if at > fact.at]
            number -= sum(moved for at, moved in self.moves if at <= fact.at)
            self.found[fact.at] = fact.number
        self.move(number, fact.at, fact.cost)
        if later and number:
            self.move(-number, min(later), None)
            self.true_ups.append((min(later), -number))

    def move(self, number: Decimal, at: datetime, cost: Decimal | None) -> None:
        if self.on_hand:
            self.unit = exact(self.value / self.on_hand)
        after = self.on_hand + number
        if cost is not None and number > 0:
            if self.on_hand < 0 and self.on_hand * cost != self.value:
                self.value = exact(self.on_hand * cost)  # sold before it was bought
                self.version += 1
            self.value += exact(number * cost)
            self.unit = cost
        elif not after:
            self.value = Decimal(0)
        elif not self.on_hand:
            self.value = exact(number * self.unit)
        else:
            self.value = exact(self.value * after / self.on_hand)
        self.on_hand = after
        self.version += 1
        self.moves.append((at, number))


@pytest.mark.proves("I5")
@pytest.mark.proves("I6")
@pytest.mark.proves("5.2")
@pytest.mark.proves("6.1")
@given(history=facts)
@HISTORIES
def test_any_history_ends_as_plain_arithmetic_says(db, history):
    oracle: dict[Shelf, Oracle] = defaultdict(Oracle)
    with small_chain() as world, localcontext(prec=60):
        for numbered in enumerate(history):
            world.post([numbered])
            oracle[numbered[1].shelf].take(numbered[1])

        levels = world.levels()
        assert {
            shelf: (level.on_hand, level.value, level.version) for shelf, level in levels.items()
        } == {shelf: (each.on_hand, each.value, each.version) for shelf, each in oracle.items()}
        for shelf, level in levels.items():
            if not level.on_hand:
                assert level.unit_cost == oracle[shelf].unit

        expected = [(shelf, *up) for shelf, each in oracle.items() for up in each.true_ups]
        true_ups = Entry.objects.filter(posting__in=Posting.objects.filter(kind=Kind.TRUE_UP))
        stored = [(world.shelf_of(up), up.effective_at, up.quantity) for up in true_ups]
        assert sorted(stored) == sorted(expected)

        assert world.below_zero() == {shelf for shelf, each in oracle.items() if each.on_hand < 0}
        assert verification.verify(world.tenant).findings == []


@pytest.mark.proves("3.1")
@pytest.mark.proves("I15")
@given(history=unordered_facts, data=st.data())
@HISTORIES
def test_the_same_facts_in_another_order_and_in_batches_end_the_same(db, history, data):
    numbered = list(enumerate(history))
    endings = []
    for order in (numbered, data.draw(st.permutations(numbered))):
        with small_chain() as world:
            for batch in batches(order, data.draw(st.integers(1, 5))):
                world.post(batch)
            on_hand = {shelf: level.on_hand for shelf, level in world.levels().items()}
            endings.append((on_hand, world.below_zero()))
            if len(endings) > 1:
                assert verification.verify(world.tenant).findings == []
    assert endings[0] == endings[1]


def batches(order, size):
    """Runs of at most `size`; counts go by themselves."""
    batch: list[tuple[int, Fact]] = []
    for numbered in order:
        if numbered[1].kind is Kind.COUNT:
            yield from ([batch] if batch else [])
            yield [numbered]
            batch = []
            continue
        batch.append(numbered)
        if len(batch) == size:
            yield batch
            batch = []
    yield from ([batch] if batch else [])


@pytest.mark.proves("2.1")
@given(history=facts, data=st.data())
@settings(HISTORIES, max_examples=15)
def test_facts_told_again_change_nothing(db, history, data):
    numbered = list(enumerate(history))
    again = data.draw(st.lists(st.sampled_from(numbered), max_size=8))
    with small_chain() as world:
        for each in numbered:
            world.post([each])
        before = list(Entry.objects.order_by("location_id", "seq").values_list())
        for each in again:
            world.post([each])
        assert list(Entry.objects.order_by("location_id", "seq").values_list()) == before
