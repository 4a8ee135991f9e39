"""Square's tills: the life of an order, and the truth that is kept beside it."""

from decimal import Decimal

import pytest

from pos_bridge.simulator.simulator import Simulator
from pos_bridge.simulator.till import NotPossible, UnknownOrder, UnknownPlace


def figures(sim, item, kind="item", location="LDOWNTOWN"):
    """sold, returned, restocked, net of one item."""
    for row in sim.state()["items"]:
        if (row["location"], row["item"], row["kind"]) == (location, item, kind):
            return tuple(row[name] for name in ("sold", "returned", "restocked", "net"))
    return None


def test_an_open_ticket_sells_nothing_until_it_is_paid(sim, square):
    order_id = sim.square.open("LDOWNTOWN", [("VLATTE", 1)])
    before = square("GET", f"/v2/orders/{order_id}")[1]["order"]

    assert before["state"] == "OPEN"
    assert figures(sim, "VLATTE") is None

    sim.square.pay(order_id)

    after = square("GET", f"/v2/orders/{order_id}")[1]["order"]
    assert after["state"] == "COMPLETED"
    assert after["updated_at"] > before["updated_at"]
    assert figures(sim, "VLATTE") == ("1", "0", "0", "1")


def test_a_line_is_shown_as_square_shows_it(sim, square):
    order_id = sim.square.sell(
        "LDOWNTOWN", [("VLATTE", 2), ("VBEANS", "1.25")], modifiers={0: [("MOAT", 2)]}
    )

    order = square("GET", f"/v2/orders/{order_id}")[1]["order"]

    latte, beans = order["line_items"]
    assert "version" not in order
    assert (latte["catalog_object_id"], latte["quantity"]) == ("VLATTE", "2")
    assert "sku" not in latte
    assert latte["modifiers"][0]["catalog_object_id"] == "MOAT"
    assert latte["modifiers"][0]["quantity"] == "2"
    assert latte["total_money"] == {"amount": 2 * (450 + 2 * 60), "currency": "USD"}
    assert (beans["quantity"], beans["quantity_unit"]["precision"]) == ("1.25", 3)
    assert order["total_money"]["amount"] == 1140 + 2500
    assert order["tenders"][0]["amount_money"] == order["total_money"]


def test_a_modifier_counts_per_unit_of_its_line(sim):
    sim.square.sell("LDOWNTOWN", [("VLATTE", 3)], modifiers={0: [("MOAT", 2)]})

    assert figures(sim, "MOAT", "modifier") == ("6", "0", "0", "6")


def test_an_edit_moves_the_truth_by_the_difference_and_keeps_the_line(sim, square):
    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 3), ("VBEANS", 1)])
    uid = square("GET", f"/v2/orders/{order_id}")[1]["order"]["line_items"][0]["uid"]

    sim.square.edit(order_id, [("VLATTE", 1), ("VLATTES", 2)])

    order = square("GET", f"/v2/orders/{order_id}")[1]["order"]
    assert order["line_items"][0]["uid"] == uid
    assert figures(sim, "VLATTE") == ("1", "0", "0", "1")
    assert figures(sim, "VLATTES") == ("2", "0", "0", "2")
    assert figures(sim, "VBEANS") == ("0", "0", "0", "0")
    assert sim.square.stock.quantity("VLATTE", "LDOWNTOWN") == Decimal(99)


def test_a_void_takes_everything_back(sim, square):
    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 3)])

    sim.square.void(order_id)

    assert square("GET", f"/v2/orders/{order_id}")[1]["order"]["state"] == "CANCELED"
    assert figures(sim, "VLATTE") == ("0", "0", "0", "0")
    assert sim.square.stock.quantity("VLATTE", "LDOWNTOWN") == Decimal(100)
    with pytest.raises(NotPossible):
        sim.square.void(order_id)


def test_an_itemised_refund_names_the_line_it_takes_back(sim, square):
    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 3)])

    return_id = sim.square.refund(order_id, [("VLATTE", 2)])

    sale = square("GET", f"/v2/orders/{order_id}")[1]["order"]
    returned = square("GET", f"/v2/orders/{return_id}")[1]["order"]["returns"][0]
    (line,) = returned["return_line_items"]
    assert returned["source_order_id"] == order_id
    assert line["source_line_item_uid"] == sale["line_items"][0]["uid"]
    assert (line["catalog_object_id"], line["quantity"]) == ("VLATTE", "2")
    assert line["total_money"]["amount"] == 900
    assert figures(sim, "VLATTE") == ("3", "2", "2", "1")
    assert sim.square.stock.quantity("VLATTE", "LDOWNTOWN") == Decimal(99)


def test_goods_that_are_not_restocked_stay_sold(sim):
    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 3)])

    sim.square.refund(order_id, [("VLATTE", 1)], restock=False)

    assert figures(sim, "VLATTE") == ("3", "1", "0", "3")
    assert sim.square.stock.quantity("VLATTE", "LDOWNTOWN") == Decimal(97)


def test_an_untracked_item_comes_back_and_nobody_says_it_was_restocked(sim, square):
    order_id = sim.square.sell("LDOWNTOWN", [("VBEANS", 2)])

    sim.square.refund(order_id)

    _, answer = square("POST", "/v2/inventory/changes/batch-retrieve", {})
    assert answer["changes"] == []
    assert figures(sim, "VBEANS") == ("2", "2", "0", "2")


def test_money_back_without_items_moves_no_goods(sim, square):
    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 3)])

    return_id = sim.square.refund(order_id, itemised=False, amount=100)

    order = square("GET", f"/v2/orders/{return_id}")[1]["order"]
    assert "return_line_items" not in order["returns"][0]
    assert order["refunds"][0]["amount_money"]["amount"] == 100
    assert figures(sim, "VLATTE") == ("3", "0", "0", "3")


def test_no_more_comes_back_than_was_sold(sim):
    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 2)])
    sim.square.refund(order_id, [("VLATTE", 1)])

    with pytest.raises(NotPossible):
        sim.square.refund(order_id, [("VLATTE", 2)])
    with pytest.raises(NotPossible):
        sim.square.edit(order_id, [("VBEANS", 1)])
    sim.square.refund(order_id)

    assert figures(sim, "VLATTE") == ("2", "2", "2", "0")
    with pytest.raises(NotPossible):
        sim.square.refund(order_id)


def test_what_is_sold_offline_arrives_late_with_its_old_time(sim, clock, receiver, square):
    sim.square.go_offline("LHARBOR")
    order_id = sim.square.sell("LHARBOR", [("VLATTE", 1)])
    clock.advance(hours=5)

    assert sim.deliver() == []
    assert square("GET", f"/v2/orders/{order_id}")[0] == 404
    assert figures(sim, "VLATTE", location="LHARBOR") is None
    assert sim.square.come_online("LHARBOR") == 1

    sim.deliver()
    order = square("GET", f"/v2/orders/{order_id}")[1]["order"]
    assert order["created_at"].startswith("2026-11-25T15:00:00")
    assert order["closed_at"].startswith("2026-11-25T15:00:00")
    assert order["updated_at"].startswith("2026-11-25T20:00:00")
    assert receiver.kinds()[-1] == "payment.updated"
    assert figures(sim, "VLATTE", location="LHARBOR") == ("1", "0", "0", "1")


def test_orders_beyond_the_bound_are_forgotten_and_the_truth_stays(chain, clock):
    sim = Simulator(chain, clock=clock, keep=2)
    first = sim.square.sell("LDOWNTOWN", [("VLATTE", 1)])
    for _ in range(2):
        sim.square.sell("LDOWNTOWN", [("VLATTE", 1)])

    assert len(sim.square.orders) == len(sim.square.payments) == 2
    assert sim.units("square", "LDOWNTOWN", "VLATTE") == 3
    with pytest.raises(UnknownOrder):
        sim.square.void(first)


def test_a_place_or_an_item_that_is_not_there_is_refused(sim):
    with pytest.raises(UnknownPlace):
        sim.square.sell("NOWHERE", [("VLATTE", 1)])
    with pytest.raises(KeyError):
        sim.square.sell("LDOWNTOWN", [("NOTHING", 1)])
