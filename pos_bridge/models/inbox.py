"""The inbox: every verified event as it came, and beside it, narrow, what has become of it."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from core.models import Tenant
from pos_bridge.models.connection import Connection, Endpoint, ProviderName


class RawEvent(models.Model):
    """What a provider sent, or answered to a question of ours. Never changed.

    Seen by the tenant of its state, for it may arrive before its tenant is known.
    """

    class Kind(models.TextChoices):
        WEBHOOK = "webhook", "webhook"
        ANSWER = "answer", "answer"

    origin = models.CharField(max_length=40)  # "endpoint:5", or "connection:7" for answers
    dedupe = models.CharField(max_length=255)
    provider = models.CharField(max_length=12, choices=ProviderName)
    kind = models.CharField(max_length=7, choices=Kind)
    event_type = models.CharField(max_length=80, default="")
    merchant = models.CharField(max_length=120, default="")
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    fingerprint = models.BinaryField(max_length=32)  # keyed hash of the body before redaction
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "pos_webhook_logs"
        constraints = [
            models.UniqueConstraint(fields=["origin", "dedupe"], name="raw_event_is_kept_once")
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_type} {self.pk}"


class RawEventState(models.Model):
    """Where an event stands: in exactly one state, from its arrival on."""

    class State(models.TextChoices):
        PENDING = "PENDING", "waiting"
        LEASED = "LEASED", "being read"
        POSTED = "POSTED", "posted"
        IGNORED = "IGNORED", "ignored"
        UNMAPPED = "UNMAPPED", "waits for a link"
        HELD = "HELD", "held for review"
        DEAD = "DEAD", "dead letter"

    event = models.OneToOneField(
        RawEvent, on_delete=models.PROTECT, primary_key=True, related_name="state"
    )
    # Empty while nobody has connected the merchant it is for.
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    transaction = models.BigIntegerField(null=True)  # the order it told of
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    lease = models.PositiveIntegerField(
        default=0, db_default=0
    )  # generation: a stale one is refused
    lease_until = models.DateTimeField(null=True)
    reason = models.TextField(default="", db_default="")

    class Meta:
        db_table = "pos_webhook_states"
        indexes = [
            models.Index(
                fields=["connection", "event"],
                name="raw_event_waiting",
                condition=models.Q(state__in=["PENDING", "LEASED"]),
            ),
            models.Index(
                fields=["connection", "transaction"],
                name="raw_event_unmapped",
                condition=models.Q(state="UNMAPPED"),
            ),
            models.Index(
                fields=["tenant", "state"],
                name="raw_event_needs_a_person",
                condition=models.Q(state__in=["HELD", "DEAD"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.state}"


class Quarantined(models.Model):
    """A body whose signature did not verify: kept a while, for a wrong secret is no attack."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="quarantine")
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "pos_quarantine"

    def __str__(self) -> str:
        return f"{self.endpoint_id} {self.received_at}"
