"""A nudge comes after the commit, seldom, and harms nobody when the broker is away."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import transaction

from core import nudge
from core.tenancy import acting_for
from tests.factories import make_tenant


class Bell:
    """A task that writes down how it was rung."""

    name = "bell"

    def __init__(self, error=None):
        self.rings, self.error = [], error

    def apply_async(self, **how):
        self.rings.append(how)
        if self.error:
            raise self.error


@pytest.fixture
def quiet(monkeypatch):
    """The timers that would end a quiet time, to be ended by hand."""
    timers = []

    def timer(seconds, function, args):
        made = SimpleNamespace(seconds=seconds, end=lambda: function(*args), start=lambda: None)
        timers.append(made)
        return made

    monkeypatch.setattr(nudge.threading, "Timer", timer)
    monkeypatch.setattr(nudge, "_quiet", {})
    return timers


@pytest.fixture
def chain(committing, quiet):
    return make_tenant()


@pytest.mark.proves("2.5")
def test_a_nudge_rings_after_the_commit_and_not_before(chain):
    bell = Bell()
    with acting_for(chain):
        nudge.nudge(bell, connection_id=7)
        assert bell.rings == []
    assert bell.rings == [{"kwargs": {"connection_id": 7}, "retry": False}]


@pytest.mark.proves("2.5")
def test_what_was_rolled_back_is_not_told(chain):
    bell = Bell()
    with acting_for(chain):
        nudge.nudge(bell, connection_id=7)
        transaction.set_rollback(True)
    assert bell.rings == []


def test_outside_a_transaction_it_rings_at_once(committing, quiet):
    bell = Bell()
    nudge.nudge(bell)
    assert len(bell.rings) == 1


def test_many_rings_in_a_short_time_become_two(committing, quiet):
    bell = Bell()
    for _ in range(50):
        nudge.nudge(bell, connection_id=7)
    assert len(bell.rings) == 1

    quiet[0].end()  # the worker may have looked before the last of them came
    assert len(bell.rings) == 2
    quiet[1].end()
    assert len(bell.rings) == 2

    nudge.nudge(bell, connection_id=7)
    assert len(bell.rings) == 3


def test_a_lone_ring_is_not_repeated(committing, quiet):
    bell = Bell()
    nudge.nudge(bell)
    quiet[0].end()
    assert (len(bell.rings), len(quiet)) == (1, 1)


def test_different_things_ring_for_themselves(committing, quiet):
    bell = Bell()
    for connection_id in (1, 2, 1, 2):
        nudge.nudge(bell, connection_id=connection_id)
    assert [ring["kwargs"]["connection_id"] for ring in bell.rings] == [1, 2]


@pytest.mark.proves("2.2")
def test_a_broker_that_is_away_harms_nothing_and_is_said(chain, caplog):
    bell = Bell(error=OSError("connection refused"))
    with acting_for(chain):
        nudge.nudge(bell)
    assert len(bell.rings) == 1
    assert "No broker to nudge bell" in caplog.text
