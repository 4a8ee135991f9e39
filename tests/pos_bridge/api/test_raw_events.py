"""What the tills sent and what became of it, as programs read it."""

from __future__ import annotations

import base64

import pytest

from core import tenancy
from tests.pos_bridge.rows import make_event

ALL = "/raw-events"
QUERIES = 15


def ids(answer):
    return [row["id"] for row in answer.json()["results"]]


def test_an_event_is_listed_with_its_state_and_shown_with_its_body(ask, square):
    event = make_event(
        square, state="DEAD", reason="Not readable: no id", body=b'{"id": "\xc3\xa4"}'
    )

    [row] = ask("get", ALL).json()["results"]
    whole = ask("get", f"{ALL}/{event.pk}").json()

    assert (row["id"], row["connection"], row["pos_system"]) == (event.pk, square.pk, "square")
    assert (row["state"], row["reason"]) == ("DEAD", "Not readable: no id")
    assert (row["kind"], row["event_type"]) == ("webhook", "order.updated")
    assert base64.b64decode(whole.pop("body")) == b'{"id": "\xc3\xa4"}'
    assert whole == row


def test_the_newest_come_first_and_are_narrowed_by_state(ask, square):
    events = [make_event(square, state=state).pk for state in ("POSTED", "HELD", "DEAD")]

    assert ids(ask("get", ALL)) == events[::-1]
    assert ids(ask("get", ALL, {"state": "HELD"})) == [events[1]]
    assert ids(ask("get", f"{ALL}?state=HELD&state=DEAD")) == [events[2], events[1]]
    assert ids(ask("get", ALL, {"pos_system": "toast"})) == []
    assert ids(ask("get", ALL, {"page_size": 2})) == events[:0:-1]


def test_those_who_may_not_see_connections_see_no_event(program, square):
    event = make_event(square)
    ask = program("WAREHOUSE")

    assert ask("get", ALL).status_code == 403
    assert ask("get", f"{ALL}/{event.pk}").status_code == 403


@pytest.mark.proves("S34")
def test_nobody_writes_or_removes_one(ask, square):
    event = make_event(square)

    refused = [ask(method, f"{ALL}/{event.pk}").status_code for method in ("put", "delete")]

    assert [*refused, ask("post", ALL).status_code] == [405, 405, 405]


@pytest.mark.proves("S2")
def test_another_chains_events_are_not_there(ask, elsewhere):
    with tenancy.acting_for(elsewhere.tenant_id):
        theirs = make_event(elsewhere)

    assert ids(ask("get", ALL)) == []
    assert ask("get", f"{ALL}/{theirs.pk}").status_code == 404


def test_the_list_asks_as_often_for_three_events_as_for_one(ask, square, django_assert_num_queries):
    make_event(square)
    ask("get", ALL)  # what a process learns once
    with django_assert_num_queries(QUERIES):
        ask("get", ALL)
    make_event(square)
    make_event(square)

    with django_assert_num_queries(QUERIES):
        assert len(ids(ask("get", ALL))) == 3
