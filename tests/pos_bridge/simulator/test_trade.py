"""Customers: repeatable by seed, busier by day, and what they buy adds up."""

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pos_bridge.simulator.clock import HandClock
from pos_bridge.simulator.faults import Faults
from pos_bridge.simulator.simulator import Simulator

Units = defaultdict[tuple[str, str], Decimal]

FAULTS = {"edit": 0.1, "void": 0.05, "refund": 0.1, "offline": 0.02, "duplicate": 0.1}


def a_morning(chain, seed):
    """Two hundred sales with faults; what was posted, and the truth at the end."""
    bodies = []

    def carry(url, headers, body, timeout):
        bodies.append((url, dict(headers), body))
        return 200

    clock = HandClock(datetime(2026, 11, 25, 15, 0, tzinfo=UTC))
    sim = Simulator(chain, clock=clock, seed=seed, faults=Faults(dict(FAULTS)), carry=carry)
    orders = []
    for _ in range(200):
        clock.advance(seconds=3)
        orders.append(sim.trade.step())
        sim.deliver()
    return orders, bodies, sim.state()


def test_the_same_seed_gives_the_same_orders_letters_and_truth(chain):
    assert a_morning(chain, 7) == a_morning(chain, 7)


def test_another_seed_gives_others(chain):
    assert a_morning(chain, 7)[0] != a_morning(chain, 8)[0]


def test_a_later_start_with_the_same_seed_repeats_no_id(chain):
    first = Simulator(chain, clock=HandClock(datetime(2026, 11, 25, tzinfo=UTC)), seed=7)
    later = Simulator(chain, clock=HandClock(datetime(2026, 11, 26, tzinfo=UTC)), seed=7)

    assert not {first.trade.step() for _ in range(30)} & {later.trade.step() for _ in range(30)}


def test_every_location_sells_and_the_popular_more(sim):
    for _ in range(600):
        sim.trade.step()

    sold: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in sim.state()["items"]:
        sold[row["location"]] += Decimal(row["sold"])
        sold[row["item"]] += Decimal(row["sold"])
    places = [place.id for till in sim.tills.values() for place in till.account.places]
    assert all(sold[place] > 0 for place in places)
    assert sold["VLATTE"] > sold["VLATTES"] > sold["VBEANS"]
    assert sold["LDOWNTOWN"] > sold["LHARBOR"]


def test_the_chain_is_busy_by_day_and_never_dead_by_night(chain):
    def pace(hour):
        clock = HandClock(datetime(2026, 11, 25, hour, tzinfo=UTC))
        return Simulator(chain, clock=clock).trade.pace()

    assert pace(18) > 1.4
    assert pace(4) == 0.4


def test_nobody_buys_while_it_is_paused(sim):
    sim.trade.is_paused = True

    assert sim.trade.step() is None
    assert sim.state()["items"] == []


@pytest.mark.parametrize("provider", ["square", "toast", "lightspeed"])
def test_the_truth_is_what_the_documents_say(chain, provider, request, sim, clock):
    sim.faults.set_rates({"edit": 0.2, "void": 0.1, "refund": 0.2})
    for _ in range(300):
        clock.advance(seconds=1)
        sim.trade.step()

    told = READERS[provider](sim.tills[provider])

    truth = {
        (row["location"], row["item"]): Decimal(row["net"])
        for row in sim.state()["items"]
        if row["provider"] == provider and row["kind"] == "item"
    }
    assert {key: units for key, units in told.items() if units} == {
        key: units for key, units in truth.items() if units
    }
    assert len(truth) > 2


def read_square(till):
    """Net units from the orders alone: completed lines less returned ones that are tracked."""
    net: Units = defaultdict(Decimal)
    for order in till.orders.values():
        if order["state"] == "COMPLETED":
            for line in order.get("line_items", []):
                net[order["location_id"], line["catalog_object_id"]] += Decimal(line["quantity"])
            for line in order.get("returns", [{}])[0].get("return_line_items", []):
                if till.stock.is_tracked(line["catalog_object_id"]):
                    key = (order["location_id"], line["catalog_object_id"])
                    net[key] -= Decimal(line["quantity"])
    return net


def read_toast(till):
    """Net units from the orders alone: paid, not voided, not deleted."""
    net: Units = defaultdict(Decimal)
    for guid, order in till.orders.items():
        check = order["checks"][0]
        if not order["voided"] and not order["deleted"] and check["paymentStatus"] != "OPEN":
            for selection in check["selections"]:
                if not selection["voided"]:
                    units = Decimal(str(selection["quantity"]))
                    net[till.place_of[guid], selection["item"]["guid"]] += units
    return net


def read_lightspeed(till):
    """Net units from the sales alone: signed quantities of lines that hang on no other."""
    net: Units = defaultdict(Decimal)
    for account_id, sale in till.orders.items():
        for line in sale["salesLines"]:
            if "parentLineId" not in line:
                key = (till.sales[account_id].place.id, till.account.ware(line["sku"]).id)
                net[key] += Decimal(line["quantity"])
    return net


READERS = {"square": read_square, "toast": read_toast, "lightspeed": read_lightspeed}
