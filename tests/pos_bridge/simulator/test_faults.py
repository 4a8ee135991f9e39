"""Each fault, on demand and by rate: of letters, of answers, of sales."""

import pytest

from pos_bridge.simulator.faults import Faults, UnknownFault

COLA = "a7b9ee4d-e41b-46ac-9ba4-d56dd7b2fb20"


def events(receiver):
    """Event ids in the order they came."""
    return [request.json()["event_id"] for request in receiver.received]


def test_rates_are_read_from_text():
    assert Faults.parse("duplicate=0.02, 429=1").rates == {"duplicate": 0.02, "429": 1.0}
    assert Faults.parse("").rates == {}


@pytest.mark.parametrize("text", ["duplicated=0.1", "duplicate=2", "duplicate=often", "duplicate"])
def test_a_fault_or_rate_that_is_none_is_refused(text):
    with pytest.raises(UnknownFault):
        Faults.parse(text)


def test_a_dropped_letter_never_comes_and_only_a_poll_finds_the_sale(sim, receiver, square):
    sim.faults.set_rates({"drop": 1})

    order_id = sim.square.sell("LDOWNTOWN", [("VLATTE", 1)])

    assert sim.deliver() == []
    assert sim.state()["providers"]["square"]["letters"]["dropped"] == 3
    assert square("GET", f"/v2/orders/{order_id}")[1]["order"]["state"] == "COMPLETED"
    assert sim.units("square", "LDOWNTOWN", "VLATTE") == 1


def test_a_duplicated_letter_comes_twice_with_one_id(sim, clock, receiver):
    sim.faults.order("duplicate")
    sim.square.change_catalog()

    sim.deliver()
    clock.advance(seconds=30)
    sim.deliver()

    first, second = receiver.received
    assert first.body == second.body
    assert first.headers == second.headers


def test_a_reordered_letter_comes_after_the_one_that_followed_it(sim, clock, receiver):
    sim.faults.order("reorder")
    sim.square.change_catalog()
    sim.square.change_catalog()

    sim.deliver()
    clock.advance(seconds=20)
    sim.deliver()

    times = [request.json()["created_at"] for request in receiver.received]
    assert len(times) == 2
    assert times == sorted(times, reverse=True)


def test_a_delayed_letter_takes_minutes(sim, clock, receiver):
    sim.faults.order("delay")
    sim.square.change_catalog()

    clock.advance(seconds=59)
    assert sim.deliver() == []
    clock.advance(minutes=15)
    assert len(sim.deliver()) == 1


@pytest.mark.parametrize(
    ("provider", "target", "status"),
    [
        ("square", "/v2/locations", "429"),
        ("square", "/v2/locations", "500"),
        ("toast", "/partners/v1/restaurants", "429"),
        ("toast", "/partners/v1/restaurants", "500"),
        ("lightspeed", "/f/data/businesses", "429"),
        ("lightspeed", "/f/data/businesses", "500"),
    ],
)
def test_the_next_answers_fail_as_often_as_ordered(request, sim, provider, target, status):
    call = request.getfixturevalue(provider)
    sim.faults.order(status, times=2, provider=provider)

    answers = [call.ask("GET", target) for _ in range(3)]

    assert [answer.status for answer in answers] == [int(status), int(status), 200]
    assert ("Retry-After" in answers[0].headers) == (status == "429")


def test_a_fault_ordered_for_one_provider_leaves_the_others_alone(sim, square, lightspeed):
    sim.faults.order("500", provider="lightspeed")

    assert square("GET", "/v2/locations")[0] == 200
    assert lightspeed("GET", "/f/data/businesses")[0] == 500


def test_a_rate_strikes_about_as_often_as_it_says(sim, square):
    sim.faults.set_rates({"500": 0.2})

    failed = sum(square("GET", "/v2/locations")[0] == 500 for _ in range(500))

    assert 60 <= failed <= 140


def test_an_outage_answers_nothing_useful_and_holds_the_letters_until_it_ends(
    sim, clock, receiver, square, lightspeed
):
    sim.square.change_catalog()
    sim.begin_outage("square", seconds=90)
    sim.square.change_catalog()

    answer = square.ask("GET", "/v2/locations")
    assert (answer.status, answer.hang_up) == (503, False)
    assert answer.encode().startswith(b"<html>")
    assert lightspeed("GET", "/f/data/businesses")[0] == 200
    clock.advance(seconds=89)
    assert sim.deliver() == []

    clock.advance(seconds=1)
    assert square("GET", "/v2/locations")[0] == 200
    assert len(sim.deliver()) == 2


def test_an_outage_can_hang_up_without_a_word(sim, square):
    sim.begin_outage("square", seconds=60, hang_up=True)

    assert square.ask("GET", "/v2/locations").hang_up


def test_faults_of_sales_happen_at_their_rates_and_the_truth_keeps_up(sim, clock):
    sim.faults.set_rates({"edit": 0.2, "void": 0.1, "refund": 0.2, "offline": 0.05})

    for _ in range(400):
        clock.advance(seconds=5)
        sim.trade.step()

    state = sim.state()
    for provider in ("square", "toast", "lightspeed"):
        happened = state["providers"][provider]["happenings"]
        assert {"sale", "edit", "void", "refund", "offline sale"} <= set(happened)
    assert all(float(row["sold"]) >= float(row["restocked"]) >= 0 for row in state["items"])


def test_a_location_that_went_offline_by_chance_comes_back(sim, clock):
    sim.faults.order("offline")
    sim.trade.step()
    assert sum(till.waiting_offline() for till in sim.tills.values()) == 1

    clock.advance(minutes=5)
    sim.trade.step()

    assert sum(till.waiting_offline() for till in sim.tills.values()) == 0


def test_an_outage_by_chance_ends_by_itself(sim, clock):
    sim.faults.order("outage")
    sim.trade.step()
    down = [name for name in sim.tills if sim.world.outage(name)]

    clock.advance(minutes=1)

    assert len(down) == 1
    assert sim.world.outage(down[0]) is None
