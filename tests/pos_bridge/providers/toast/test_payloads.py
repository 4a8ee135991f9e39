"""What each published Toast payload says, exactly; what is not named here is empty."""

from typing import Any

import pytest

from tests.pos_bridge.providers import samples

EXPECTED: dict[str, dict[str, Any]] = {
    "api.authentication.login.response.json": {"status": "ignored"},
    "api.menus.get.excerpt.json": {
        "status": "ignored",
        "location": "2071fb81-988b-4d75-b8dc-c5c17cff9706",
    },
    "api.orders.get.dine_in_paid.json": {
        "status": "read",
        "dedupe": ["order", "017fdd94-4a30-4657-9475-b1a684758531", "2019-02-25T11:05:00.024Z"],
        "movements": [
            {
                "kind": "sale",
                "item": "a7b9ee4d-e41b-46ac-9ba4-d56dd7b2fb20",
                "quantity": "1",
                "location": None,
            }
        ],
    },
    "api.orders.get.open_delivery.json": {
        "status": "read",
        "dedupe": ["order", "4f0dbb70-46e8-4e02-bd22-9444cf9dc96b", "2017-10-04T19:31:34.549Z"],
    },
    "api.orders.get.open_takeout.json": {
        "status": "read",
        "dedupe": ["order", "df8cd211-c5c9-4fe4-b56b-fa0db87eb80b", "2017-10-04T13:54:01.024Z"],
    },
    "api.payments.get.captured.json": {"status": "ignored"},
    "api.stock.inventory.json": {
        "status": "read",
        "stock_hints": [
            {"item": "100000000171238879", "location": None, "quantity": "0"},
            {"item": "100000000171239701", "location": None, "quantity": "25"},
            {"item": "100000000171239569", "location": None, "quantity": "10.75"},
        ],
    },
    "api.stock.update.request.json": {"status": "ignored"},
    "api.stock.update.response.json": {
        "status": "read",
        "stock_hints": [
            {"item": "100000000171238879", "location": None, "quantity": None},
            {"item": "100000000171239701", "location": None, "quantity": "5"},
            {"item": "100000000171241912", "location": None, "quantity": "0"},
        ],
    },
    "webhook.menus_updated.json": {
        "status": "read",
        "dedupe": ["menus", "00000000-0000-0000-0000-000000000000"],
        "merchant": "00000000-1111-2222-3333-444444444444",
        "location": "00000000-1111-2222-3333-444444444444",
        "fetch": ["menus:00000000-1111-2222-3333-444444444444"],
    },
    "webhook.order_updated.json": {
        "status": "read",
        "dedupe": ["order_updated", "534bf25a-b657-45aa-9a63-47f8f35400d6"],
        "merchant": "0cd990c9-fd74-461d-8468-de2a0919ccbba",
        "location": "0cd990c9-fd74-461d-8468-de2a0919ccbba",
    },
    "webhook.stock.in_stock.json": {
        "status": "read",
        "dedupe": ["stock", "e445f586-081c-4a2a-bcd6-30717a48e17a"],
        "merchant": "3325cc58-dc6e-4e21-85f9-7de275ffe820",
        "location": "3325cc58-dc6e-4e21-85f9-7de275ffe820",
        "stock_hints": [
            {
                "item": "100000000171238879",
                "location": "3325cc58-dc6e-4e21-85f9-7de275ffe820",
                "quantity": None,
            }
        ],
    },
    "webhook.stock.in_stock.quantity.json": {
        "status": "read",
        "dedupe": ["stock", "e445f586-081c-4a2a-bcd6-30717a48e17a"],
        "merchant": "3325cc58-dc6e-4e21-85f9-7de275ffe820",
        "location": "3325cc58-dc6e-4e21-85f9-7de275ffe820",
        "stock_hints": [
            {
                "item": "100000000171239701",
                "location": "3325cc58-dc6e-4e21-85f9-7de275ffe820",
                "quantity": "10",
            }
        ],
    },
}


def test_every_payload_has_an_expectation():
    assert set(EXPECTED) == samples.names("toast")


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_published_payload_says(name):
    assert samples.told("toast", "toast", name) == samples.expected("toast", name, EXPECTED)
