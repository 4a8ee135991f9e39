"""Any figure can be asked why, and the answer adds up."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from core import tenancy
from inventory.domain import ledger
from inventory.domain.ledger import Kind
from inventory.models.stock import StockLevel
from inventory.queries import history
from inventory.queries.history import Term
from locations.domain import memberships
from tests.factories import NOON, make_item, make_location, make_member, make_tenant, post

HOUR = timedelta(hours=1)


@pytest.fixture
def shop(tenant):
    return make_location()


@pytest.fixture
def cup(tenant):
    return make_item(name="Cup")


def count(place, item, found, *, at, key="count:1", actor=None):
    return ledger.count(
        location=place.pk,
        counted=[(item.pk, Decimal(found))],
        actor=actor or make_member(name="Mia Chen"),
        counted_at=at,
        key=key,
    )


def test_without_a_count_the_sum_starts_at_the_opening_stock(shop, cup):
    post(Kind.OPENING, (cup, 10, shop), at=NOON - HOUR)
    post(Kind.SALE, (cup, -2, shop), (cup, -1, shop))
    post(Kind.SALE, (cup, -1, shop))
    post(Kind.RECEIPT, (cup, 24, shop, "1"))

    why = history.why(location=shop.pk, item=cup.pk)

    assert (why.counted_at, why.start) == (None, 10)
    assert why.terms == [Term(Kind.SALE, Decimal(-4), 2), Term(Kind.RECEIPT, Decimal(24), 1)]
    assert (why.on_hand, why.reserved, why.available, why.is_true) == (30, 0, 30, True)


def test_after_a_count_the_sum_starts_at_what_was_found(shop, cup):
    post(Kind.OPENING, (cup, 10, shop), at=NOON - 2 * HOUR)
    post(Kind.SALE, (cup, -2, shop), at=NOON - HOUR)
    count(shop, cup, 7, at=NOON)
    post(Kind.SALE, (cup, -3, shop), at=NOON + HOUR)

    why = history.why(location=shop.pk, item=cup.pk)

    assert (why.counted_at, why.counted_by, why.start) == (NOON, "Mia Chen", 7)
    assert why.terms == [Term(Kind.SALE, Decimal(-3), 1)]
    assert (why.on_hand, why.is_true) == (4, True)


@pytest.mark.proves("5.2")
def test_a_late_sale_from_before_the_count_leaves_the_sum_as_it_was(shop, cup):
    post(Kind.OPENING, (cup, 10, shop), at=NOON - 2 * HOUR)
    count(shop, cup, 8, at=NOON)
    post(Kind.SALE, (cup, -2, shop), at=NOON - HOUR)

    why = history.why(location=shop.pk, item=cup.pk)

    assert (why.start, why.terms, why.on_hand, why.is_true) == (8, [], 8, True)


@pytest.mark.proves("4.4")
def test_an_instant_is_asked_by_when_things_took_effect(shop, cup):
    post(Kind.OPENING, (cup, 10, shop), at=NOON - 3 * HOUR)
    count(shop, cup, 9, at=NOON)
    post(Kind.SALE, (cup, -2, shop), at=NOON - HOUR)

    before = history.why(location=shop.pk, item=cup.pk, at=NOON - HOUR / 2)
    start = history.why(location=shop.pk, item=cup.pk, at=NOON - 4 * HOUR)

    assert (before.start, before.on_hand, before.counted_at) == (10, 8, None)
    assert (before.level, before.reserved, before.available) == (None, None, None)
    assert (start.on_hand, start.terms) == (0, [])


def test_a_level_that_does_not_match_its_entries_is_told(shop, cup):
    post(Kind.OPENING, (cup, 10, shop))
    StockLevel.objects.filter(location=shop, item=cup).update(on_hand=11)

    why = history.why(location=shop.pk, item=cup.pk)

    assert (why.on_hand, why.level, why.is_true) == (10, 11, False)


def test_what_never_moved_is_nothing_and_true(shop, cup):
    why = history.why(location=shop.pk, item=cup.pk)
    assert (why.start, why.terms, why.on_hand, why.is_true) == (0, [], 0, True)


def test_history_is_newest_first_and_goes_on_without_end(shop, cup):
    for _ in range(5):
        post(Kind.SALE, (cup, -1, shop))

    first, before = history.lines_of(location=shop.pk, item=cup.pk, size=2)
    second, before = history.lines_of(location=shop.pk, item=cup.pk, before=before, size=2)
    third, end = history.lines_of(location=shop.pk, item=cup.pk, before=before, size=2)

    assert [line.on_hand_after for line in [*first, *second, *third]] == [-5, -4, -3, -2, -1]
    assert end is None


def test_who_left_the_chain_still_stands_in_its_history(shop, cup, owner):
    mia = make_member(name="Mia Chen")
    post(Kind.SALE, (cup, -1, shop), actor=mia)
    assert history.lines_of(location=shop.pk, item=cup.pk)[0][0].actor == "Mia Chen"

    memberships.revoke(user=mia, actor=owner)

    [line] = history.lines_of(location=shop.pk, item=cup.pk)[0]
    assert (line.actor, line.quantity) == ("a former member", -1)


@pytest.mark.proves("S1")
def test_another_chains_history_is_not_there(shop, cup):
    post(Kind.SALE, (cup, -1, shop))
    with tenancy.acting_for(make_tenant()):
        assert history.lines_of(location=shop.pk, item=cup.pk) == ([], None)
        assert history.why(location=shop.pk, item=cup.pk).on_hand == 0


def test_a_sale_between_two_reads_does_not_look_like_a_fault(shop, cup, monkeypatch):
    post(Kind.OPENING, (cup, 10, shop))
    real = history._terms

    def sell_first(entries):
        post(Kind.SALE, (cup, -1, shop))
        return real(entries)

    monkeypatch.setattr(history, "_terms", sell_first)
    why = history.why(location=shop.pk, item=cup.pk)
    assert (why.on_hand, why.level, why.is_true) == (10, 10, True)
    assert connection.in_atomic_block
