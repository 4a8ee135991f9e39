"""Several sessions held at one gate, so that a race happens each time in the same way.

The gate is a lock of ours; the sessions run into it one behind the other, and when all wait the
gate opens. What a missing lock would do then, it does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction

import inventory.migrations
from core import tenancy
from inventory.domain import ledger
from tests.logins import as_owner, as_superuser

SECONDS = 20  # no race lasts that long
SOURCE = Path(inventory.migrations.__file__).with_name("_ledger_post.sql")


def run(tenant: Any, *steps: Callable[[], Any], gate: str = "", values: tuple = ()) -> list[Any]:
    """Each step's answer or exception, of steps that ran at once in sessions of their own.

    With a gate (a statement that locks something), all of them wait behind it before it is undone.
    """
    started = threading.Barrier(len(steps) + 1, timeout=SECONDS)
    go = threading.Barrier(len(steps) + 1, timeout=SECONDS)
    answers: list[Any] = [None] * len(steps)
    sessions: list[int] = []

    def session(place: int, step: Callable[[], Any]) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '15s'")  # a slow machine is not a race
            sessions.append(connection.connection.get_backend_pid())
            started.wait()
            go.wait()
            answers[place] = step()
        except Exception as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=session, args=each) for each in enumerate(steps)]
    for thread in threads:
        thread.start()
    started.wait()
    with _gate(tenant, gate, values):
        go.wait()
        if gate:
            _wait_until_all_wait(sessions)
    for thread in threads:
        thread.join(SECONDS)
    assert not any(thread.is_alive() for thread in threads)
    return answers


@contextmanager
def _gate(tenant: Any, statement: str, values: tuple) -> Iterator[None]:
    with tenancy.acting_for(tenant):
        if statement:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
        yield
        transaction.set_rollback(True)


def _wait_until_all_wait(sessions: list[int]) -> None:
    give_up_at = time.monotonic() + SECONDS
    while time.monotonic() < give_up_at:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid = ANY(%s)",
                [sessions],
            )
            if cursor.fetchone()[0] == len(sessions):
                return
    raise AssertionError("The sessions did not meet at the gate.")


@contextmanager
def mutated(monkeypatch: Any, mutations: list[tuple[str, str]]) -> Iterator[None]:
    """Post through a copy of ledger_post in which these words are replaced."""
    source = SOURCE.read_text()
    for words, instead in mutations:
        assert source.count(words) == 1, f"once and only once: {words}"
        source = source.replace(words, instead)
    signature = "uuid, text[], text[], text[], bigint[], timestamptz[], timestamptz[], text[],"
    signature += " text[], int[], bigint[], bigint[], numeric[], numeric[], numeric[], boolean"
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(source.replace("ledger_post(", "ledger_post_mutant("))
    try:
        with monkeypatch.context() as patch:
            patch.setattr(
                ledger, "CALL", ledger.CALL.replace("ledger_post(", "ledger_post_mutant(")
            )
            yield
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"DROP FUNCTION ledger_post_mutant({signature})")


HISTORY = ("entry", "posting", "chainlink", "stocklevel", "stockexception")


def forget(tenant: Any) -> None:
    """Undo what a careless copy wrote, so that later looks at all tenants find none in disorder."""
    with as_superuser(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in HISTORY:
            cursor.execute(f"DELETE FROM inventory_{name} WHERE tenant_id = %s", [tenant.pk])
        cursor.execute(
            "UPDATE inventory_stream SET seq = 0, head = decode(repeat('00', 32), 'hex')"
            " WHERE tenant_id = %s",
            [tenant.pk],
        )
