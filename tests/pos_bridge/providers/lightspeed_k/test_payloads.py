"""What each published K-Series payload says, exactly; what is not named here is empty."""

from typing import Any

import pytest

from tests.pos_bridge.providers import samples

EXPECTED: dict[str, dict[str, Any]] = {
    "api.financial.v2.sales.page1.json": {
        "status": "read",
        "dedupe": ["order", "A65315.17", "2023-02-14T20:04:08.734Z"],
        "movements": [{"kind": "sale", "item": "52", "quantity": "1", "location": None}],
    },
    "api.item_availability.get.json": {
        "status": "read",
        "stock_hints": [{"item": "UGG-BB-PUR-06", "location": None, "quantity": "5"}],
    },
    "api.webhook.create.request.json": {"status": "ignored"},
    "webhook.item.restricted.json": {
        "status": "read",
        "dedupe": ["ITEM", "", "RESTRICTED", "", "HASH"],
        "location": "247158188015618",
        "stock_hints": [{"item": "UGG-BB-PUR-06", "location": "247158188015618", "quantity": "5"}],
    },
    "webhook.order.closed.json": {
        "status": "read",
        "dedupe": ["ORDER", "order-wFUBVgHNGPAJsryIrSaE", "CLOSED", "A17700.3", "HASH"],
        "location": "247158188015618",
        "movements": [
            {"kind": "sale", "item": "21", "quantity": "1", "location": "247158188015618"}
        ],
    },
    "webhook.order.failure.json": {
        "status": "ignored",
        "dedupe": ["ORDER", "order-wFUBVgHNGPAJsryIrSaE", "FAILURE", "", "HASH"],
        "location": "247158188015618",
    },
    "webhook.order.ready_for_pickup.json": {
        "status": "ignored",
        "dedupe": ["ORDER", "order-wFUBVgHNGPAJsryIrSaE", "READY_FOR_PICKUP", "", "HASH"],
        "location": "247158188015618",
    },
    "webhook.payment.success.json": {
        "status": "ignored",
        "dedupe": ["PAYMENT", "REF11", "SUCCESS", "A123080.14", "HASH"],
        "location": "247158188015618",
    },
}


def test_every_payload_has_an_expectation():
    assert set(EXPECTED) == samples.names("lightspeed_k")


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_published_payload_says(name):
    assert samples.told("lightspeed", "lightspeed_k", name) == samples.expected(
        "lightspeed_k", name, EXPECTED
    )
