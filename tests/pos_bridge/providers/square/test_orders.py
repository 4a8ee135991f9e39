"""How a Square order becomes lines: modifiers, returns, exchanges, weights, no goods."""

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

SQUARE = PROVIDERS["square"]
ORDER = {
    "id": "order-1",
    "location_id": "shop-1",
    "state": "COMPLETED",
    "version": 3,
    "created_at": "2026-03-04T10:00:00Z",
    "updated_at": "2026-03-04T10:05:01.123456789Z",
    "closed_at": "2026-03-04T10:05:00Z",
}
PIE = {"uid": "line-1", "catalog_object_id": "pie", "name": "Pie", "quantity": "5"}


def read(**fields):
    body = samples.dump({"order": samples.changed(ORDER, **fields)})
    return SQUARE.read(body, "answer").orders[0]


def lines(*line_items, **fields):
    order = read(line_items=list(line_items), **fields)
    return [(line.key, str(line.kind), line.item, str(line.quantity)) for line in order.lines]


def test_the_published_completed_order_is_read_exactly():
    order = SQUARE.read(samples.body("square", "api.orders.get.completed.json"), "answer").orders[0]

    assert order == OrderVersion(
        order="lgwOlEityYPJtcuvKTVKT1pA986YY",
        location="P3CCK6HSNDAS7",
        state=OrderState.COMPLETED,
        version_at=datetime(2019, 8, 6, 2, 47, 37, 140000, tzinfo=UTC),
        occurred_at=datetime(2019, 8, 6, 2, 47, 37, 140000, tzinfo=UTC),
        version_no=4,
        lines=(
            Line("QW6kofLHJK7JEKMjlSVP5C", None, Decimal(1), name="Item 1", amount=500),
            Line("zhw8MNfRGdFQMI2WE1UBJD", None, Decimal(2), name="Item 2", amount=1500),
        ),
        currency="USD",
        total=2000,
    )


def test_the_published_open_order_keeps_its_lines_and_multiplies_its_modifier():
    body = samples.body("square", "api.orders.create.open_with_modifiers.json")
    order = SQUARE.read(body, "answer").orders[0]

    assert order.state is OrderState.OPEN
    assert order.number == "my-order-001"
    assert order.lines == (
        Line(
            "8uSwfzvUImn3IRrvciqlXC",
            None,
            Decimal(1),
            name="New York Strip Steak",
            amount=1648 - 136,
        ),
        Line(
            "v8ZuEXpOJpb0bazLuvrLDB",
            "BEMYCSMIJL46OCDV4KYIKXIB",
            Decimal(2),
            name="New York Steak, Larger",
            amount=4528 - 374,
        ),
        Line(
            "v8ZuEXpOJpb0bazLuvrLDB/Lo3qMMckDluu9Qsb58d4CC",
            "CHQX7Y4KY6N5KINJKZCFURPZ",
            Decimal(2),
            LineKind.MODIFIER,
            name="Well",
        ),
    )


@pytest.mark.proves("7.3")
def test_the_published_return_names_its_sale_and_does_not_claim_a_restock():
    body = samples.body("square", "synthetic.api.orders.get.return_order.json")
    order = SQUARE.read(body, "answer").orders[0]

    assert (order.state, order.total, order.version_no) == (OrderState.COMPLETED, -750, 0)
    assert order.lines == (
        Line(
            "return/ret-1/ret-line-1",
            "BEMYCSMIJL46OCDV4KYIKXIB",
            Decimal(1),
            LineKind.RETURN,
            name="Item 2",
            amount=750,
            restocked=None,
            returns_line="lgwOlEityYPJtcuvKTVKT1pA986YY/zhw8MNfRGdFQMI2WE1UBJD",
        ),
    )


def test_a_modifier_counts_per_unit_of_its_line():
    line = samples.changed(
        PIE,
        modifiers=[
            {"uid": "a", "catalog_object_id": "cream"},
            {"uid": "b", "catalog_object_id": "sugar", "quantity": "2"},
            {"uid": "c", "catalog_object_id": "none", "quantity": "0"},
            {"name": "by hand"},
        ],
    )

    assert lines(line) == [
        ("line-1", "sale", "pie", "5"),
        ("line-1/a", "modifier", "cream", "5"),
        ("line-1/b", "modifier", "sugar", "10"),
        ("line-1/3", "modifier", None, "5"),
    ]


def test_weights_are_exact_and_nothing_moves_nothing():
    assert lines(samples.changed(PIE, quantity="1.250")) == [("line-1", "sale", "pie", "1.250")]
    assert lines(samples.changed(PIE, quantity="0")) == []


def test_an_exchange_is_a_return_and_a_sale_in_one_order():
    back = {"uid": "b", "source_line_item_uid": "old", "catalog_object_id": "pie", "quantity": "1"}
    returns = [{"uid": "r", "source_order_id": "order-0", "return_line_items": [back]}]

    assert lines(PIE, returns=returns) == [
        ("line-1", "sale", "pie", "5"),
        ("return/r/b", "return", "pie", "1"),
    ]


def test_what_was_added_to_a_returned_line_came_back_with_it():
    back = {
        "uid": "b",
        "source_line_item_uid": "old",
        "catalog_object_id": "pie",
        "quantity": "2",
        "return_modifiers": [
            {"uid": "m", "catalog_object_id": "cream", "source_modifier_uid": "a", "quantity": "3"}
        ],
    }
    order = read(returns=[{"uid": "r", "source_order_id": "o", "return_line_items": [back]}])

    cream = order.lines[1]
    assert (cream.key, cream.kind, cream.item) == ("return/r/b/m", LineKind.RETURN, "cream")
    assert (cream.quantity, cream.returns_line) == (Decimal(6), "o/old/a")


def test_a_return_without_its_sale_stands_by_itself():
    back = {"uid": "b", "catalog_object_id": "pie", "quantity": "1"}

    order = read(returns=[{"uid": "r", "return_line_items": [back]}])

    assert order.lines[0].returns_line == ""


@pytest.mark.parametrize("item_type", ["GIFT_CARD", "CUSTOM_AMOUNT"])
def test_gift_cards_and_custom_amounts_name_no_item(item_type):
    line = samples.changed(PIE, item_type=item_type)

    assert lines(line) == [("line-1", "sale", None, "5")]


@pytest.mark.proves("7.2")
@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("COMPLETED", OrderState.COMPLETED),
        ("CANCELED", OrderState.VOID),
        ("OPEN", OrderState.OPEN),
        ("DRAFT", OrderState.OPEN),
    ],
)
def test_each_state_is_one_of_three(said, state):
    assert read(state=said).state is state


def test_versions_go_by_time_of_change_and_number():
    order = read()
    bare = read(version=None, updated_at=None, closed_at=None)

    assert order.version_at == datetime(2026, 3, 4, 10, 5, 1, 123456, tzinfo=UTC)
    assert (order.version_no, order.occurred_at.minute) == (3, 5)
    assert bare.version_at == bare.occurred_at == datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert bare.version_no == 0


def test_an_order_without_a_version_is_known_by_its_time():
    def dedupe(**fields):
        body = samples.dump({"order": samples.changed(ORDER, **fields)})
        return SQUARE.read(body, "answer").identity.dedupe

    assert dedupe() == "order:order-1:3"
    assert dedupe(version=None) == "order:order-1:2026-03-04T10:05:01.123456789Z"


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "SOMETHING_NEW"},
        {"state": None},
        {"id": None},
        {"id": "x" * 300},
        {"id": "nul\x00"},
        {"id": "half \ud83d"},
        {"updated_at": "2026-03-04T10:05:00"},
        {"updated_at": 1},
        {"version": "3"},
        {"line_items": {}},
        {"line_items": [PIE, "pie"]},
        {"line_items": [samples.changed(PIE, uid=None)]},
        {"line_items": [samples.changed(PIE, quantity="-1")]},
        {"line_items": [samples.changed(PIE, quantity="1e3")]},
        {"line_items": [samples.changed(PIE, quantity="NaN")]},
        {"line_items": [samples.changed(PIE, quantity="10000000000000")]},
        {"line_items": [samples.changed(PIE, quantity=None)]},
        {"line_items": [PIE] * 1001},
    ],
    ids=str,
)
def test_what_square_never_sends_is_put_aside(fields):
    with pytest.raises(UnreadablePayload):
        read(**fields)


def test_a_key_that_comes_twice_stays_two_lines():
    assert [key for key, *_ in lines(PIE, PIE)] == ["line-1", "line-1#2"]


def test_a_name_that_cannot_be_stored_is_cleaned_and_not_refused():
    order = read(line_items=[samples.changed(PIE, name="Pie\x00\ud83d" + "x" * 300)])

    assert order.lines[0].name.startswith("Pie\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}x")
    assert len(order.lines[0].name) == 255


def test_orders_of_a_page_are_read_together():
    page = {"orders": [ORDER, samples.changed(ORDER, id="order-2", location_id="shop-2")]}

    reading = SQUARE.read(samples.dump(page), "answer")

    assert [order.order for order in reading.orders] == ["order-1", "order-2"]
    assert reading.location is None


def test_an_order_alone_is_an_answer_too():
    assert SQUARE.read(samples.dump(ORDER), "answer").orders[0].order == "order-1"
