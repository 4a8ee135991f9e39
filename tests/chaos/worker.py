"""A worker of its own process that dies at a named step of the road, by the signal nobody catches.

    python -m tests.chaos.worker drain CONNECTION [STEP]
    python -m tests.chaos.worker relay [STEP]
    python -m tests.chaos.worker receive          a request as JSON on standard input

It dies right after the step, before anything that follows is said to the database.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

# Where each step is called, and what it is called there.
STEPS = {
    "claim": ("pos_bridge.domain.inbox", "claim"),
    "fetch": ("pos_bridge.providers.square.client.SquareClient", "fetch"),
    "keep_answers": ("pos_bridge.domain.inbox", "keep_answers"),
    "post": ("inventory.domain.ledger", "post_many"),
    "settle": ("pos_bridge.domain.inbox", "settle"),
    "relay": ("core.domain.outbox", "_tell"),
}


def main(task: str, *words: str) -> None:
    django.setup()
    *rest, step = words if words and words[-1] in STEPS else (*words, "")
    if step:
        _die_after(*STEPS[step])
    TASKS[task](*rest)


def _die_after(place: str, name: str) -> None:
    owner = _find(place)
    real = getattr(owner, name)

    def once(*args: Any, **kwargs: Any) -> Any:
        real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, once)


def _find(place: str) -> Any:
    try:
        return importlib.import_module(place)
    except ModuleNotFoundError:
        module, _, inner = place.rpartition(".")
        return getattr(importlib.import_module(module), inner)


def drain(connection: str) -> None:
    from pos_bridge.domain import ingest  # noqa: PLC0415 -- after django.setup

    ingest.drain(connection_id=int(connection))


def relay() -> None:
    from core.domain import outbox  # noqa: PLC0415 -- after django.setup

    while outbox.relay():
        pass


def receive() -> None:
    from django.test import Client  # noqa: PLC0415 -- after django.setup

    asked = json.load(sys.stdin)
    answer = Client().post(
        asked["path"], asked["body"], content_type="application/json", headers=asked["headers"]
    )
    sys.stdout.write(str(answer.status_code))


TASKS: dict[str, Callable[..., None]] = {"drain": drain, "relay": relay, "receive": receive}

if __name__ == "__main__":
    main(*sys.argv[1:])
