"""Toast's webhooks: signed over body and timestamp, whole orders, few retries."""

import base64
import hashlib
import hmac

import pytest

from pos_bridge.simulator.toast.post import sign

MARKET = "3325cc58-dc6e-4e21-85f9-7de275ffe820"
COLA = "a7b9ee4d-e41b-46ac-9ba4-d56dd7b2fb20"
PUBLISHED_BODY = (
    b'{"timestamp":"2026-03-04T15:20:31.412Z","eventCategory":"stock","eventType":"in_stock",'
    b'"guid":"e445f586-081c-4a2a-bcd6-30717a48e17a","details":{"itemGuid":'
    b'"1e199622-ccbf-4ba8-8c37-111519dca13b","restaurantGuid":'
    b'"3325cc58-dc6e-4e21-85f9-7de275ffe820","status":"IN_STOCK","multiLocationId":'
    b'"100000000171238879","versionId":"1e199622-ccbf-4ba8-8c37-111519dca13b"}}'
)


def independent_signature(secret: str, body: bytes, timestamp: str) -> str:
    """The documented rule, written out once more."""
    return base64.b64encode(
        hmac.new(secret.encode(), body + timestamp.encode(), hashlib.sha256).digest()
    ).decode()


def test_the_documented_signature_comes_out():
    signature = sign(
        secret="toast-stock-subscription-secret",
        body=PUBLISHED_BODY,
        timestamp="2026-03-04T15:20:31.412Z",
    )

    assert signature == "dokS89NDoZTT/f7BylICBrx/JRtSCiLJYdQWBg3eKsw="


def test_each_category_is_signed_with_its_own_secret_over_the_timestamp_in_the_body(sim, receiver):
    sim.toast.sell(MARKET, [(COLA, 3)])
    sim.toast.publish()

    sim.deliver()

    secrets = {
        "order_updated": "toast-order-subscription-secret",
        "stock": "toast-stock-subscription-secret",
        "menus": "toast-menus-subscription-secret",
    }
    categories = set()
    for request in receiver.received:
        category = request.header("Toast-Event-Category")
        categories.add(category)
        body = request.json()
        assert body["eventCategory"] == category
        assert request.header("Toast-Event-Type") == body["eventType"]
        assert request.header("Toast-Signature") == independent_signature(
            secrets[category], request.body, body["timestamp"]
        )
        assert request.header("Toast-Restaurant-External-ID") == body["details"]["restaurantGuid"]
    assert categories == set(secrets)


def test_every_step_of_an_order_is_told_with_the_whole_order(sim, receiver):
    order_id = sim.toast.sell(MARKET, [(COLA, 1)])

    sim.deliver()

    bodies = [request.json() for request in receiver.received]
    orders = [body["details"]["order"] for body in bodies]
    assert [o["checks"][0]["paymentStatus"] for o in orders] == ["OPEN", "PAID", "CLOSED"]
    assert {o["guid"] for o in orders} == {order_id}
    assert len({body["guid"] for body in bodies}) == 3
    assert orders[0]["modifiedDate"] < orders[1]["modifiedDate"] < orders[2]["modifiedDate"]


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_a_letter_is_sent_again_after_five_and_after_ten_minutes_and_then_never(
    sim, clock, receiver, status
):
    receiver.status = status
    sim.toast.sell(MARKET, [(COLA, 1)], until="open")
    attempts = []

    for minutes in (0, 4, 1, 9, 1, 60):
        clock.advance(minutes=minutes)
        attempts += [d.attempt for d in sim.deliver()]

    assert attempts == [1, 2, 3]
    numbers = [r.header("Toast-Attempt-Number") for r in receiver.received]
    assert numbers == ["1", "2", "3"]
    assert len({r.body for r in receiver.received}) == 1
    assert sim.state()["providers"]["toast"]["letters"]["given_up"] == 1


@pytest.mark.parametrize("status", [301, 400, 401, 403])
def test_any_other_refusal_is_final(sim, clock, receiver, status):
    receiver.status = status
    sim.toast.sell(MARKET, [(COLA, 1)], until="open")
    sim.deliver()

    clock.advance(hours=1)

    assert sim.deliver() == []
    assert len(receiver.received) == 1


def test_stock_is_told_at_thresholds_only(sim, receiver):
    for quantity in (1, 2, 3, 2):
        sim.toast.sell(MARKET, [(COLA, quantity)], until="open")

    sim.deliver()

    stock = [r.json() for r in receiver.received if r.json()["eventCategory"] == "stock"]
    assert [(s["eventType"], s["details"]["status"]) for s in stock] == [
        ("low_quantity", "QUANTITY"),
        ("out_of_stock", "OUT_OF_STOCK"),
    ]
    assert stock[0]["details"]["quantity"] == 5.0
    assert "quantity" not in stock[1]["details"]
    assert stock[0]["details"]["multiLocationId"] == "100000000171238879"


def test_published_menus_are_told_once_for_each_restaurant(sim, receiver):
    sim.toast.publish()

    sim.deliver()

    assert receiver.kinds() == ["menus_updated", "menus_updated"]
    places = {r.json()["details"]["restaurantGuid"] for r in receiver.received}
    assert places == set(sim.toast.places)
