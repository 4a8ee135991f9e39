"""Asking a till system through the API, and how the last time went."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.models import Job
from pos_bridge.api import syncs as api
from pos_bridge.domain import connections, links, syncs
from pos_bridge.models import Connection, SyncRun
from tests.factories import make_location

QUERIES = 17


@pytest.fixture
def rung(monkeypatch):
    found = []
    monkeypatch.setattr(api, "nudge", lambda task, **ids: found.append((task.name, ids)))
    return found


def sync(connection):
    return f"/pos/configurations/{connection.pk}/sync"


def test_a_sync_is_queued_and_answered_with_its_job(ask, square, rung):
    answer = ask("post", sync(square))

    run, job = SyncRun.objects.get(), Job.objects.get()
    body = answer.json()
    assert answer.status_code == 202
    assert (body["run"]["id"], body["run"]["state"]) == (run.pk, "QUEUED")
    assert (body["job"]["id"], body["job"]["kind"], body["job"]["state"]) == (
        job.pk,
        "pos.sync",
        "QUEUED",
    )
    assert body["run"]["job"] == job.pk
    assert rung == [("pos_bridge.tasks.sync_connection", {"run_id": run.pk})]


def test_a_second_request_answers_the_run_that_is_on_its_way(ask, square):
    first, second = ask("post", sync(square)), ask("post", sync(square))

    assert first.json()["run"]["id"] == second.json()["run"]["id"]
    assert SyncRun.objects.count() == 1


def test_a_window_may_be_named(ask, square):
    window = {"since": "2026-11-01T00:00:00Z", "until": "2026-11-02T00:00:00Z"}

    assert ask("post", sync(square), window).status_code == 202
    run = SyncRun.objects.get()
    assert run.since == datetime(2026, 11, 1, tzinfo=UTC)
    assert run.until == datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "window",
    [
        {"since": "yesterday"},
        {"until": "2026-11-02T00:00:00Z"},
        {"since": "2026-11-02T00:00:00Z", "until": "2026-11-01T00:00:00Z"},
    ],
)
def test_a_window_that_is_none_is_refused(ask, square, window):
    assert ask("post", sync(square), window).status_code == 400
    assert not SyncRun.objects.exists()


def test_a_paused_connection_is_not_asked(ask, square, owner):
    connections.change(connection=square, actor=owner, state=Connection.State.PAUSED)

    answer = ask("post", sync(square))

    assert (answer.status_code, answer.json()["code"]) == (409, "not_active")


def test_the_status_tells_of_the_newest_run_and_how_far_each_location_was_asked(ask, square, owner):
    assert ask("get", f"{sync(square)}/status").json()["state"] == "never"
    links.link_location(
        connection=square, external_id="L1", location=make_location(code="fitzroy"), actor=owner
    )
    old = syncs.start(connection=square, actor=owner)
    SyncRun.objects.filter(pk=old.pk).update(state=SyncRun.State.FAILED, error="429")
    run = syncs.start(connection=square, actor=owner)

    body = ask("get", f"{sync(square)}/status").json()

    assert (body["configuration"], body["state"]) == (square.pk, "queued")
    assert (body["run"]["id"], body["job"]["id"]) == (run.pk, run.job_id)
    assert body["locations"] == [{"external_id": "L1", "location": "fitzroy", "polled_until": None}]


@pytest.mark.parametrize("path", ["/pos/sync/status", "/sync/status"])
def test_the_status_of_all_has_one_row_for_each_connection(
    ask, square, owner, path, django_assert_num_queries
):
    syncs.start(connection=square, actor=owner)
    ask("get", path)  # what a process learns once
    with django_assert_num_queries(QUERIES):
        ask("get", path)
    for name in ("b", "c"):
        made = connections.create(provider="toast", name=name, actor=owner)
        syncs.start(connection=made, actor=owner)

    with django_assert_num_queries(QUERIES):
        rows = ask("get", path).json()["results"]

    assert [(row["name"], row["state"]) for row in rows] == [
        ("Main tills", "queued"),
        ("b", "queued"),
        ("c", "queued"),
    ]


@pytest.mark.proves("S2")
def test_another_chains_connection_is_neither_asked_nor_told_of(ask, elsewhere):
    assert ask("post", sync(elsewhere)).status_code == 404
    assert ask("get", f"{sync(elsewhere)}/status").status_code == 404
    assert ask("get", "/pos/sync/status").json()["results"] == []
