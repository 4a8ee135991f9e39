"""What asking a provider can end in: an answer, not now, or no."""

import email.utils
from datetime import timedelta

import httpx
import pytest

from pos_bridge.providers import http
from pos_bridge.providers.base import ProviderRefused, ProviderUnavailable
from pos_bridge.providers.breaker import Allowance, Breaker
from tests.pos_bridge.providers.wire import NOW, Wire, reply


def ask(*replies, breaker=None):
    wire = Wire(list(replies))
    client = http.open_client("https://till.example", httpx.MockTransport(wire.handle))
    caller = http.Caller(breaker=breaker or Breaker(), sleep=wire.slept.append, now=lambda: NOW)
    try:
        answer = caller.call(lambda: http.succeed(client.get("/x")).json())
    except (ProviderUnavailable, ProviderRefused) as error:
        answer = error
    return answer, wire


def test_an_answer_is_asked_for_once_and_unpacked():
    answer, wire = ask(reply({"a": 1}))

    assert answer == {"a": 1}
    assert [request.headers["accept-encoding"] for request in wire.requests] == ["identity"]


@pytest.mark.parametrize(
    "first",
    [reply({}, 500), reply({}, 503), httpx.ConnectError("x"), httpx.ReadTimeout("x")],
    ids=lambda first: getattr(first, "status_code", type(first).__name__),
)
def test_a_short_outage_is_sat_out(first):
    answer, wire = ask(first, reply({"a": 1}))

    assert answer == {"a": 1}
    assert len(wire.requests) == 2
    assert len(wire.slept) == 1
    assert 0 < wire.slept[0] < 2


@pytest.mark.parametrize(
    "always",
    [reply({}, 500), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")],
    ids=lambda always: getattr(always, "status_code", type(always).__name__),
)
def test_a_long_outage_ends_the_asking(always):
    answer, wire = ask(always)

    assert isinstance(answer, ProviderUnavailable)
    assert answer.retry_after is None
    assert len(wire.requests) == 3


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("17", 17.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("999999", 3600.0),
        (email.utils.format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120.0),
        (email.utils.format_datetime(NOW - timedelta(minutes=2), usegmt=True), 0.0),
        (email.utils.format_datetime(NOW + timedelta(days=9), usegmt=True), 3600.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
@pytest.mark.proves("7.2")
def test_too_often_waits_as_long_as_the_provider_says(said, wait):
    answer, wire = ask(reply({}, 429, retry_after=said))

    assert isinstance(answer, ProviderUnavailable)
    assert answer.retry_after == wait
    assert (len(wire.requests), wire.slept) == (1, [])


def test_an_outage_that_says_for_how_long_is_not_sat_out_here():
    answer, wire = ask(reply({}, 503, retry_after="30"))

    assert (answer.retry_after, len(wire.requests)) == (30.0, 1)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 422])
def test_no_means_no(status):
    answer, wire = ask(reply({}, status))

    assert isinstance(answer, ProviderRefused)
    assert (answer.status, len(wire.requests)) == (status, 1)


def test_a_redirect_is_not_followed():
    _, wire = ask(httpx.Response(302, headers={"location": "https://elsewhere.example/"}))

    assert [request.url.host for request in wire.requests] == ["till.example"]


def test_an_answer_too_large_is_cut_off(monkeypatch):
    monkeypatch.setattr(http, "LARGEST_ANSWER", 1000)

    answer, _ = ask(reply("x" * 1001))

    assert isinstance(answer, ProviderUnavailable)


def test_an_answer_that_drips_is_cut_off(monkeypatch):
    monkeypatch.setattr(http, "WHOLE", -1.0)

    answer, _ = ask(reply("x"))

    assert isinstance(answer, ProviderUnavailable)


def test_a_packed_answer_is_not_unpacked():
    answer, _ = ask(httpx.Response(200, headers={"content-encoding": "gzip"}, content=b""))

    assert isinstance(answer, ProviderUnavailable)


def test_the_limits_hold_though_a_library_sets_its_own():
    wire = Wire([reply({})])
    client = http.open_client("https://till.example", httpx.MockTransport(wire.handle))

    client.get("/x", timeout=600)

    assert wire.requests[0].extensions["timeout"] == {
        "connect": 3,
        "read": 10,
        "write": 10,
        "pool": 3,
    }


# The breaker.


class Clock:
    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


def test_a_provider_that_is_down_is_left_alone_for_a_while():
    clock = Clock()
    breaker = Breaker(limit=3, rest=60, clock=clock)
    ask(reply({}, 500), breaker=breaker)

    clock.at = 20.0
    answer, wire = ask(reply({}), breaker=breaker)
    assert isinstance(answer, ProviderUnavailable)
    assert (answer.retry_after, wire.requests) == (40.0, [])

    clock.at = 60.0
    answer, wire = ask(reply({"a": 1}), breaker=breaker)
    assert answer == {"a": 1}


def test_one_more_failure_after_the_rest_is_enough():
    clock = Clock()
    breaker = Breaker(limit=3, rest=60, clock=clock)
    ask(reply({}, 500), breaker=breaker)
    clock.at = 60.0

    _, wire = ask(reply({}, 500), breaker=breaker)

    assert len(wire.requests) == 1


def test_success_forgets_failures_and_a_refusal_is_no_failure():
    breaker = Breaker(limit=3, clock=Clock())
    for _ in range(3):
        ask(reply({}, 500), reply({}, 500), reply({}), breaker=breaker)
        ask(reply({}, 500), reply({}, 404), breaker=breaker)
        ask(reply({}, 429), breaker=breaker)

    answer, _ = ask(reply({"a": 1}), breaker=breaker)

    assert answer == {"a": 1}


def test_an_allowance_comes_back_with_time():
    clock = Clock()
    allowance = Allowance(times=2, window=3600, clock=clock)
    allowance.take()
    clock.at = 600.0
    allowance.take()

    with pytest.raises(ProviderUnavailable) as refused:
        allowance.take()
    assert refused.value.retry_after == 3000.0
    clock.at = 3600.0
    allowance.take()
