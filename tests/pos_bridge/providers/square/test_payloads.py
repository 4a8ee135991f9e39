"""What each published Square payload says, exactly; what is not named here is empty."""

from typing import Any

import pytest

from tests.pos_bridge.providers import samples

EXPECTED: dict[str, dict[str, Any]] = {
    "api.catalog.batch_retrieve.json": {"status": "ignored"},
    "api.catalog.info.json": {"status": "ignored"},
    "api.catalog.search.json": {"status": "ignored"},
    "api.inventory.changes.batch_create.adjustment.2026-07.request.json": {"status": "ignored"},
    "api.inventory.changes.batch_create.request.json": {"status": "ignored"},
    "api.inventory.changes.batch_create.response.json": {
        "status": "read",
        "location": "C6W5YS5QM06F5",
        "stock_hints": [
            {"item": "W62UWFY35CWMYGVWK6TWJDNI", "location": "C6W5YS5QM06F5", "quantity": "53"}
        ],
    },
    "api.inventory.changes.batch_retrieve.json": {
        "status": "read",
        "location": "C6W5YS5QM06F5",
        "stock_hints": [
            {"item": "W62UWFY35CWMYGVWK6TWJDNI", "location": "C6W5YS5QM06F5", "quantity": "86"}
        ],
    },
    "api.inventory.counts.batch_retrieve.json": {
        "status": "read",
        "location": "59TNP9SA8VGDA",
        "stock_hints": [
            {"item": "W62UWFY35CWMYGVWK6TWJDNI", "location": "59TNP9SA8VGDA", "quantity": "79"}
        ],
    },
    "api.inventory.physical_count.json": {
        "status": "read",
        "location": "C6W5YS5QM06F5",
        "stock_hints": [
            {"item": "W62UWFY35CWMYGVWK6TWJDNI", "location": "C6W5YS5QM06F5", "quantity": "15"}
        ],
    },
    "api.locations.list.json": {"status": "ignored"},
    "api.oauth.token.json": {"status": "ignored"},
    "api.orders.create.open_with_modifiers.json": {
        "status": "read",
        "dedupe": ["order", "CAISENgvlJ6jLWAzERDzjyHVybY", "1"],
        "location": "057P5VYJ4A5X1",
    },
    "api.orders.get.completed.json": {
        "status": "read",
        "dedupe": ["order", "lgwOlEityYPJtcuvKTVKT1pA986YY", "4"],
        "location": "P3CCK6HSNDAS7",
        "movements": [
            {"kind": "sale", "item": None, "quantity": "1", "location": "P3CCK6HSNDAS7"},
            {"kind": "sale", "item": None, "quantity": "2", "location": "P3CCK6HSNDAS7"},
        ],
    },
    "api.orders.search.request.json": {"status": "ignored"},
    "api.orders.search.response.entries.json": {
        "status": "read",
        "fetch": [
            "order:CAISEM82RcpmcFBM0TfOyiHV3es",
            "order:CAISENgvlJ6jLWAzERDzjyHVybY",
            "order:CAISEM52YcpmcWAzERDOyiWS3ty",
        ],
    },
    "api.payments.get.json": {
        "status": "read",
        "location": "L88917AVBK2S5",
        "fetch": ["order:d7eKah653Z579f3gVtjlxpSlmUcZY"],
    },
    "api.refunds.refund.json": {"status": "read", "location": "L88917AVBK2S5"},
    "api.webhooks.subscription.create.request.json": {"status": "ignored"},
    "api.webhooks.subscription.create.response.json": {"status": "ignored"},
    "synthetic.api.orders.get.return_order.json": {
        "status": "read",
        "dedupe": ["order", "RtN0rDeRaBcDeFgHiJkLmNoPqRsTZY", "2019-08-06T03:10:01.000Z"],
        "location": "P3CCK6HSNDAS7",
        "movements": [
            {
                "kind": "return",
                "item": "BEMYCSMIJL46OCDV4KYIKXIB",
                "quantity": "1",
                "location": "P3CCK6HSNDAS7",
            }
        ],
    },
    "webhook.catalog.version.updated.json": {
        "status": "read",
        "dedupe": ["catalog.version.updated", "aeaaa5f6-c4fd-4e93-b688-71b50706266f"],
        "merchant": "6SSW7HV8K2ST5",
        "fetch": ["catalog:"],
    },
    "webhook.inventory.count.updated.json": {
        "status": "read",
        "dedupe": ["inventory.count.updated", "df5f3813-a913-45a1-94e9-fdc3f7d5e3b6"],
        "merchant": "6SSW7HV8K2ST5",
        "location": "YYQR03DGCTXA4",
        "stock_hints": [
            {"item": "FGQ5JJWT2PYTHF35CKZ2DSKP", "location": "YYQR03DGCTXA4", "quantity": "10"}
        ],
    },
    "webhook.order.created.json": {
        "status": "read",
        "dedupe": ["order.created", "116038d3-2948-439f-8679-fc86dbf80f69"],
        "merchant": "5S9MXCS9Y99KK",
        "location": "FPYCBCHYMXFK1",
        "fetch": ["order:eA3vssLHKJrv9H0IdJCM3gNqfdcZY"],
    },
    "webhook.order.updated.json": {
        "status": "read",
        "dedupe": ["order.updated", "4b8e5c91-9f17-4cf1-900a-4a0629f81add"],
        "merchant": "5S9MXCS9Y99KK",
        "location": "FPYCBCHYMXFK1",
        "fetch": ["order:eA3vssLHKJrv9H0IdJCM3gNqfdcZY"],
    },
    "webhook.payment.updated.json": {
        "status": "read",
        "dedupe": ["payment.updated", "6a8f5f28-54a1-4eb0-a98a-3111513fd4fc"],
        "merchant": "6SSW7HV8K2ST5",
        "location": "S8GWD5R9QB376",
        "fetch": ["order:03O3USaPaAaFnI6kkwB1JxGgBsUZY"],
    },
    "webhook.refund.created.json": {
        "status": "read",
        "dedupe": ["refund.created", "bc316346-6691-4243-88ed-6d651a0d0c47"],
        "merchant": "6SSW7HV8K2ST5",
        "location": "NAQ1FHV6ZJ8YV",
    },
}


def test_every_payload_has_an_expectation():
    assert set(EXPECTED) == samples.names("square")


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_published_payload_says(name):
    assert samples.told("square", "square", name) == samples.expected("square", name, EXPECTED)
