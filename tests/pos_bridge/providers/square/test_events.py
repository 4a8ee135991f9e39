"""What Square's thin events ask for, and what its stock statements are taken as."""

from decimal import Decimal

import pytest

from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import Fetch, StockHint, UnreadablePayload
from tests.pos_bridge.providers import samples

SQUARE = PROVIDERS["square"]


def event(kind, thing, **fields):
    return samples.dump(
        {"type": kind, "event_id": "e", "merchant_id": "m", "data": {"object": thing}, **fields}
    )


@pytest.mark.parametrize("kind", ["payment", "refund"])
@pytest.mark.parametrize("verb", ["created", "updated"])
@pytest.mark.parametrize(
    ("status", "fetches"),
    [("COMPLETED", (Fetch("order", "o"),)), ("PENDING", ()), ("FAILED", ()), ("APPROVED", ())],
)
def test_money_that_moved_asks_for_its_order(kind, verb, status, fetches):
    thing = {kind: {"status": status, "order_id": "o", "location_id": "l"}}

    reading = SQUARE.read(event(f"{kind}.{verb}", thing))

    assert (reading.status, reading.location, reading.fetches) == ("read", "l", fetches)


def test_a_payment_without_an_order_asks_for_nothing():
    assert SQUARE.read(event("payment.updated", {"payment": {"status": "COMPLETED"}})).fetches == ()


def test_a_change_of_fulfilment_asks_for_its_order():
    thing = {"order_fulfillment_updated": {"order_id": "o", "location_id": "l"}}

    reading = SQUARE.read(event("order.fulfillment.updated", thing))

    assert (reading.location, reading.fetches) == ("l", (Fetch("order", "o"),))


@pytest.mark.parametrize(
    "kind",
    [
        "location.created",
        "oauth.authorization.revoked",
        "webhooks.test_notification",
        "vendor.created",
    ],
)
def test_what_says_nothing_of_goods_is_ignored_even_without_an_object(kind):
    body = samples.dump({"type": kind, "event_id": "e", "merchant_id": "m", "data": {}})

    assert SQUARE.read(body).status == "ignored"


def test_only_what_is_in_stock_is_a_hint():
    counts = [
        {"catalog_object_id": "a", "location_id": "l", "state": "IN_STOCK", "quantity": "-2.5"},
        {"catalog_object_id": "a", "location_id": "l", "state": "WASTE", "quantity": "4"},
    ]

    reading = SQUARE.read(event("inventory.count.updated", {"inventory_counts": counts}))

    assert reading.stock_hints == (StockHint("a", "l", Decimal("-2.5")),)


OLD_ADJUSTMENT = {"location_id": "l", "from_state": "NONE", "to_state": "IN_STOCK"}
NEW_ADJUSTMENT = {
    "from_location_id": "l",
    "to_location_id": "l",
    "from_state": "NONE",
    "to_state": "IN_STOCK",
}
TRANSFER = {
    "from_location_id": "l",
    "to_location_id": "k",
    "from_state": "IN_STOCK",
    "to_state": "IN_STOCK",
}


@pytest.mark.parametrize(
    ("adjustment", "locations"),
    [(OLD_ADJUSTMENT, ["l"]), (NEW_ADJUSTMENT, ["l"]), (TRANSFER, ["l", "k"])],
    ids=["before July 2026", "since", "transfer"],
)
def test_an_adjustment_says_where_the_count_changed_and_not_to_what(adjustment, locations):
    change = {
        "type": "ADJUSTMENT",
        "adjustment": {"catalog_object_id": "a", "quantity": "1", **adjustment},
    }

    reading = SQUARE.read(samples.dump({"changes": [change]}), "answer")

    assert reading.stock_hints == tuple(StockHint("a", place, None) for place in locations)


def test_two_types_may_share_an_event_id():
    created = SQUARE.read(event("refund.created", {"refund": {}})).identity
    updated = SQUARE.read(event("refund.updated", {"refund": {}})).identity

    assert (created.dedupe, updated.dedupe) == ("refund.created:e", "refund.updated:e")
    assert (created.merchant, created.event_type) == ("m", "refund.created")


def test_an_event_without_an_id_is_known_by_its_bytes():
    body = samples.dump({"type": "location.created", "merchant_id": "m"})

    identity = SQUARE.read(body).identity

    assert identity.dedupe.startswith("sha256:")
    assert identity.merchant == "m"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": None},
        {"type": "order.updated"},
        {"type": "order.updated", "data": {"object": {}}},
        {"type": "payment.updated", "data": {"object": {"payment": []}}},
        {"type": "inventory.count.updated", "data": {"object": {"inventory_counts": "x"}}},
    ],
    ids=str,
)
def test_an_event_without_what_it_is_about_is_put_aside(body):
    with pytest.raises(UnreadablePayload):
        SQUARE.read(samples.dump(body))
