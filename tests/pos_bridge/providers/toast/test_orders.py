"""How a Toast order becomes lines: paid checks, modifiers in modifiers, voids, waste."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import (
    Line,
    LineKind,
    OrderState,
    OrderVersion,
    UnreadablePayload,
)
from tests.pos_bridge.providers import samples

TOAST = PROVIDERS["toast"]
PIE = {"guid": "s1", "item": {"guid": "pie"}, "quantity": 5, "price": 12.5, "displayName": "Pie"}
CHECK = {
    "guid": "c1",
    "displayNumber": "7",
    "paymentStatus": "PAID",
    "paidDate": "2026-03-04T10:05:00.000+0000",
    "modifiedDate": "2026-03-04T10:05:02.000+0000",
    "totalAmount": 13.37,
    "selections": [PIE],
}
ORDER = {
    "guid": "order-1",
    "openedDate": "2026-03-04T10:00:00.000+0000",
    "paidDate": "2026-03-04T10:05:00.000+0000",
    "modifiedDate": "2026-03-04T10:05:01.000+0000",
    "checks": [CHECK],
}


def read(**fields):
    return TOAST.read(samples.dump(samples.changed(ORDER, **fields)), "answer").orders[0]


def selected(*selections, **fields):
    order = read(checks=[samples.changed(CHECK, selections=list(selections))], **fields)
    return [(line.key, str(line.kind), line.item, str(line.quantity)) for line in order.lines]


def test_the_published_paid_order_is_read_exactly():
    body = samples.body("toast", "api.orders.get.dine_in_paid.json")

    assert TOAST.read(body, "answer").orders == (
        OrderVersion(
            order="017fdd94-4a30-4657-9475-b1a684758531",
            location=None,
            state=OrderState.COMPLETED,
            version_at=datetime(2019, 2, 25, 11, 5, 0, 24000, tzinfo=UTC),
            occurred_at=datetime(2019, 2, 24, 13, 49, 38, 616000, tzinfo=UTC),
            lines=(
                Line(
                    "69684faa-c35d-4ab4-9bff-41805ae52276",
                    "a7b9ee4d-e41b-46ac-9ba4-d56dd7b2fb20",
                    Decimal(1),
                    name="test",
                    amount=100,
                ),
            ),
            total=106,
            number="2",
        ),
    )


def test_the_published_webhook_of_an_open_order_moves_nothing_yet():
    (order,) = TOAST.read(samples.body("toast", "webhook.order_updated.json")).orders

    assert (order.state, order.lines) == (OrderState.OPEN, ())
    assert order.location == "0cd990c9-fd74-461d-8468-de2a0919ccbba"
    # A check was changed sixteen milliseconds after the order around it says it was.
    assert order.version_at == datetime(2024, 4, 1, 15, 10, 59, 833000, tzinfo=UTC)


def test_modifiers_at_any_depth_count_as_they_are_and_cost_nothing_of_their_own():
    inner = {"guid": "m2", "item": {"guid": "nuts"}, "quantity": 10, "price": 1}
    cream = {
        "guid": "m1",
        "item": {"guid": "cream"},
        "quantity": 5,
        "price": 2,
        "modifiers": [inner],
    }
    order = read(checks=[samples.changed(CHECK, selections=[{**PIE, "modifiers": [cream]}])])

    assert [
        (line.key, line.kind, line.item, line.quantity, line.amount) for line in order.lines
    ] == [
        ("s1", LineKind.SALE, "pie", 5, 1250),
        ("m1", LineKind.MODIFIER, "cream", 5, None),
        ("m2", LineKind.MODIFIER, "nuts", 10, None),
    ]


def test_a_selection_without_a_guid_is_known_by_its_place():
    bare = {"item": {"guid": "cream"}, "quantity": 1}

    assert selected({**PIE, "modifiers": [bare]}, {**bare, "guid": None}) == [
        ("s1", "sale", "pie", "5"),
        ("s1/0", "modifier", "cream", "1"),
        ("c1/1", "sale", "cream", "1"),
    ]


@pytest.mark.parametrize(
    "before",
    [{"guid": "x", "name": "NO"}, {"guid": "x"}, "NO", {"guid": "x", "name": "Without"}],
    ids=str,
)
def test_what_was_taken_off_consumes_nothing(before):
    onions = {
        "guid": "m1",
        "item": {"guid": "onions"},
        "quantity": 1,
        "displayName": "NO Onions",
        "preModifier": before,
        "modifiers": [{"guid": "m2", "item": {"guid": "red"}, "quantity": 1}],
    }

    assert selected({**PIE, "modifiers": [onions]}) == [("s1", "sale", "pie", "5")]


@pytest.mark.parametrize("before", [None, {"guid": "x", "name": "EXTRA"}, {"guid": "x"}])
def test_what_was_added_consumes(before):
    onions = {
        "guid": "m1",
        "item": {"guid": "onions"},
        "quantity": 1,
        "displayName": "Onions",
        "preModifier": before,
    }

    assert ("m1", "modifier", "onions", "1") in selected({**PIE, "modifiers": [onions]})


def test_an_item_is_known_by_the_id_all_locations_share():
    def item_of(item):
        return selected({**PIE, "item": item})[0][2]

    assert item_of({"guid": "pie", "multiLocationId": "100000000171239701"}) == "100000000171239701"
    assert item_of({"guid": "pie", "multiLocationId": 100000000171239701}) == "100000000171239701"
    assert item_of({"guid": "pie", "multiLocationId": "null"}) == "pie"
    assert item_of({"guid": "pie", "multiLocationId": None}) == "pie"
    assert item_of(None) is None


def test_a_gift_card_names_no_item():
    assert selected({**PIE, "selectionType": "TOAST_CARD_SELL"})[0][2] is None


def test_weights_are_exact():
    body = samples.dump(ORDER).replace(b'"quantity": 5', b'"quantity": 0.3500')

    assert TOAST.read(body, "answer").orders[0].lines[0].quantity == Decimal("0.35")


@pytest.mark.parametrize("status", ["PAID", "CLOSED"])
def test_a_paid_check_has_moved(status):
    assert read(checks=[samples.changed(CHECK, paymentStatus=status)]).state is OrderState.COMPLETED


@pytest.mark.proves("7.1")
def test_a_reopened_check_moves_nothing_again():
    order = read(checks=[samples.changed(CHECK, paymentStatus="OPEN")])

    assert (order.state, order.lines) == (OrderState.OPEN, ())


def test_only_the_paid_check_of_an_order_has_moved():
    other = samples.changed(
        CHECK, guid="c2", paymentStatus="OPEN", selections=[{**PIE, "guid": "s2"}]
    )

    order = read(checks=[CHECK, other])

    assert [line.key for line in order.lines] == ["s1"]
    assert (order.state, order.total) == (OrderState.COMPLETED, 2674)


GONE = [
    {"voided": True},
    {"deleted": True},
    {"voidDate": "2026-03-04T10:06:00.000+0000"},
    {"deletedDate": "2026-03-04T10:06:00.000+0000"},
]
NOT_GONE = [
    {"deleted": False, "deletedDate": "1970-01-01T00:00:00.000+0000"},
    {"deletedDate": "1970-01-01T00:00:00.000+0000"},
    {"voided": False},
]


@pytest.mark.proves("7.1")
@pytest.mark.parametrize("gone", GONE, ids=str)
def test_what_is_voided_or_deleted_wants_nothing(gone):
    order = read(**gone)
    check = read(checks=[{**CHECK, **gone}])

    assert (order.state, order.lines) == (OrderState.VOID, ())
    assert (check.state, check.lines) == (OrderState.OPEN, ())
    assert selected({**PIE, **gone, "modifiers": [{**PIE, "guid": "m"}]}) == []


@pytest.mark.parametrize("kept", NOT_GONE, ids=str)
def test_the_first_of_january_1970_means_not_deleted(kept):
    assert read(**kept).state is OrderState.COMPLETED
    assert read(checks=[{**CHECK, **kept}]).state is OrderState.COMPLETED
    assert selected({**PIE, **kept}) == [("s1", "sale", "pie", "5")]


@pytest.mark.parametrize(
    "fields",
    [
        {"approvalStatus": "FUTURE"},
        {"approvalStatus": "NEEDS_APPROVAL"},
        {"approvalStatus": "NOT_APPROVED"},
        {"createdInTestMode": True},
    ],
    ids=str,
)
def test_what_is_not_approved_or_a_test_moves_nothing(fields):
    order = read(**fields)

    assert (order.state, order.lines) == (OrderState.OPEN, ())


def test_the_daily_waste_order_is_waste_though_nobody_paid():
    check = samples.changed(CHECK, paymentStatus="OPEN", paidDate=None)
    inside = {**PIE, "modifiers": [{**PIE, "guid": "m1", "item": {"guid": "cream"}}]}

    order = read(excessFood=True, checks=[{**check, "selections": [inside]}])

    assert order.state is OrderState.COMPLETED
    assert [(line.key, line.kind) for line in order.lines] == [
        ("s1", LineKind.WASTE),
        ("m1", LineKind.WASTE),
    ]


def test_a_check_paid_at_another_time_moved_then():
    later = samples.changed(CHECK, guid="c2", paidDate="2026-03-04T10:09:00Z")

    order = read(checks=[CHECK, {**later, "selections": [{**PIE, "guid": "s2"}]}])

    assert [line.at for line in order.lines] == [None, datetime(2026, 3, 4, 10, 9, tzinfo=UTC)]


def test_without_a_date_of_change_the_newest_date_known_counts():
    check = samples.changed(CHECK, modifiedDate=None)
    event = samples.document("toast", "webhook.order_updated.json")
    event["details"]["order"] = samples.changed(ORDER, modifiedDate=None, checks=[check])

    assert read(modifiedDate=None, checks=[check]).version_at.minute == 5
    (told,) = TOAST.read(samples.dump({**event, "timestamp": "2026-03-04T11:00:00Z"})).orders
    assert told.version_at == datetime(2026, 3, 4, 11, tzinfo=UTC)


def test_our_client_hands_an_order_on_with_its_restaurant():
    reading = TOAST.read(samples.dump({"restaurantGuid": "r", "order": ORDER}), "answer")

    assert (reading.location, reading.orders[0].location) == ("r", "r")
    assert reading.identity.dedupe == "order:order-1:2026-03-04T10:05:02.000Z"


def test_a_page_of_orders_is_read_together():
    page = [ORDER, samples.changed(ORDER, guid="order-2")]

    reading = TOAST.read(samples.dump(page), "answer")

    assert [order.order for order in reading.orders] == ["order-1", "order-2"]


@pytest.mark.parametrize(
    "fields",
    [
        {"guid": None},
        {"checks": {}},
        {"checks": [None]},
        {"voided": "yes"},
        {"modifiedDate": "2026-03-04T10:05:01.000"},
        {"checks": [{**CHECK, "selections": [{**PIE, "quantity": -1}]}]},
        {"checks": [{**CHECK, "selections": [{**PIE, "quantity": True}]}]},
        {"checks": [{**CHECK, "selections": [{**PIE, "quantity": None}]}]},
        {"checks": [{**CHECK, "selections": [{**PIE, "price": "x"}]}]},
        {"checks": [{**CHECK, "selections": [PIE] * 1001}]},
        {"checks": [], "openedDate": None, "paidDate": None, "modifiedDate": None},
    ],
    ids=lambda fields: str(fields)[:60],
)
def test_what_toast_never_sends_is_put_aside(fields):
    with pytest.raises(UnreadablePayload):
        read(**fields)


def test_an_event_without_its_order_is_put_aside():
    event = samples.document("toast", "webhook.order_updated.json")
    del event["details"]["order"]

    with pytest.raises(UnreadablePayload):
        TOAST.read(samples.dump(event))
