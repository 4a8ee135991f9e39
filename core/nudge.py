"""A doorbell: tells a worker to look now. It may be lost; what it announces is in the database."""

from __future__ import annotations

import logging
import threading
from typing import Any, Protocol

from django.db import transaction

logger = logging.getLogger(__name__)

QUIET_SECONDS = (
    0.1  # at most one ring per thing in this time: a Redis call a request costs a quarter
)

_Key = tuple[str, tuple[tuple[str, Any], ...]]
_quiet: dict[_Key, bool] = {}  # things that rang just now; True when they shall ring once more
_lock = threading.Lock()


class Task(Protocol):
    name: str

    def apply_async(self, *args: Any, **kwargs: Any) -> Any: ...


def nudge(task: Task, **ids: Any) -> None:
    """Ring for the task after commit; many rings in QUIET_SECONDS become two. Needs no broker."""

    def ask() -> None:
        _ask(task, ids)

    transaction.on_commit(ask, robust=True)  # a named function: Django names it when it fails


def _ask(task: Task, ids: dict[str, Any]) -> None:
    key = (task.name, tuple(sorted(ids.items())))
    with _lock:
        if key in _quiet:
            _quiet[key] = True
            return
        _quiet[key] = False
    _ring(task, ids)
    _after_a_while(task, ids, key)


def _after_a_while(task: Task, ids: dict[str, Any], key: _Key) -> None:
    timer = threading.Timer(QUIET_SECONDS, _end_quiet, (task, ids, key))
    timer.daemon = True
    timer.start()


def _end_quiet(task: Task, ids: dict[str, Any], key: _Key) -> None:
    with _lock:
        again = _quiet.pop(key)
        if again:
            _quiet[key] = False
    if again:  # something came after the worker may already have looked
        _ring(task, ids)
        _after_a_while(task, ids, key)


def _ring(task: Task, ids: dict[str, Any]) -> None:
    try:
        task.apply_async(kwargs=ids, retry=False)
    except Exception:
        logger.warning("No broker to nudge %s; the sweeper will look.", task.name)
