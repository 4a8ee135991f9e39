"""Asking a provider what it sold: the second source of the same facts, for a push is never
enough.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from core import tenancy
from core.domain import audit
from core.models import Job, User
from pos_bridge.domain import connections, inbox
from pos_bridge.models import Connection, LocationLink, SyncRun
from pos_bridge.providers.base import Client, ProviderRefused, ProviderUnavailable

logger = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=15)  # late closes appear behind the newest sale
FIRST = timedelta(days=1)  # how far back a new location is asked for
LEASE = timedelta(minutes=10)
EVERY = timedelta(hours=1)
EVERY_WITHOUT_PUSH = timedelta(minutes=1)  # K-Series tells of till sales only when asked

State = SyncRun.State


def start(
    *,
    connection: Connection,
    actor: User,
    since: datetime | None = None,
    until: datetime | None = None,
) -> SyncRun:
    """Queue a run, or answer the one that is queued or running already."""
    running = _running(connection)
    if running:
        return running
    try:
        with transaction.atomic():
            job = Job.objects.create(tenant_id=connection.tenant_id, kind="pos.sync", owner=actor)
            run = SyncRun.objects.create(
                tenant_id=connection.tenant_id,
                connection=connection,
                job=job,
                since=since,
                until=until,
            )
            audit.record(
                actor=actor, action="sync.started", target=f"connection:{connection.pk}", run=run.pk
            )
    except IntegrityError:
        found = _running(connection)
        if found is None:
            raise
        return found
    return run


def run(*, run_id: int, now: datetime) -> None:
    """Do a queued run: every linked location, page by page, each page kept before the next.

    A run that was cut off is done again from its locations' cursors.
    """
    taken = _take(run_id, now)
    if taken is None:
        return
    connection = connections.find(taken.connection_id)
    if connection is None:
        _end(taken, State.FAILED, now, "The connection is paused or archived.")
        return
    try:
        with connections.client(connection) as client:
            _poll(connection, taken, client, now)
    except (ProviderUnavailable, ProviderRefused) as error:
        _end(taken, State.FAILED, now, str(error))
        return
    except Exception as error:
        _end(taken, State.FAILED, now, f"{type(error).__name__}: {error}")
        raise
    _end(taken, State.DONE, now)


def due(*, now: datetime, without_push: frozenset[str]) -> list[Connection]:
    """Active connections whose newest run is older than their provider allows."""
    with tenancy.across_tenants("connections to poll"):
        found = []
        for connection in Connection.objects.filter(state=Connection.State.ACTIVE):
            every = EVERY_WITHOUT_PUSH if connection.provider in without_push else EVERY
            recent = SyncRun.objects.filter(connection=connection).filter(
                Q(created_at__gt=now - every) | Q(state=State.QUEUED)
            )
            if not recent.exists():
                found.append(connection)
        return found


def waiting(*, now: datetime) -> list[int]:
    """Runs nobody works on: queued, or running with a lease that has passed."""
    with tenancy.across_tenants("sync runs that wait"):
        return list(
            SyncRun.objects.filter(
                Q(state=State.QUEUED) | Q(state=State.RUNNING, lease_until__lt=now)
            ).values_list("pk", flat=True)
        )


def _running(connection: Connection) -> SyncRun | None:
    return SyncRun.objects.filter(
        connection=connection, state__in=[State.QUEUED, State.RUNNING]
    ).first()


def _take(run_id: int, now: datetime) -> SyncRun | None:
    with tenancy.across_tenants("taking a sync run"):
        taken = SyncRun.objects.filter(pk=run_id).filter(
            Q(state=State.QUEUED) | Q(state=State.RUNNING, lease_until__lt=now)
        )
        if not taken.update(state=State.RUNNING, started_at=now, lease_until=now + LEASE):
            return None
        found = SyncRun.objects.get(pk=run_id)
        Job.objects.filter(pk=found.job_id).update(state=Job.State.RUNNING, started_at=now)
        return found


def _poll(connection: Connection, taken: SyncRun, client: Client, now: datetime) -> None:
    with tenancy.acting_for(connection.tenant_id):
        places = list(LocationLink.objects.filter(connection=connection).order_by("pk"))
        Job.objects.filter(pk=taken.job_id).update(total=len(places))
    until = taken.until or now
    for place in places:
        since = taken.since or ((place.polled_until or now - FIRST) - OVERLAP)
        for page in client.poll(location=place.external_id, since=since, until=until):
            new = inbox.keep_answers(
                connection=connection.pk, provider=connection.provider, answers=page.answers
            )
            _progress(taken, seen=len(page.answers), new=new)
        with tenancy.acting_for(connection.tenant_id):
            if taken.since is None:
                LocationLink.objects.filter(pk=place.pk).update(polled_until=until)
            Job.objects.filter(pk=taken.job_id).update(done=F("done") + 1)


def _progress(taken: SyncRun, *, seen: int, new: int) -> None:
    with tenancy.acting_for(taken.tenant_id):
        SyncRun.objects.filter(pk=taken.pk).update(
            seen=F("seen") + seen, new=F("new") + new, lease_until=Now() + LEASE
        )


def _end(taken: SyncRun, state: str, now: datetime, error: str = "") -> None:
    with tenancy.acting_for(taken.tenant_id):
        SyncRun.objects.filter(pk=taken.pk).update(
            state=state, ended_at=now, error=error[:500], lease_until=None
        )
        fresh = SyncRun.objects.get(pk=taken.pk)
        Job.objects.filter(pk=taken.job_id).update(
            state=Job.State.DONE if state == State.DONE else Job.State.FAILED,
            ended_at=now,
            result={"seen": fresh.seen, "new": fresh.new},
            problems=[error[:500]] if error else [],
        )
        Connection.objects.filter(pk=taken.connection_id).update(last_error=error[:500])
