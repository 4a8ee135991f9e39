"""What was done, by whom, and what is on its way: read by those who may, written by nobody."""

from __future__ import annotations

from typing import Any

from auditlog.mixins import LogEntryAdminMixin
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.models import AuditRecord, Job, LogEntry, OutboxMessage
from locations.admin.base import HistoryAdmin, with_name_of
from locations.roles import TenantPermission

admin.site.unregister(LogEntry)  # as its package registers it, whoever is staff may read it


@admin.register(AuditRecord)
class AuditRecordAdmin(HistoryAdmin):
    view_right = TenantPermission.VIEW_AUDIT
    list_display = ("action", "target", "actor_name", "at", "request_id")
    list_filter = (("at", admin.DateFieldListFilter),)
    search_fields = ("action", "target", "request_id")
    ordering = ("-id",)
    fields = ("action", "target", "actor_name", "at", "location", "data", "request_id")
    readonly_fields = ("actor_name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_name_of("actor", super().get_queryset(request))

    @admin.display(description="actor")
    def actor_name(self, record: Any) -> str:
        return record.actor_name or "a former member"


@admin.register(LogEntry)
class LogEntryAdmin(LogEntryAdminMixin, HistoryAdmin):
    """Field by field, what the values were and what they became."""

    view_right = TenantPermission.VIEW_AUDIT
    list_display = ("object_repr", "content_type", "action", "msg_short", "actor", "timestamp")
    list_select_related = ("content_type", "actor")
    list_filter = ("action", ("timestamp", admin.DateFieldListFilter))
    search_fields = ("object_repr",)
    ordering = ("-id",)
    fields = ("object_repr", "content_type", "action", "actor", "timestamp", "msg")
    readonly_fields = ("msg",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        self.request = request  # read by the mixin
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows


@admin.register(Job)
class JobAdmin(HistoryAdmin):
    list_display = ("kind", "state", "done", "total", "owner_name", "created_at", "ended_at")
    list_filter = ("state", "kind")
    ordering = ("-id",)
    fields = (
        "kind",
        "state",
        "done",
        "total",
        "result",
        "problems",
        "owner_name",
        "created_at",
        "started_at",
        "ended_at",
    )
    readonly_fields = ("owner_name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_name_of("owner", super().get_queryset(request))

    @admin.display(description="owner")
    def owner_name(self, job: Any) -> str:
        return job.owner_name or "a former member"


@admin.register(OutboxMessage)
class OutboxMessageAdmin(HistoryAdmin):
    list_display = ("topic", "state", "attempts", "due_at", "created_at")
    list_filter = ("state", "topic")
    ordering = ("-id",)
    fields = ("topic", "state", "payload", "attempts", "error", "due_at", "created_at")
