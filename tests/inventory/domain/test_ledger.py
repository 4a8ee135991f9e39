"""What the ledger promises, one test a way out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from core.models import OutboxMessage
from inventory.domain import ledger
from inventory.domain.ledger import Kind
from inventory.models.stock import Entry, Posting, StockException, StockLevel, Stream
from tests.factories import NOON, make_item, make_location, make_user, post


@pytest.fixture
def shop(tenant):
    return make_location()


@pytest.fixture
def kettle(tenant):
    return make_item(name="Gooseneck kettle")


def level(item, place):
    return StockLevel.objects.get(item=item, location=place)


@pytest.mark.proves("I5")
def test_a_sale_lowers_the_level_and_leaves_an_entry(shop, kettle):
    post(Kind.OPENING, (kettle, 10, shop, "4.50"))
    sale = post(Kind.SALE, (kettle, -2, shop))

    entry = Entry.objects.get(posting_id=sale.pk)
    assert (entry.quantity, entry.on_hand_after, entry.value) == (-2, 8, Decimal("-9.00"))
    assert (level(kettle, shop).on_hand, level(kettle, shop).value) == (8, Decimal("36.00"))


@pytest.mark.proves("2.1")
def test_the_same_key_again_returns_the_same_posting_and_moves_nothing(shop, kettle):
    actor = make_user()
    first = post(Kind.SALE, (kettle, -2, shop), key="pos:1:A:1:1", actor=actor)
    again = post(Kind.SALE, (kettle, -2, shop), key="pos:1:A:1:1", actor=actor)

    assert again.pk == first.pk
    assert level(kettle, shop).on_hand == -2
    assert Entry.objects.count() == 1


def test_a_key_twice_in_one_batch_posts_once(shop, kettle):
    actor = make_user()
    move = ledger.Move(shop.pk, kettle.pk, Decimal(-1))
    draft = ledger.Draft(Kind.SALE, "pos:1:B:1:1", [move], actor.pk, NOON)

    numbers = ledger.post_many([draft, draft])

    assert sorted(number is None for number in numbers) == [False, True]
    assert level(kettle, shop).on_hand == -1


@pytest.mark.proves("6.1")
def test_a_fact_posts_below_zero_and_opens_one_exception_that_closes_by_itself(shop, kettle):
    post(Kind.SALE, (kettle, -1, shop))
    post(Kind.SALE, (kettle, -1, shop))
    assert StockException.objects.filter(closed_at=None).count() == 1

    post(Kind.RECEIPT, (kettle, 5, shop, "2"))
    assert not StockException.objects.filter(closed_at=None).exists()


@pytest.mark.proves("6.2")
def test_a_request_for_more_than_is_available_is_refused_and_leaves_no_trace(shop, kettle):
    post(Kind.OPENING, (kettle, 3, shop))
    with pytest.raises(ledger.NotEnoughStock) as refused:
        post(Kind.ADJUSTMENT, (kettle, -4, shop), key="adjustment:1")

    assert refused.value.shortfalls == [
        {"location": shop.pk, "item": kettle.pk, "available": "3", "short": "1"}
    ]
    assert not Posting.objects.filter(key="adjustment:1").exists()
    assert level(kettle, shop).on_hand == 3


@pytest.mark.proves("I9")
def test_seq_and_version_run_without_gaps_and_each_change_holds_the_quantity_after_it(shop, kettle):
    mug = make_item()
    post(Kind.OPENING, (kettle, 5, shop), (mug, 7, shop))
    post(Kind.SALE, (mug, -1, shop), (kettle, -2, shop), (mug, -1, shop))

    rows = Entry.objects.filter(location=shop).order_by("seq")
    assert list(rows.values_list("seq", "item_id", "version", "on_hand_after")) == [
        (1, kettle.pk, 1, 5),
        (2, mug.pk, 1, 7),
        (3, mug.pk, 2, 6),
        (4, kettle.pk, 2, 3),
        (5, mug.pk, 3, 5),
    ]
    assert Stream.objects.get(location=shop).seq == 5


@pytest.mark.proves("2.5")
def test_each_location_is_told_once_a_transaction_with_what_stands_there_now(shop, kettle):
    post(Kind.OPENING, (kettle, 5, shop))
    post(Kind.SALE, (kettle, -2, shop))

    told = OutboxMessage.objects.filter(topic="stock.changed").order_by("-id").first()
    assert told.payload == {
        "location": shop.pk,
        "after": 1,
        "seq": 2,
        "rows": [
            {"item": kettle.pk, "on_hand": "3", "reserved": "0", "available": "3", "version": 2}
        ],
    }


@pytest.mark.proves("I3")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inventory_entry SET quantity = 0",
        "DELETE FROM inventory_entry",
        "UPDATE inventory_posting SET kind = 'WASTE'",
        "DELETE FROM inventory_chainlink",
        "DELETE FROM inventory_countmark",
        "TRUNCATE inventory_entry",
    ],
)
def test_history_refuses_to_change(shop, kettle, statement):
    post(Kind.SALE, (kettle, -1, shop))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.get().quantity == -1


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1E+10", "0.0000001", "1e999999"])
@pytest.mark.proves("S22")
def test_what_is_not_an_exact_quantity_is_refused(shop, kettle, number):
    with pytest.raises(ledger.NotAQuantity):
        post(Kind.SALE, (kettle, number, shop))


def test_the_last_unit_takes_what_value_is_left(shop, kettle):
    post(Kind.RECEIPT, (kettle, 3, shop, "3.333333"))
    post(Kind.RECEIPT, (kettle, 4, shop, "1.000001"))
    post(Kind.SALE, (kettle, -1, shop), (kettle, -5, shop))
    assert level(kettle, shop).on_hand == 1

    post(Kind.SALE, (kettle, -1, shop))
    assert (level(kettle, shop).on_hand, level(kettle, shop).value) == (0, 0)


def test_a_receipt_onto_negative_stock_revalues_what_was_sold_before_it(shop, kettle):
    post(Kind.RECEIPT, (kettle, 1, shop, "5"))
    post(Kind.SALE, (kettle, -4, shop))
    receipt = post(Kind.RECEIPT, (kettle, 10, shop, "6"), key="receipt:1")

    now = level(kettle, shop)
    assert (now.on_hand, now.value, now.unit_cost) == (7, Decimal(42), Decimal(6))
    revaluation = Posting.objects.get(kind=Kind.REVALUATION)
    entry = Entry.objects.get(posting_id=revaluation.pk)
    assert (entry.quantity, entry.value) == (0, Decimal(-3))
    assert revaluation.source == receipt.source


def test_what_comes_back_without_a_cost_comes_at_the_average(shop, kettle):
    post(Kind.RECEIPT, (kettle, 2, shop, "5"))
    post(Kind.SALE, (kettle, -2, shop))
    post(Kind.RETURN, (kettle, 1, shop))
    assert (level(kettle, shop).on_hand, level(kettle, shop).value) == (1, Decimal(5))


@pytest.mark.proves("5.2")
def test_a_sale_from_before_a_count_that_arrives_after_it_gets_a_true_up(shop, kettle):
    actor = make_user()
    post(Kind.OPENING, (kettle, 10, shop), at=NOON - timedelta(days=1))
    ledger.count(
        location=shop.pk,
        counted=[(kettle.pk, Decimal(8))],
        actor=actor,
        counted_at=NOON,
        key="count:1",
    )
    assert level(kettle, shop).on_hand == 8

    post(Kind.SALE, (kettle, -2, shop), at=NOON - timedelta(hours=1), key="pos:late")

    assert level(kettle, shop).on_hand == 8
    true_up = Entry.objects.get(posting__in=Posting.objects.filter(kind=Kind.TRUE_UP))
    assert (true_up.quantity, true_up.effective_at) == (2, NOON)


@pytest.mark.proves("5.3")
def test_a_late_count_corrects_its_own_time_and_leaves_the_later_count_true(shop, kettle):
    actor = make_user()
    post(Kind.OPENING, (kettle, 10, shop), at=NOON - timedelta(days=2))
    for key, found, at in [("late", 7, NOON), ("early", 9, NOON - timedelta(days=1))]:
        ledger.count(
            location=shop.pk,
            counted=[(kettle.pk, Decimal(found))],
            actor=actor,
            counted_at=at,
            key=f"count:{key}",
        )

    assert level(kettle, shop).on_hand == 7
    early = [e.quantity for e in Entry.objects.filter(effective_at__lte=NOON - timedelta(days=1))]
    assert sum(early) == 9
    assert sum(e.quantity for e in Entry.objects.filter(effective_at__lte=NOON)) == 7


def test_a_count_is_the_balance_at_its_instant_not_at_its_posting(shop, kettle):
    post(Kind.OPENING, (kettle, 10, shop), at=NOON - timedelta(days=1))
    post(Kind.SALE, (kettle, -3, shop), at=NOON + timedelta(hours=1))
    ledger.count(
        location=shop.pk,
        counted=[(kettle.pk, Decimal(9))],
        actor=make_user(),
        counted_at=NOON,
        key="count:1",
    )
    assert level(kettle, shop).on_hand == 6


def test_a_posting_takes_at_most_four_statements(shop, kettle, django_assert_num_queries):
    actor = make_user()
    with django_assert_num_queries(1):  # BEGIN, the scope and COMMIT come around it
        post(Kind.SALE, (kettle, -1, shop), actor=actor)
