"""Connections to till systems. Written by the domain; secrets go in and are never shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from core.nudge import nudge
from core.tasks import relay_outbox
from locations.admin.base import HistoryAdmin, TenantAdmin, actor_of
from locations.roles import TenantPermission
from pos_bridge.domain import connections, endpoints
from pos_bridge.forms import ConnectionForm
from pos_bridge.models import Connection, SyncRun
from pos_bridge.tasks import drain_inbox


@admin.register(Connection)
class ConnectionAdmin(TenantAdmin):
    change_right = TenantPermission.MANAGE_CONNECTIONS
    can_delete = True
    form = ConnectionForm
    list_display = ("name", "provider", "state", "last_event_at", "last_error")
    list_filter = ("provider", "state")
    search_fields = ("name",)
    known = (
        "webhook_address",
        "webhook_secrets_kept",
        "version",
        "last_event_at",
        "last_error",
        "created_at",
        "archived_at",
    )

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        secrets = ("credentials", "webhook_secrets")
        fields = (*ConnectionForm.Meta.fields, "merchants", *secrets)
        return (*fields, *self.known) if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("provider", *self.known) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        is_archived = isinstance(obj, Connection) and obj.state == Connection.State.ARCHIVED
        return super().has_change_permission(request, obj) and not is_archived

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001,RUF100 -- Django's signature
        values = dict(form.cleaned_data)
        values["secrets"] = values.pop("credentials")
        actor = actor_of(request)
        if change:
            was = Connection.objects.get(pk=obj.pk)
            connections.change(connection=was, actor=actor, **values)
        else:
            obj.pk = connections.create(actor=actor, **values).pk
        nudge(drain_inbox, connection_id=obj.pk)
        nudge(relay_outbox)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Archives it instead when anything ever came through it."""
        connections.remove(connection=obj, actor=actor_of(request), at=timezone.now())

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What has history is archived, so nothing stands in the way."""
        return [str(each) for each in objs], {}, set(), []

    @admin.display(description="webhook address")
    def webhook_address(self, connection: Connection) -> str:
        return endpoints.address_of(connection)

    @admin.display(description="webhook secrets")
    def webhook_secrets_kept(self, connection: Connection) -> str:
        kept = sum(endpoints.count_secrets(each) for each in connection.endpoints.all())
        return f"{kept} verify now" if kept else "none yet: nothing that is posted verifies"


@admin.register(SyncRun)
class SyncRunAdmin(HistoryAdmin):
    list_display = ("id", "connection", "state", "seen", "new", "created_at", "ended_at")
    list_select_related = ("connection",)
    list_filter = ("state", "connection")
    ordering = ("-id",)
    fields = (
        "connection",
        "state",
        "since",
        "until",
        "seen",
        "new",
        "error",
        "created_at",
        "started_at",
        "ended_at",
    )
