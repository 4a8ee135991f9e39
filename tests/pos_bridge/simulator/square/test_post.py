"""Square's webhooks: signed as documented, told for what is documented, sent again on failure."""

import base64
import hashlib
import hmac
import json

import pytest

from pos_bridge.simulator.square.post import sign


def independent_signature(key: str, url: str, body: bytes) -> str:
    """The documented rule, written out once more."""
    return base64.b64encode(
        hmac.new(key.encode("utf-8"), url.encode("utf-8") + body, hashlib.sha256).digest()
    ).decode()


@pytest.mark.parametrize(
    ("key", "url", "body", "signature"),
    [
        (
            "asdf1234",
            "https://example.com/webhook",
            b'{"hello":"world"}',
            "2kRE5qRU2tR+tBGlDwMEw2avJ7QM4ikPYD/PJ3bd9Og=",
        ),
        (
            "signature-key",
            "https://webhook.site/webhooks",
            b'{"data":{"type":"webhooks","id":">id<"}}',
            "Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U=",
        ),
    ],
)
def test_the_published_signatures_come_out(key, url, body, signature):
    assert sign(key=key, url=url, body=body) == signature
    assert independent_signature(key, url, body) == signature


def test_every_letter_is_signed_over_the_registered_url_and_the_bytes_sent(sim, receiver):
    sim.square.sell("LDOWNTOWN", [("VLATTE", 2)])

    sim.deliver()

    for request in receiver.received:
        assert request.path == "/api/v1/webhooks/square"
        assert request.header("x-square-hmacsha256-signature") == independent_signature(
            "asdf1234", "https://example.com/api/v1/webhooks/square", request.body
        )
        assert request.header("square-environment") == "Sandbox"


def test_a_pos_sale_is_told_by_its_payment_and_the_count_but_not_as_an_order(sim, receiver):
    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 2)])

    deliveries = sim.deliver()

    assert [d.status for d in deliveries] == [200, 200, 200]
    assert receiver.kinds() == ["payment.created", "inventory.count.updated", "payment.updated"]
    created, counted, paid = (request.json() for request in receiver.received)
    assert created["merchant_id"] == "MLMERCHANT001"
    assert created["data"]["object"]["payment"]["status"] == "APPROVED"
    assert paid["data"]["object"]["payment"]["status"] == "COMPLETED"
    assert paid["data"]["object"]["payment"]["order_id"] == order_id
    assert paid["data"]["object"]["payment"]["amount_money"] == {"amount": 900, "currency": "USD"}
    (count,) = counted["data"]["object"]["inventory_counts"]
    assert (count["catalog_object_id"], count["location_id"]) == ("VLATTE", "LDOWNTOWN")
    assert (count["state"], count["quantity"]) == ("IN_STOCK", "98")


def test_an_order_made_by_the_api_has_a_version_and_is_told_as_an_order(sim, receiver, square):
    order_id = sim.square.sell("LDOWNTOWN", [("VBEANS", 1)], via_api=True)

    sim.deliver()

    assert receiver.kinds() == [
        "order.created",
        "payment.created",
        "payment.updated",
        "order.updated",
    ]
    told = receiver.received[-1].json()["data"]
    assert told["type"] == "order"
    assert told["object"]["order_updated"]["state"] == "COMPLETED"
    _, answer = square("GET", f"/v2/orders/{order_id}")
    assert answer["order"]["version"] == told["object"]["order_updated"]["version"] == 2


def test_a_failed_letter_comes_again_after_a_minute_with_its_event_id_and_retry_headers(
    sim, clock, receiver
):
    receiver.status = 503
    sim.square.change_catalog()
    sim.deliver()
    receiver.status = 200

    assert sim.deliver() == []
    clock.advance(minutes=1)
    (delivery,) = sim.deliver()

    first, second = receiver.received
    assert (delivery.attempt, delivery.status) == (2, 200)
    assert first.body == second.body
    assert first.header("square-retry-number") == ""
    assert second.header("square-retry-number") == "1"
    assert second.header("square-retry-reason") == "http_error"


def test_twelve_failures_in_a_row_end_the_delivery(sim, clock, receiver):
    receiver.status = 400
    sim.square.change_catalog()
    waited = []

    for minutes in (0, 1, 2, 4, 8, 16, 32, 60, 120, 240, 480, 480, 480):
        clock.advance(minutes=minutes)
        waited.append(len(sim.deliver()))

    assert waited == [1] * 12 + [0]
    assert sim.state()["providers"]["square"]["letters"]["given_up"] == 1


def test_a_refund_tells_created_and_updated_under_one_event_id(sim, receiver):
    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 2)])
    sim.deliver()
    receiver.received.clear()

    return_id = sim.square.refund(order_id, [("VLATTE", 1)])
    sim.deliver()

    assert receiver.kinds() == [
        "refund.created",
        "refund.updated",
        "payment.updated",
        "inventory.count.updated",
    ]
    created, updated = (request.json() for request in receiver.received[:2])
    assert created["event_id"] == updated["event_id"]
    assert created["data"]["object"]["refund"]["status"] == "PENDING"
    assert updated["data"]["object"]["refund"]["status"] == "COMPLETED"
    assert updated["data"]["object"]["refund"]["order_id"] == return_id


def test_a_subscription_made_by_the_api_is_signed_with_the_key_it_was_given(sim, receiver, square):
    status, answer = square(
        "POST",
        "/v2/webhooks/subscriptions",
        {
            "idempotency_key": "one",
            "subscription": {
                "name": "Counts",
                "event_types": ["catalog.version.updated"],
                "notification_url": "https://shop.example/hooks/second",
                "api_version": "2026-09-16",
            },
        },
    )
    key = answer["subscription"]["signature_key"]
    sim.square.change_catalog()
    sim.square.sell("LDOWNTOWN", [("VBEANS", 1)])

    sim.deliver()

    (request,) = [r for r in receiver.received if r.path == "/hooks/second"]
    assert status == 200
    assert request.header("x-square-hmacsha256-signature") == independent_signature(
        key, "https://shop.example/hooks/second", request.body
    )


def test_a_rotated_key_signs_what_comes_after(sim, receiver, square):
    (subscription,) = square("GET", "/v2/webhooks/subscriptions")[1]["subscriptions"]
    status, rotated = square(
        "POST", f"/v2/webhooks/subscriptions/{subscription['id']}/signature-key", {}
    )

    sim.square.change_catalog()
    sim.deliver()

    (request,) = receiver.received
    assert status == 200
    assert rotated["signature_key"] != "asdf1234"
    assert request.header("x-square-hmacsha256-signature") == independent_signature(
        rotated["signature_key"], subscription["notification_url"], request.body
    )


def test_the_test_event_of_the_console_carries_no_object(sim, receiver, square):
    (subscription,) = square("GET", "/v2/webhooks/subscriptions")[1]["subscriptions"]

    square("POST", f"/v2/webhooks/subscriptions/{subscription['id']}/test", {})
    sim.deliver()

    body = json.loads(receiver.received[0].body)
    assert body["type"] == "webhooks.test_notification"
    assert "object" not in body["data"]
