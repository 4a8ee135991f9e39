"""How K-Series accounts become lines: polled sales with signed quantities, accounts by webhook."""

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

LIGHTSPEED = PROVIDERS["lightspeed"]
BURGER = {
    "id": "S1.1",
    "sku": "52",
    "name": "Burger",
    "quantity": "1.000",
    "totalNetAmountWithTax": "11.00",
    "totalNetAmountWithoutTax": "9.17",
    "currency": "GBP",
    "timeOfSale": "2026-03-04T10:01:00.000Z",
}
SALE = {
    "accountFiscId": "A1.17",
    "receiptId": "R1.13",
    "source": {"initialAccountId": "A1.17"},
    "type": "SALE",
    "cancelled": False,
    "timeOfOpening": "2026-03-04T10:00:00.000Z",
    "timeClosed": "2026-03-04T10:30:00.000Z",
    "salesLines": [BURGER],
}


def reading(**fields):
    document = {"businessLocationId": "42", "sale": samples.changed(SALE, **fields)}
    return LIGHTSPEED.read(samples.dump(document), "answer")


def read(**fields):
    return reading(**fields).orders[0]


def moved(*sold, **fields):
    order = read(salesLines=list(sold), **fields)
    return order.state, [(line.key, str(line.kind), str(line.quantity)) for line in order.lines]


def test_the_published_page_of_sales_is_read_exactly():
    body = samples.body("lightspeed_k", "api.financial.v2.sales.page1.json")

    assert LIGHTSPEED.read(body, "answer").orders == (
        OrderVersion(
            order="A65315.17",
            location=None,
            state=OrderState.COMPLETED,
            version_at=datetime(2023, 2, 14, 20, 4, 8, 734000, tzinfo=UTC),
            occurred_at=datetime(2023, 2, 14, 20, 4, 8, 734000, tzinfo=UTC),
            lines=(
                Line(
                    "S65315.33",
                    "52",
                    Decimal("1.000"),
                    name="Burger",
                    sku="52",
                    at=datetime(2023, 2, 14, 19, 59, 22, 474000, tzinfo=UTC),
                    amount=917,
                ),
            ),
            currency="GBP",
            total=1100,
            number="R65315.13",
        ),
    )


def test_the_published_webhook_of_a_closed_account_is_read_exactly():
    body = samples.body("lightspeed_k", "webhook.order.closed.json")

    assert LIGHTSPEED.read(body).orders == (
        OrderVersion(
            order="A17700.3",
            location="247158188015618",
            state=OrderState.COMPLETED,
            version_at=datetime(2021, 12, 21, 13, 24, 49, 265000, tzinfo=UTC),
            version_no=1,
            occurred_at=datetime(2021, 12, 21, 13, 25, 25, 82000, tzinfo=UTC),
            lines=(
                Line("304087979524125", "21", Decimal(1), name="Appetizer 2", sku="21", amount=333),
            ),
            total=400,
            number="order-wFUBVgHNGPAJsryIrSaE",
        ),
    )


@pytest.mark.proves("1.5")
def test_the_polled_sale_is_the_newer_version_of_the_account_the_webhook_told():
    (told,) = LIGHTSPEED.read(samples.body("lightspeed_k", "webhook.order.closed.json")).orders
    polled = read(accountFiscId="A17700.3", timeClosed="2021-12-21T13:26:00.000Z")

    assert polled.order == told.order
    assert (polled.version_at, polled.version_no) > (told.version_at, told.version_no)


@pytest.mark.proves("7.3")
def test_a_negative_quantity_came_back_to_the_shelf():
    back = samples.changed(BURGER, id="S1.2", quantity="-0.500", totalNetAmountWithoutTax="-4.59")

    order = read(type="REFUND", salesLines=[back])

    line = order.lines[0]
    assert order.state is OrderState.COMPLETED
    assert (line.key, line.kind, line.quantity) == ("S1.2", LineKind.RETURN, Decimal("0.5"))
    assert (line.restocked, line.amount) == (True, 459)


def test_a_line_voided_before_closing_sums_to_nothing():
    voided = samples.changed(BURGER, id="S1.2", quantity="-1.000", voidReason="Mistake")

    assert moved(BURGER, voided) == (
        OrderState.COMPLETED,
        [("S1.1", "sale", "1.000"), ("S1.2", "return", "1.000")],
    )


@pytest.mark.parametrize("kind", ["TRANSFER", "SPLIT", "UPDATE", "CROSS_BL"])
def test_an_account_that_went_on_elsewhere_is_no_new_goods(kind):
    state, lines = moved(BURGER, type=kind)

    assert (state, lines) == (OrderState.OPEN, [("S1.1", "sale", "1.000")])


@pytest.mark.parametrize("kind", ["REFUND", "VOID", "RECALL"])
def test_a_reversal_moves_by_its_negative_lines_or_not_at_all(kind):
    back = samples.changed(BURGER, quantity="-1.000")

    assert moved(back, type=kind)[0] is OrderState.COMPLETED
    assert moved(BURGER, type=kind)[0] is OrderState.OPEN


def test_a_cancelled_account_wants_nothing():
    assert read(cancelled=True).state is OrderState.VOID
    assert read(type="CANCEL").state is OrderState.VOID


@pytest.mark.parametrize("kind", ["FLOAT", "TRANSITORY"])
def test_money_in_the_drawer_is_ignored(kind):
    told = reading(type=kind)

    assert (told.status, told.orders) == ("ignored", ())


def test_our_client_hands_a_sale_on_with_its_location():
    told = reading()

    assert (told.location, told.orders[0].location) == ("42", "42")
    assert told.identity.dedupe == "order:A1.17:2026-03-04T10:30:00.000Z"


def test_a_sale_alone_is_an_answer_too():
    assert LIGHTSPEED.read(samples.dump(SALE), "answer").orders[0].order == "A1.17"


def test_money_has_the_places_of_its_currency():
    yen = samples.changed(BURGER, currency="JPY", totalNetAmountWithoutTax="917")

    assert read(salesLines=[yen]).lines[0].amount == 917


# Webhooks, which come only for orders placed through the API.


def told(**fields):
    event = samples.document("lightspeed_k", "webhook.order.closed.json")
    return LIGHTSPEED.read(samples.dump({**event, **fields}))


@pytest.mark.parametrize("status", ["CANCELLED", "ABANDONED"])
def test_an_account_called_off_wants_nothing_and_comes_after_its_closing(status):
    (closed,), (off,) = told().orders, told(status=status).orders

    assert off.state is OrderState.VOID
    assert (off.version_at, off.version_no) > (closed.version_at, closed.version_no)


@pytest.mark.parametrize("status", ["SUCCESS", "IN_DELIVERY", "CHECK_WAS_UPDATED", "NEW"])
def test_other_news_of_an_order_is_ignored(status):
    assert told(status=status).status == "ignored"


def test_a_closed_order_without_its_account_waits_for_the_poll():
    assert told(account=None).status == "ignored"


def test_parts_of_an_entry_count_as_they_are_and_wishes_do_not():
    entry = {
        "id": 7,
        "itemSku": "menu",
        "quantity": 2,
        "modifiers": [{"itemName": "well done"}, {"itemSku": "cheese", "quantity": 2}],
        "subLineItems": [{"id": 8, "itemSku": "chips", "quantity": 2}],
    }
    account = samples.document("lightspeed_k", "webhook.order.closed.json")["account"]

    (order,) = told(account={**account, "salesEntries": [entry]}).orders

    assert [(line.key, line.kind, line.item) for line in order.lines] == [
        ("7", LineKind.SALE, "menu"),
        ("7/8", LineKind.SALE, "chips"),
        ("7/modifier-1", LineKind.MODIFIER, "cheese"),
    ]


def test_an_entry_taken_off_the_account_is_none_of_it():
    account = samples.document("lightspeed_k", "webhook.order.closed.json")["account"]
    account["salesEntries"][0]["active"] = False

    assert told(account=account).orders[0].lines == ()


def test_the_same_news_with_another_body_is_other_news():
    once, again, other = told().identity, told().identity, told(ikentooAccountId="1").identity

    assert once == again
    assert once.dedupe != other.dedupe
    assert once.dedupe.startswith("ORDER:order-wFUBVgHNGPAJsryIrSaE:CLOSED:A17700.3:sha256:")


@pytest.mark.parametrize(("count", "quantity"), [(5, Decimal(5)), (None, None)])
def test_a_restriction_says_how_many_are_left(count, quantity):
    event = samples.document("lightspeed_k", "webhook.item.restricted.json")

    (hint,) = LIGHTSPEED.read(samples.dump({**event, "count": count})).stock_hints

    assert (hint.item, hint.location, hint.quantity) == (
        "UGG-BB-PUR-06",
        "247158188015618",
        quantity,
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "SOMETHING_NEW"},
        {"accountFiscId": None},
        {"timeClosed": None, "timeOfOpening": None},
        {"salesLines": "x"},
        {"salesLines": [samples.changed(BURGER, id=None)]},
        {"salesLines": [samples.changed(BURGER, quantity="1,000")]},
        {"salesLines": [samples.changed(BURGER, quantity=None)]},
        {"salesLines": [samples.changed(BURGER, totalNetAmountWithTax="lots")]},
        {"cancelled": "no"},
    ],
    ids=lambda fields: str(fields)[:60],
)
def test_what_k_series_never_sends_is_put_aside(fields):
    with pytest.raises(UnreadablePayload):
        read(**fields)


def test_an_event_that_does_not_say_where_is_put_aside():
    with pytest.raises(UnreadablePayload):
        told(businessLocationId=None)
