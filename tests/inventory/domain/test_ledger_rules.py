"""Rules of the ledger that only show in batches, at limits, or when things come late."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from core import tenancy
from inventory.domain import ledger
from inventory.domain.ledger import Draft, Kind, Move
from inventory.models.stock import Posting, StockException, StockLevel
from tests.factories import NOON, make_item, make_location, make_tenant, make_user, post

HOUR = timedelta(hours=1)


@pytest.fixture
def shop(tenant):
    return make_location()


@pytest.fixture
def kettle(tenant):
    return make_item()


def draft(kind, *moves, key, actor, at=NOON):
    return Draft(kind, key, moves, actor.pk, at)


def count(kettle, shop, found, *, at=NOON, key="count:1"):
    return ledger.count(
        location=shop.pk,
        counted=[(kettle.pk, Decimal(found))],
        actor=make_user(),
        counted_at=at,
        key=key,
    )


def test_a_batch_leaves_the_same_cost_as_its_postings_one_by_one(shop):
    actor = make_user()
    one_by_one, batched = make_item(), make_item()
    steps = [(Kind.RECEIPT, "2", "5"), (Kind.SALE, "-2", None), (Kind.RECEIPT, "4", "7")]
    steps += [(Kind.SALE, "-4", None)]
    drafts = {
        item: [
            draft(
                kind,
                Move(shop.pk, item.pk, Decimal(quantity), cost and Decimal(cost)),
                key=f"{item.pk}:{place}",
                actor=actor,
            )
            for place, (kind, quantity, cost) in enumerate(steps)
        ]
        for item in (one_by_one, batched)
    }
    for each in drafts[one_by_one]:
        ledger.post_many([each])
    ledger.post_many(drafts[batched])

    levels = StockLevel.objects.filter(location=shop).order_by("item_id")
    assert list(levels.values_list("on_hand", "value", "unit_cost", "version")) == [
        (0, 0, Decimal(7), 4),
        (0, 0, Decimal(7), 4),
    ]


@pytest.mark.proves("6.1")
def test_a_late_sale_that_a_count_had_found_opens_no_exception(shop, kettle):
    count(kettle, shop, 0)
    post(Kind.SALE, (kettle, -2, shop), at=NOON - HOUR)

    assert StockLevel.objects.get(item=kettle).on_hand == 0
    assert not StockException.objects.exists()


@pytest.mark.proves("6.1")
def test_a_key_known_already_leaves_the_exceptions_of_its_level_alone(shop, kettle):
    other, actor = make_item(), make_user()
    move = Move(shop.pk, kettle.pk, Decimal(-1))
    ledger.post_many([draft(Kind.SALE, move, key="known", actor=actor)])
    StockException.objects.update(closed_at=NOON)  # as a posting on its way may have done

    move_other = Move(shop.pk, other.pk, Decimal(-1))
    ledger.post_many(
        [
            draft(Kind.SALE, move, key="known", actor=actor),
            draft(Kind.SALE, move_other, key="new", actor=actor),
        ]
    )
    still_open = StockException.objects.filter(closed_at=None)
    assert list(still_open.values_list("item_id", flat=True)) == [other.pk]


@pytest.mark.proves("5.1")
def test_a_count_shares_no_call_with_what_moves_the_same_shelf(shop, kettle):
    actor = make_user()
    found = draft(Kind.COUNT, Move(shop.pk, kettle.pk, counted=Decimal(3)), key="c", actor=actor)
    again = draft(Kind.COUNT, Move(shop.pk, kettle.pk, counted=Decimal(4)), key="d", actor=actor)
    sale = draft(Kind.SALE, Move(shop.pk, kettle.pk, Decimal(-1)), key="s", actor=actor)

    for batch in ([found, sale], [found, again]):
        with pytest.raises(ValueError, match="A count"):
            ledger.post_many(batch)
    assert not Posting.objects.exists()


@pytest.mark.parametrize(
    ("kind", "move"),
    [(Kind.COUNT, {"quantity": Decimal(1)}), (Kind.SALE, {"counted": Decimal(1)})],
)
def test_a_count_and_only_a_count_says_what_was_found(shop, kettle, kind, move):
    with pytest.raises(ValueError, match="only a count"):
        ledger.post_many(
            [draft(kind, Move(shop.pk, kettle.pk, **move), key="k", actor=make_user())]
        )


@pytest.mark.proves("5.4")
def test_a_corrected_count_is_a_new_finding_at_the_same_instant(shop, kettle):
    post(Kind.OPENING, (kettle, 10, shop), at=NOON - HOUR)
    count(kettle, shop, 7)
    count(kettle, shop, 8, key="count:1:2")
    post(Kind.SALE, (kettle, -1, shop), at=NOON)  # at the instant: part of it

    assert StockLevel.objects.get(item=kettle).on_hand == 8


@pytest.mark.proves("I4")
def test_what_leaves_one_location_must_arrive_at_another(shop, kettle):
    with pytest.raises(ValueError, match="arrives at another"):
        post(Kind.TRANSFER_OUT, (kettle, -1, shop))
    assert not Posting.objects.exists()


def test_a_posting_moves_something(shop):
    with pytest.raises(ValueError, match="tells nothing"):
        post(Kind.SALE)


def test_no_draft_is_no_call(shop, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert ledger.post_many([]) == []


@pytest.mark.proves("3.3")
def test_more_than_500_postings_are_more_than_one_call(shop, kettle):
    move, actor = Move(shop.pk, kettle.pk, Decimal(-1)), make_user()
    drafts = [draft(Kind.SALE, move, key=str(n), actor=actor) for n in range(501)]
    with pytest.raises(ValueError, match="At most 500"):
        ledger.post_many(drafts)

    assert len(ledger.post_many(drafts[:500])) == 500
    assert StockLevel.objects.get(item=kettle).on_hand == -500


@pytest.mark.proves("S24")
@pytest.mark.parametrize("text", ["it's", 'a "b"', "back\\slash", "{1,2}", "NULL", "\u2028é%s"])
def test_words_are_kept_as_they_are(shop, kettle, text):
    actor = make_user()
    ledger.post(
        kind=Kind.SALE,
        moves=[Move(shop.pk, kettle.pk, Decimal(-1))],
        actor=actor,
        effective_at=NOON,
        key=text,
        note=text,
        reason=text,
    )
    kept = Posting.objects.get()
    assert (kept.key, kept.note, kept.reason, kept.source) == (text, text, text, text)


@pytest.mark.proves("S1")
@pytest.mark.parametrize("foreign", ["location", "item"])
def test_stock_of_another_tenant_can_not_be_posted_to(tenant, shop, kettle, foreign):
    other, actor = make_tenant(), make_user()
    with tenancy.acting_for(other):
        theirs = {"location": make_location(), "item": make_item()}
    place = theirs["location"] if foreign == "location" else shop
    item = theirs["item"] if foreign == "item" else kettle

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # some keys are asked at the commit
    with pytest.raises(DatabaseError), transaction.atomic():
        post(Kind.SALE, (item, -1, place), actor=actor)
    assert not Posting.objects.exists()


def test_nothing_is_posted_for_nobody(shop, kettle):
    actor = make_user()
    with tenancy.across_tenants("a test"), pytest.raises(LookupError, match="one tenant"):
        post(Kind.SALE, (kettle, -1, shop), actor=actor)
    assert not Posting.objects.exists()
