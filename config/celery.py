"""The doorbells: Celery with Redis. Messages say only where to look; what is due stands in tables.

A message may be lost, doubled or late, so every task can run twice at once, and beat rings for all
of them again. `celery -A config worker` and `celery -A config beat` find the application here.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qs, urlsplit

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, worker_ready

from config.launch import ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

# A task has to end by itself well before it is cut; what takes longer names limits of its own.
SOFT_LIMIT = 50
HARD_LIMIT = 60
# Redis hands a message out again after this time, so it must exceed the longest task.
LONGEST_TASK = 60 * 60

SWEEPS: dict[str, dict[str, Any]] = {
    "relay the outbox": {"task": "core.tasks.relay_outbox", "schedule": 1.0},
    "sweep the inbox": {"task": "pos_bridge.tasks.sweep_inbox", "schedule": 5.0},
    "sweep the syncs": {"task": "pos_bridge.tasks.sweep_syncs", "schedule": 30.0},
    "seal the audit trail": {"task": "core.tasks.seal_audit", "schedule": 30.0},
    "verify the ledgers": {
        "task": "inventory.tasks.verify_ledgers",
        "schedule": crontab(hour=3, minute=10),
    },
    "clear old sessions": {
        "task": "core.tasks.clear_sessions",
        "schedule": crontab(hour=2, minute=40),
    },
}


def broker(url: str) -> str:
    """Celery's spelling of a Redis address; only socket paths are spelled differently."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    secret = f":{parts.password}@" if parts.password else ""
    return f"redis+socket://{secret}{parts.path}?virtual_host={database}"


def configuration() -> dict[str, Any]:
    """All settings of Celery, asked for when first needed: the project's settings come first."""
    from django.conf import settings  # noqa: PLC0415 -- not before DJANGO_SETTINGS_MODULE is set

    return {
        "broker_url": broker(settings.REDIS_URL),
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {
            "visibility_timeout": LONGEST_TASK,
            # Who rings has a till waiting: without a broker it is told so at once, not after 6 s.
            "max_retries": 0,
            "interval_start": 0,
            "socket_connect_timeout": 1,
        },
        # Redis is shared by what runs beside us, test workers above all.
        "task_default_queue": settings.REDIS_PREFIX,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "task_soft_time_limit": SOFT_LIMIT,
        "task_time_limit": HARD_LIMIT,
        "timezone": "UTC",
        "beat_schedule": {name: sweep | _freshness(sweep) for name, sweep in SWEEPS.items()},
    }


def _freshness(sweep: dict[str, Any]) -> dict[str, Any]:
    """Rings pile up while no worker runs: one that the next has overtaken may be dropped."""
    if isinstance(sweep["schedule"], crontab):
        return {}
    return {"options": {"expires": 2 * sweep["schedule"]}}


app = Celery("storeroom")
app.add_defaults(configuration)
app.autodiscover_tasks()

worker_ready.connect(ready.announce)
beat_init.connect(ready.announce)
