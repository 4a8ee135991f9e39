"""AuditRecord: the evidence of every state change. LogEntry: field by field, for display."""

from __future__ import annotations

from typing import Any

from auditlog.models import AbstractLogEntry
from django.db import models
from django.db.models.functions import Now

from core.models.tenant import TenantOwned
from core.models.user import User


class CurrentTransaction(models.Func):
    """The number of the transaction that writes the row."""

    function = "pg_current_xact_id"
    template = "%(function)s()::text::bigint"
    output_field = models.BigIntegerField()


class CurrentTenant(models.Func):
    """The tenant whose scope the row is written in."""

    function = "current_setting"
    template = "nullif(%(function)s('app.tenant', true), '')::uuid"
    output_field = models.UUIDField()


class AuditRecord(TenantOwned):
    """Who did what to which thing. Written in the change's own transaction, never altered."""

    at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)  # "membership.granted"
    target = models.CharField(max_length=120)  # "location:17"
    location = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, default="", blank=True)
    # Seals go by transaction number, for ids commit out of order.
    transaction = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["tenant", "transaction"], name="audit_by_transaction")]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"


class AuditSeal(TenantOwned):
    """Seals all records of finished transactions numbered [after, before) into the chain."""

    after = models.BigIntegerField()
    before = models.BigIntegerField()
    count = models.PositiveIntegerField()
    head = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "after"], name="audit_seal_follows_once")
        ]

    def __str__(self) -> str:
        return f"{self.after} to {self.before}"


class LogEntry(AbstractLogEntry):
    """auditlog's entry with the tenant it belongs to, so that row-level security covers it."""

    tenant_id: Any
    tenant = models.ForeignKey(
        "core.Tenant",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        db_default=CurrentTenant(),
    )

    class Meta(AbstractLogEntry.Meta):
        abstract = False
