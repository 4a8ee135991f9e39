"""Letters on their way: order, patience, and what is kept while nobody listens."""

import pytest

from pos_bridge.simulator import mail
from pos_bridge.simulator.simulator import Simulator


class Carrier:
    """Answers what it was told to, and keeps the addresses."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.urls = []
        self.timeouts = []

    def __call__(self, url, headers, body, timeout):
        self.urls.append(url)
        self.timeouts.append(timeout)
        outcome = self.outcomes.pop(0) if self.outcomes else 200
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def playing(chain, clock):
    def build(carrier, **options):
        return Simulator(chain, clock=clock, carry=carrier, target="http://till.example", **options)

    return build


def test_what_nobody_listened_to_is_kept_and_comes_again(playing, clock):
    carrier = Carrier(ConnectionRefusedError())
    sim = playing(carrier)
    sim.square.change_catalog()

    (refused,) = sim.deliver()
    clock.advance(minutes=1)
    (accepted,) = sim.deliver()

    assert (refused.status, refused.failure, refused.is_accepted) == (None, "other_error", False)
    assert (accepted.status, accepted.attempt) == (200, 2)
    assert accepted.headers["square-retry-reason"] == "other_error"


def test_a_timeout_is_called_one(playing, clock):
    carrier = Carrier(TimeoutError())
    sim = playing(carrier)
    sim.square.change_catalog()
    sim.deliver()
    clock.advance(minutes=1)

    (again,) = sim.deliver()

    assert again.headers["square-retry-reason"] == "http_timeout"


def test_each_provider_has_its_own_patience(playing):
    carrier = Carrier()
    sim = playing(carrier)
    sim.square.change_catalog()
    sim.deliver()
    sim.toast.publish()
    sim.deliver()

    assert carrier.timeouts == [10, 2, 2]
    assert carrier.urls[0] == "http://till.example/api/v1/webhooks/square"
    assert carrier.urls[1] == "http://till.example/api/v1/webhooks/toast"


def test_waits_shrink_with_the_time_scale(playing, clock):
    sim = playing(Carrier(503), time_scale=60)
    sim.square.change_catalog()
    sim.deliver()

    clock.advance(milliseconds=999)
    assert sim.deliver() == []
    clock.advance(milliseconds=1)
    assert len(sim.deliver()) == 1


def test_only_one_provider_is_delivered_when_asked(playing):
    carrier = Carrier()
    sim = playing(carrier)
    sim.square.change_catalog()
    sim.toast.publish()

    sim.deliver("toast")

    assert len(carrier.urls) == 2
    assert sim.world.mail.waiting("square") == 1
    assert sim.world.mail.waiting() == 1


def test_the_oldest_letter_is_given_up_when_there_is_no_room(playing, monkeypatch):
    monkeypatch.setattr(mail, "ROOM", 3)
    sim = playing(Carrier())
    for _ in range(5):
        sim.square.change_catalog()

    times = [delivery.body for delivery in sim.deliver()]

    assert len(times) == 3
    assert sim.state()["providers"]["square"]["letters"]["given_up"] == 2


def test_a_letter_goes_over_real_http_with_its_length_and_type(sim, receiver):
    sim.square.change_catalog()

    (delivery,) = sim.deliver()

    (request,) = receiver.received
    assert request.method == "POST"
    assert request.header("Content-Type") == "application/json"
    assert request.body == delivery.body
