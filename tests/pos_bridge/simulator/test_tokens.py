"""Tokens that need no memory: sealed, ending, and of one kind."""

from datetime import UTC, datetime, timedelta

import pytest

from pos_bridge.simulator.clock import HandClock
from pos_bridge.simulator.tokens import Tokens

LIFE = timedelta(minutes=60)


@pytest.fixture
def clock():
    return HandClock(datetime(2026, 11, 25, tzinfo=UTC))


def tokens(clock, *, issuer="square", secret="secret"):
    return Tokens(issuer=issuer, secret=secret, clock=clock)


def test_a_token_is_good_until_it_ends_also_after_a_restart(clock):
    token = tokens(clock).issue("access", LIFE)

    restarted = tokens(clock)
    assert restarted.is_good(token, "access")
    clock.advance(minutes=60)
    assert not restarted.is_good(token, "access")


def test_a_token_of_another_kind_issuer_or_secret_is_not_good(clock):
    token = tokens(clock).issue("access", LIFE)

    assert not tokens(clock).is_good(token, "refresh")
    assert not tokens(clock, issuer="toast").is_good(token, "access")
    assert not tokens(clock, secret="other").is_good(token, "access")


@pytest.mark.parametrize("token", ["", "x", "x.y", "é.ü", "..", "e30."])
def test_junk_is_not_good(clock, token):
    assert not tokens(clock).is_good(token, "access")


def test_a_spent_token_is_worth_nothing(clock):
    issuing = tokens(clock)
    token = issuing.issue("refresh", LIFE)

    issuing.spend(token)

    assert not issuing.is_good(token, "refresh")
    assert issuing.is_spent(token)
