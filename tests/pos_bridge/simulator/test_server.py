"""The server and its control endpoints, over real HTTP."""

import httpx
import pytest


@pytest.fixture
def client(sim):
    with sim, httpx.Client(base_url=sim.url) as connections:
        yield connections


def test_all_three_providers_answer_under_one_address(client):
    square = client.get("/v2/locations", headers={"Authorization": "Bearer EAAA-from-the-console"})
    toast = client.get("/orders/v2/ordersBulk")
    lightspeed = client.get("/f/data/businesses")
    nobody = client.get("/elsewhere")

    assert square.status_code == 200
    assert toast.json()["message"] == "Unauthorized"
    assert lightspeed.json()["error"] == "invalid_token"
    assert nobody.status_code == 404


def test_a_connection_is_closed_without_a_word_when_a_provider_hangs_up(sim, client):
    client.post("/_sim/outage", json={"provider": "square", "seconds": 60, "mode": "hang_up"})

    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/v2/locations")

    state = client.get("/_sim/state").json()
    assert state["providers"]["square"]["outage_until"] == "2026-11-25T15:01:00.000Z"


def test_a_body_that_is_too_large_is_refused(client):
    assert client.post("/v2/orders/search", content=b"x" * (4 * 1024 * 1024 + 1)).status_code == 413


def test_a_body_that_is_no_json_is_refused_in_the_words_of_the_provider(client):
    headers = {"Authorization": "Bearer EAAA-from-the-console"}

    answer = client.post("/v2/orders/search", content=b"{", headers=headers)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["category"] == "INVALID_REQUEST_ERROR"


def test_sales_are_rung_up_edited_refunded_and_voided_by_control(client):
    def post(action, **asked):
        answer = client.post(f"/_sim/{action}", json={"provider": "square", **asked})
        assert answer.status_code == 200, answer.text
        return answer.json()

    lines = [["LAT-L", 3], {"item": "VBEANS", "quantity": "1.5"}]
    order = post("sell", location="LDOWNTOWN", lines=lines)["order"]
    post("edit", order=order, lines=[{"item": "VLATTE", "quantity": 2, "modifiers": [["MOAT", 1]]}])
    post("refund", order=order, lines=[["VLATTE", 1]], restock=True)
    other = post("sell", location="LDOWNTOWN", lines=[["VBEANS", 1]])["order"]
    post("void", order=other)

    rows = {(row["item"], row["kind"]): row for row in client.get("/_sim/state").json()["items"]}
    latte = rows["VLATTE", "item"]
    assert latte == {
        "provider": "square",
        "location": "LDOWNTOWN",
        "item": "VLATTE",
        "kind": "item",
        "sku": "LAT-L",
        "sold": "2",
        "returned": "1",
        "restocked": "1",
        "wasted": "0",
        "net": "1",
    }
    assert rows["VBEANS", "item"]["net"] == "0"
    assert rows["MOAT", "modifier"]["returned"] == "1"
    assert rows["MOAT", "modifier"]["net"] == "2"


@pytest.mark.parametrize(
    ("action", "asked", "status"),
    [
        ("sell", {"location": "NOWHERE", "lines": [["VLATTE", 1]]}, 404),
        ("sell", {"location": "LDOWNTOWN", "lines": [["NOTHING", 1]]}, 404),
        ("sell", {"location": "LDOWNTOWN", "lines": []}, 400),
        ("sell", {"location": "LDOWNTOWN", "lines": [["VLATTE", "many"]]}, 400),
        ("sell", {"location": "LDOWNTOWN"}, 400),
        ("void", {"order": "gone"}, 404),
        ("faults", {"rates": {"flood": 1}}, 400),
        ("faults", {"rates": {"drop": 7}}, 400),
        ("outage", {"seconds": "long"}, 400),
        ("dance", {}, 404),
    ],
)
def test_a_control_that_makes_no_sense_says_so(client, action, asked, status):
    answer = client.post(f"/_sim/{action}", json={"provider": "square", **asked})

    assert answer.status_code == status
    assert answer.json()["detail"]


def test_a_provider_that_is_not_played_has_no_controls(client):
    assert client.post("/_sim/sell", json={"provider": "clover"}).status_code == 404


def test_what_cannot_be_done_to_an_order_is_a_conflict(client):
    sold = {"provider": "square", "location": "LDOWNTOWN", "lines": [["VLATTE", 1]]}
    order = client.post("/_sim/sell", json=sold).json()["order"]
    client.post("/_sim/void", json={"provider": "square", "order": order})

    again = client.post("/_sim/void", json={"provider": "square", "order": order})

    assert again.status_code == 409


def test_faults_are_set_by_rate_and_ordered_for_the_next_occasions(client):
    headers = {"Authorization": "Bearer EAAA-from-the-console"}
    asked = {"rates": {"duplicate": 0.5}, "next": {"429": 1}, "provider": "square"}

    answer = client.post("/_sim/faults", json=asked)

    assert answer.json()["rates"] == {"duplicate": 0.5}
    assert [client.get("/v2/locations", headers=headers).status_code for _ in range(2)] == [
        429,
        200,
    ]


def test_a_location_is_cut_off_and_brought_back_by_control(client):
    where = {"provider": "square", "location": "LHARBOR"}
    client.post("/_sim/offline", json=where)
    client.post("/_sim/sell", json={**where, "lines": [["VLATTE", 1]]})

    cut_off = client.get("/_sim/state").json()["providers"]["square"]
    arrived = client.post("/_sim/offline", json={**where, "offline": False}).json()

    assert (cut_off["offline"], cut_off["waiting_offline"]) == (["LHARBOR"], 1)
    assert arrived == {"arrived": 1}


def test_the_trade_is_paused_and_goes_on(sim, client):
    assert client.post("/_sim/pause", json={}).json() == {"paused": True}
    assert sim.trade.step() is None
    assert client.post("/_sim/pause", json={"paused": False}).json() == {"paused": False}
    assert sim.trade.step()
