"""What Toast's stock statements are taken as."""

from decimal import Decimal

import pytest

from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import StockHint, UnreadablePayload
from tests.pos_bridge.providers import samples

TOAST = PROVIDERS["toast"]


def hint(**details):
    event = samples.document("toast", "webhook.stock.in_stock.json")
    event["details"].update(details)
    return TOAST.read(samples.dump(event)).stock_hints


@pytest.mark.parametrize(
    ("details", "quantity"),
    [
        ({"status": "QUANTITY", "quantity": 10.75}, Decimal("10.75")),
        ({"status": "OUT_OF_STOCK", "quantity": None}, Decimal(0)),
        ({"status": "IN_STOCK"}, None),
    ],
    ids=str,
)
def test_a_status_is_a_number_or_unknown(details, quantity):
    assert hint(**details) == (
        StockHint("100000000171238879", "3325cc58-dc6e-4e21-85f9-7de275ffe820", quantity),
    )


@pytest.mark.parametrize("shared", [None, "null"])
def test_an_item_without_a_shared_id_is_known_by_its_own(shared):
    assert hint(multiLocationId=shared)[0].item == "1e199622-ccbf-4ba8-8c37-111519dca13b"


@pytest.mark.parametrize("status", ["SOMETHING_NEW", None])
def test_an_unknown_status_is_put_aside(status):
    with pytest.raises(UnreadablePayload):
        hint(status=status)


def test_rows_that_know_no_item_are_dropped():
    rows = samples.document("toast", "api.stock.update.response.json")

    reading = TOAST.read(samples.dump(rows), "answer")

    assert [row["itemGuidValidity"] for row in rows].count("INVALID") == 2
    assert len(reading.stock_hints) == len(rows) - 2


def test_stock_and_orders_may_share_a_guid():
    stock = TOAST.read(samples.body("toast", "webhook.stock.in_stock.json")).identity

    assert stock.dedupe == "stock:e445f586-081c-4a2a-bcd6-30717a48e17a"
    assert stock.merchant == "3325cc58-dc6e-4e21-85f9-7de275ffe820"
