"""SyncRun: one time we asked a provider what it sold."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from core.models import Job, TenantOwned
from pos_bridge.models.connection import Connection


class SyncRun(TenantOwned):
    class State(models.TextChoices):
        QUEUED = "QUEUED", "queued"
        RUNNING = "RUNNING", "running"
        DONE = "DONE", "done"
        FAILED = "FAILED", "failed"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="sync_runs")
    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    since = models.DateTimeField(null=True)  # empty: each location's own cursor
    until = models.DateTimeField(null=True)
    seen = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "pos_sync_logs"
        ordering = ["-id"]
        constraints = [
            # Two triggers at once get the same run.
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(state__in=["QUEUED", "RUNNING"]),
                name="one_sync_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"sync {self.pk}"
