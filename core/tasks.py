"""What core does in the background. Each may run twice at the same moment."""

from __future__ import annotations

import time

from celery import shared_task

from core.domain import audit, outbox, sessions

RELAY_SECONDS = 30  # then the next ring goes on, so that a worker can be stopped


@shared_task
def relay_outbox(**_: object) -> None:
    """Hand on what the world is to be told, until nothing is due."""
    end = time.monotonic() + RELAY_SECONDS
    while outbox.relay() and time.monotonic() < end:
        pass


@shared_task
def seal_audit(**_: object) -> None:
    """Seal what has settled of the audit trail."""
    audit.seal_all()


@shared_task
def clear_sessions(**_: object) -> None:
    """Forget sign-ins that ended long ago."""
    sessions.SessionStore.clear_expired()
