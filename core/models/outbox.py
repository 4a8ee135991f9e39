"""OutboxMessage: what the world is to be told, kept in the transaction of the change."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from core.models.tenant import TenantStamped


class OutboxMessage(TenantStamped):
    class State(models.TextChoices):
        PENDING = "PENDING"
        DELIVERED = "DELIVERED"
        DEAD = "DEAD"

    topic = models.CharField(max_length=60)
    payload = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(db_default=Now())
    state = models.CharField(
        max_length=9, choices=State, default=State.PENDING, db_default="PENDING"
    )
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    error = models.TextField(blank=True, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="outbox_due", condition=models.Q(state="PENDING"))
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.pk}"
