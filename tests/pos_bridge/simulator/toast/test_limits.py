"""Toast's rate limits: enforced when asked for, counted for each restaurant."""

import pytest

from pos_bridge.simulator.simulator import Simulator

AIRPORT = "0cd990c9-fd74-461d-8468-de2a0919ccbb"


@pytest.fixture
def sim(chain, clock):
    return Simulator(chain, clock=clock, seed=7, limits=True)


@pytest.mark.parametrize(
    ("target", "most"),
    [
        ("/menus/v2/metadata", 1),
        ("/orders/v2/ordersBulk?businessDate=20261125", 5),
        ("/stock/v1/inventory", 20),
    ],
)
def test_the_limit_of_a_second_is_enforced_and_passes(toast, clock, target, most):
    toast.headers["Toast-Restaurant-External-ID"] = AIRPORT
    allowed = [toast("GET", target)[0] for _ in range(most)]
    refused = toast.ask("GET", target)

    assert set(allowed) == {200}
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "2"
    assert refused.headers["X-Toast-RateLimit-Remaining"] == "0"
    clock.advance(seconds=1)
    assert toast("GET", target)[0] == 200


def test_one_restaurant_does_not_use_up_the_limit_of_another(toast):
    assert toast("GET", "/menus/v2/metadata")[0] == 200
    assert toast("GET", "/menus/v2/metadata")[0] == 429
    assert toast("GET", "/menus/v2/metadata", Toast_Restaurant_External_ID=AIRPORT)[0] == 200


def test_ten_thousand_calls_in_a_quarter_of_an_hour_are_enough(toast, clock):
    toast.headers["Toast-Restaurant-External-ID"] = AIRPORT
    for _ in range(500):
        clock.advance(seconds=1)
        assert {toast.ask("GET", "/stock/v1/inventory").status for _ in range(20)} == {200}

    clock.advance(seconds=1)

    refused = toast.ask("GET", "/stock/v1/inventory")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "401")
