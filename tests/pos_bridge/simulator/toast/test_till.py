"""Toast's tills: the life of an order, total quantities of modifiers, waste, late arrivals."""

from decimal import Decimal

import pytest

from pos_bridge.simulator.basket import Extra, Line
from pos_bridge.simulator.till import NotPossible

MARKET = "3325cc58-dc6e-4e21-85f9-7de275ffe820"
PIZZA = "1e199622-ccbf-4ba8-8c37-111519dca13b"
COLA = "a7b9ee4d-e41b-46ac-9ba4-d56dd7b2fb20"
SMALL = "352244f2-a952-4a3a-a3ae-7775fa221ce7"
MUSHROOMS = "fa24fee9-76c4-40ba-ae3c-7dfccafdd8d3"


def figures(sim, item, kind="item"):
    """sold, returned, restocked, wasted, net of one item."""
    for row in sim.state()["items"]:
        if (row["item"], row["kind"]) == (item, kind):
            names = ("sold", "returned", "restocked", "wasted", "net")
            return tuple(row[name] for name in names)
    return None


def test_a_modifier_shows_its_total_quantity_at_any_depth(sim, toast):
    small = Extra(SMALL, extras=(Extra(MUSHROOMS, quantity=Decimal(2)),))
    order_id = sim.toast.sell(MARKET, [Line(PIZZA, Decimal(5), (small,))])

    (pizza,) = toast("GET", f"/orders/v2/orders/{order_id}")[1]["checks"][0]["selections"]

    (size,) = pizza["modifiers"]
    (topping,) = size["modifiers"]
    assert (pizza["quantity"], size["quantity"], topping["quantity"]) == (5, 5, 10)
    assert size["item"]["guid"] == SMALL
    assert size["optionGroup"]["guid"] == "group-Size"
    assert (pizza["price"], size["price"], topping["price"]) == (0, 40, 20)
    assert figures(sim, PIZZA) == ("5", "0", "0", "0", "5")
    assert figures(sim, SMALL, "modifier") == ("5", "0", "0", "0", "5")
    assert figures(sim, MUSHROOMS, "modifier") == ("10", "0", "0", "0", "10")


def test_a_selection_names_its_item_and_no_sku(sim, toast):
    order_id = sim.toast.sell(MARKET, [("COL-33", "1.5")])

    order = toast("GET", f"/orders/v2/orders/{order_id}")[1]

    (selection,) = order["checks"][0]["selections"]
    assert selection["item"]["guid"] == COLA
    assert selection["item"]["multiLocationId"] == "100000000171238879"
    assert "sku" not in selection
    assert (selection["quantity"], selection["price"]) == (1.5, 3.75)
    assert order["checks"][0]["totalAmount"] == 3.75
    assert order["deletedDate"] == "1970-01-01T00:00:00.000+0000"
    assert order["openedDate"] == "2026-11-25T15:00:00.001+0000"


def test_the_business_day_ends_at_the_closeout_hour_of_the_restaurant(sim, clock):
    clock.advance(hours=18.9)  # 3:54 in Chicago, the day after
    late = sim.toast.sell(MARKET, [(COLA, 1)])
    clock.advance(hours=0.2)
    early = sim.toast.sell(MARKET, [(COLA, 1)])

    assert sim.toast.order(late)["businessDate"] == 20261125
    assert sim.toast.order(early)["businessDate"] == 20261126


def test_nothing_counts_before_it_is_paid(sim):
    order_id = sim.toast.sell(MARKET, [(COLA, 2)], until="open")
    assert figures(sim, COLA) is None

    sim.toast.pay(order_id)
    assert figures(sim, COLA) == ("2", "0", "0", "0", "2")

    sim.toast.close(order_id)
    sim.toast.reopen(order_id)
    assert figures(sim, COLA) == ("0", "0", "0", "0", "0")

    sim.toast.pay(order_id)
    assert figures(sim, COLA) == ("2", "0", "0", "0", "2")
    assert len(sim.toast.order(order_id)["checks"][0]["payments"]) == 1


def test_an_edit_keeps_the_selection_and_voids_what_is_not_wanted(sim, toast):
    order_id = sim.toast.sell(MARKET, [(PIZZA, 3), (COLA, 1)], modifiers={0: [(SMALL, 1)]})
    former = sim.toast.order(order_id)["checks"][0]["selections"][0]["guid"]

    sim.toast.edit(order_id, [(PIZZA, 2)], modifiers={0: [(SMALL, 1)]})

    pizza, cola = toast("GET", f"/orders/v2/orders/{order_id}")[1]["checks"][0]["selections"]
    assert (pizza["guid"], pizza["quantity"]) == (former, 2)
    assert (cola["voided"], cola["quantity"]) == (True, 1)
    assert figures(sim, PIZZA) == ("2", "0", "0", "0", "2")
    assert figures(sim, SMALL, "modifier") == ("2", "0", "0", "0", "2")
    assert figures(sim, COLA) == ("0", "0", "0", "0", "0")


def test_a_void_marks_order_check_selections_and_payments(sim):
    order_id = sim.toast.sell(MARKET, [(COLA, 2)])

    sim.toast.void(order_id)

    order = sim.toast.order(order_id)
    check = order["checks"][0]
    assert order["voided"]
    assert check["voided"]
    assert check["selections"][0]["voided"]
    assert check["payments"][0]["paymentStatus"] == "VOIDED"
    assert figures(sim, COLA) == ("0", "0", "0", "0", "0")
    with pytest.raises(NotPossible):
        sim.toast.edit(order_id, [(COLA, 1)])


def test_combining_deletes_one_order_and_its_lines_reappear_in_the_other(sim):
    one = sim.toast.sell(MARKET, [(COLA, 1)])
    other = sim.toast.sell(MARKET, [(COLA, 2)])
    left = sim.toast.stock.shelf(MARKET, COLA).quantity

    sim.toast.combine(one, other)

    moved = sim.toast.order(one)["checks"][0]["selections"][1]
    origin = sim.toast.order(other)["checks"][0]["selections"][0]
    assert sim.toast.order(other)["deleted"]
    assert moved["splitOrigin"]["guid"] == origin["guid"]
    assert figures(sim, COLA) == ("3", "0", "0", "0", "3")
    assert sim.toast.stock.shelf(MARKET, COLA).quantity == left == 5


def test_a_refund_is_money_and_says_nothing_of_the_shelf(sim, toast):
    order_id = sim.toast.sell(MARKET, [(COLA, 2), (PIZZA, 1)], modifiers={1: [(SMALL, 1)]})

    sim.toast.refund(order_id, [(COLA, 1)])

    check = toast("GET", f"/orders/v2/orders/{order_id}")[1]["checks"][0]
    assert check["payments"][0]["refundStatus"] == "PARTIAL"
    assert check["payments"][0]["refund"]["refundAmount"] == 2.5
    assert check["selections"][0]["refundDetails"]["refundAmount"] == 2.5
    assert check["selections"][1]["refundDetails"] is None
    assert figures(sim, COLA) == ("2", "1", "0", "0", "2")
    with pytest.raises(NotPossible):
        sim.toast.edit(order_id, [(COLA, 1)])


def test_what_is_refunded_bit_by_bit_adds_up_to_the_whole(sim):
    order_id = sim.toast.sell(MARKET, [(COLA, 2), (PIZZA, 1)], modifiers={1: [(SMALL, 1)]})

    sim.toast.refund(order_id, [(COLA, 2)])
    sim.toast.refund(order_id)

    (payment,) = sim.toast.order(order_id)["checks"][0]["payments"]
    assert (payment["refundStatus"], payment["refund"]["refundAmount"]) == ("FULL", 13)
    assert figures(sim, COLA) == ("2", "2", "0", "0", "2")
    assert figures(sim, PIZZA) == ("1", "1", "0", "0", "1")


def test_money_back_for_a_whole_check_names_no_selection(sim):
    order_id = sim.toast.sell(MARKET, [(COLA, 2)])

    sim.toast.refund(order_id, itemised=False)

    check = sim.toast.order(order_id)["checks"][0]
    assert check["payments"][0]["refundStatus"] == "FULL"
    assert check["selections"][0]["refundDetails"] is None
    with pytest.raises(NotPossible):
        sim.toast.refund(order_id)


def test_excess_food_is_waste_of_price_nothing_and_no_sale(sim):
    order_id = sim.toast.waste(MARKET, [(COLA, 2)])

    order = sim.toast.order(order_id)
    assert order["excessFood"] is True
    assert order["checks"][0]["totalAmount"] == 0
    assert figures(sim, COLA) == ("0", "0", "0", "2", "0")


def test_what_is_sold_offline_arrives_modified_now_and_paid_then(sim, clock, toast):
    sim.toast.go_offline(MARKET)
    order_id = sim.toast.sell(MARKET, [(COLA, 1)])
    clock.advance(hours=2)
    assert toast("GET", f"/orders/v2/orders/{order_id}")[0] == 404

    sim.toast.come_online(MARKET)

    order = toast("GET", f"/orders/v2/orders/{order_id}")[1]
    assert order["openedDate"].startswith("2026-11-25T15:00")
    assert order["paidDate"].startswith("2026-11-25T15:00")
    assert order["modifiedDate"].startswith("2026-11-25T17:00")
