"""K-Series' tills: no webhook for what they sell, negative quantities for what they take back."""

import pytest

from pos_bridge.simulator.simulator import Simulator
from pos_bridge.simulator.till import NotPossible

QUAY = "247158188015618"
BURGER, LEMONADE, CHEESE = "141948669132862", "141948669132863", "141948669132899"
SALES = f"/f/v2/business-location/{QUAY}/sales?from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z"


def figures(sim, item, kind="item"):
    """sold, returned, restocked, net of one item."""
    for row in sim.state()["items"]:
        if (row["item"], row["kind"]) == (item, kind):
            return tuple(row[name] for name in ("sold", "returned", "restocked", "net"))
    return None


def listed(lightspeed):
    """Sales as (type, [(sku, quantity)])."""
    return [
        (sale["type"], [(line["sku"], line["quantity"]) for line in sale["salesLines"]])
        for sale in lightspeed("GET", SALES)[1]["sales"]
    ]


def test_a_sale_at_the_till_is_found_by_asking_and_told_to_nobody(sim, lightspeed):
    account_id = sim.lightspeed.sell(QUAY, [("52", 2)])

    assert sim.deliver() == []
    (sale,) = lightspeed("GET", SALES)[1]["sales"]
    (line,) = sale["salesLines"]
    assert sale["accountFiscId"] == account_id
    assert sale["source"] == {"initialAccountId": account_id}
    assert (sale["type"], sale["timeClosed"]) == ("SALE", "2026-11-25T15:00:00.000Z")
    assert (line["sku"], line["quantity"], line["totalNetAmountWithTax"]) == (
        "52",
        "2.000",
        "22.00",
    )
    assert line["totalNetAmountWithoutTax"] == "18.33"
    assert figures(sim, BURGER) == ("2", "0", "0", "2")


def test_a_modifier_is_a_line_below_its_item_with_its_total_quantity(sim, lightspeed):
    sim.lightspeed.sell(QUAY, [(BURGER, 2)], modifiers={0: [(CHEESE, 1)]})

    burger, cheese = lightspeed("GET", SALES)[1]["sales"][0]["salesLines"]

    assert cheese["parentLineId"] == burger["id"]
    assert (cheese["sku"], cheese["quantity"]) == ("CHE-1", "2.000")
    assert figures(sim, CHEESE, "modifier") == ("2", "0", "0", "2")


def test_a_void_is_a_sale_that_takes_every_line_back(sim, lightspeed):
    account_id = sim.lightspeed.sell(QUAY, [(BURGER, 2), (LEMONADE, 1)])

    sim.lightspeed.void(account_id)

    assert listed(lightspeed) == [
        ("SALE", [("52", "2.000"), ("UGG-BB-PUR-06", "1.000")]),
        ("VOID", [("52", "-2.000"), ("UGG-BB-PUR-06", "-1.000")]),
    ]
    void = lightspeed("GET", SALES)[1]["sales"][1]
    assert void["source"]["previousAccountId"] == account_id
    assert void["voidReason"] == "Mistake"
    assert figures(sim, BURGER) == ("0", "0", "0", "0")
    with pytest.raises(NotPossible):
        sim.lightspeed.void(account_id)


def test_an_edit_voids_the_account_and_sells_it_anew(sim, lightspeed):
    account_id = sim.lightspeed.sell(QUAY, [(BURGER, 2)])

    sim.lightspeed.edit(account_id, [(BURGER, 1), (LEMONADE, 3)])

    assert listed(lightspeed) == [
        ("SALE", [("52", "2.000")]),
        ("VOID", [("52", "-2.000")]),
        ("SALE", [("52", "1.000"), ("UGG-BB-PUR-06", "3.000")]),
    ]
    assert figures(sim, BURGER) == ("1", "0", "0", "1")
    assert figures(sim, LEMONADE) == ("3", "0", "0", "3")
    sim.lightspeed.void(account_id)
    assert figures(sim, LEMONADE) == ("0", "0", "0", "0")


def test_a_refund_takes_back_what_it_names_and_never_more_than_was_sold(sim, lightspeed):
    account_id = sim.lightspeed.sell(QUAY, [(BURGER, 3)])

    sim.lightspeed.refund(account_id, [(BURGER, 1)])

    assert listed(lightspeed)[1] == ("REFUND", [("52", "-1.000")])
    assert figures(sim, BURGER) == ("3", "1", "1", "2")
    with pytest.raises(NotPossible):
        sim.lightspeed.refund(account_id, [(BURGER, 3)])
    sim.lightspeed.refund(account_id)
    assert figures(sim, BURGER) == ("3", "3", "3", "0")


def test_money_back_alone_has_no_lines(sim, lightspeed):
    account_id = sim.lightspeed.sell(QUAY, [(BURGER, 1)])

    sim.lightspeed.refund(account_id, itemised=False)

    refund = lightspeed("GET", f"{SALES}&include=payments")[1]["sales"][1]
    assert refund["salesLines"] == []
    assert refund["payments"][0]["netAmountWithTax"] == "-11.00"
    assert figures(sim, BURGER) == ("1", "0", "0", "1")


def test_signed_quantities_add_up_to_the_truth_whatever_happened(sim, lightspeed):
    for act in range(6):
        account_id = sim.lightspeed.sell(QUAY, [(BURGER, act + 1), (LEMONADE, 2)])
        if act % 3 == 0:
            sim.lightspeed.edit(account_id, [(BURGER, 1)])
        if act % 3 == 1:
            sim.lightspeed.void(account_id)
        if act % 3 == 2:
            sim.lightspeed.refund(account_id, [(LEMONADE, 1)])

    total = {"52": 0.0, "UGG-BB-PUR-06": 0.0}
    for _, lines in listed(lightspeed):
        for sku, quantity in lines:
            total[sku] += float(quantity)

    assert total["52"] == sim.units("lightspeed", QUAY, "52")
    assert total["UGG-BB-PUR-06"] == sim.units("lightspeed", QUAY, "UGG-BB-PUR-06")


def test_an_order_placed_through_the_api_is_told_with_basic_authentication(sim, receiver):
    account_id = sim.lightspeed.sell_online(QUAY, [(BURGER, 1)], reference="order-1")

    deliveries = sim.deliver()

    assert [d.kind for d in deliveries] == ["ORDER.SUCCESS", "ORDER.CLOSED"]
    first, closed = (request.json() for request in receiver.received)
    for request in receiver.received:
        assert request.path == "/api/v1/webhooks/lightspeed/7"
        assert request.header("Authorization") == "Basic dXNlcm5hbWU6cGFzc3dvcmQ="
    assert "account" not in first
    assert closed["thirdPartyReference"] == "order-1"
    assert closed["ikentooAccountIdentifier"] == account_id
    assert closed["account"]["salesEntries"][0]["itemSku"] == "52"


def test_a_webhook_that_fails_is_not_sent_again(sim, clock, receiver):
    receiver.status = 500
    sim.lightspeed.sell_online(QUAY, [(BURGER, 1)], reference="order-1")
    sim.deliver()

    clock.advance(days=1)

    assert sim.deliver() == []


def test_a_restriction_is_told_and_shows_in_the_availability(sim, receiver, lightspeed):
    sim.lightspeed.restrict(QUAY, "UGG-BB-PUR-06", 5)
    sim.deliver()

    (body,) = [request.json() for request in receiver.received]
    _, answer = lightspeed(
        "GET", f"/o/op/1/itemAvailability?businessLocationId={QUAY}&skus=UGG-BB-PUR-06"
    )

    assert (body["type"], body["status"], body["count"]) == ("ITEM", "RESTRICTED", 5)
    assert [(row["sku"], row["count"]) for row in answer["data"]] == [("UGG-BB-PUR-06", 5)]


def test_what_is_sold_offline_closes_in_the_past(sim, clock, lightspeed):
    sim.lightspeed.go_offline(QUAY)
    late = sim.lightspeed.sell(QUAY, [(BURGER, 1)])
    clock.advance(hours=1)
    assert lightspeed("GET", SALES)[1]["sales"] == []

    sim.lightspeed.come_online(QUAY)
    prompt = sim.lightspeed.sell(QUAY, [(BURGER, 1)])

    sales = lightspeed("GET", SALES)[1]["sales"]
    assert [sale["accountFiscId"] for sale in sales] == [late, prompt]
    assert sales[0]["timeClosed"].startswith("2026-11-25T15:00")


def test_a_till_started_later_repeats_no_number(chain, clock):
    first = Simulator(chain, clock=clock, seed=7).lightspeed.sell(QUAY, [(BURGER, 1)])
    clock.advance(seconds=1)
    second = Simulator(chain, clock=clock, seed=7).lightspeed.sell(QUAY, [(BURGER, 1)])

    assert first != second
