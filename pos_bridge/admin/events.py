"""What the tills sent, readable, and what became of it. One at rest can be tried again."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from core.nudge import nudge
from locations.admin.base import HistoryAdmin, actor_of, may
from locations.roles import TenantPermission
from pos_bridge.domain import retries
from pos_bridge.models import RawEvent
from pos_bridge.tasks import drain_inbox


@admin.register(RawEvent)
class RawEventAdmin(HistoryAdmin):
    list_display = ("id", "provider", "event_type", "received_at", "became", "reason")
    list_select_related = ("state",)
    list_filter = ("state__state", "provider", "kind")
    search_fields = ("dedupe__startswith",)
    ordering = ("-id",)
    fields = (
        "provider",
        "kind",
        "event_type",
        "merchant",
        "dedupe",
        "received_at",
        "became",
        "reason",
        "attempts",
        "transaction",
        "headers",
        "readable_body",
    )
    readonly_fields = ("became", "reason", "attempts", "transaction", "readable_body")
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        events: QuerySet[Any] = super().get_queryset(request).select_related("state")
        is_list = request.resolver_match is not None and "object_id" not in (
            request.resolver_match.kwargs
        )
        return events.defer("body", "headers", "fingerprint") if is_list else events

    def has_try_permission(self, request: HttpRequest) -> bool:
        return may(request, TenantPermission.MANAGE_CONNECTIONS)

    @admin.action(description="Try again", permissions=["try"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[RawEvent]) -> None:
        chosen = list(queryset.values_list("pk", flat=True))
        ringing = retries.try_again(events=chosen, actor=actor_of(request))
        for connection_id in ringing:
            nudge(drain_inbox, connection_id=connection_id)
        if ringing:
            self.message_user(request, "They are read again now.", messages.SUCCESS)
        else:
            self.message_user(request, "Only dead or held events can wait.", messages.WARNING)

    @admin.display(description="state", ordering="state__state")
    def became(self, event: RawEvent) -> str:
        return event.state.get_state_display()

    @admin.display
    def reason(self, event: RawEvent) -> str:
        return event.state.reason or "-"

    @admin.display
    def attempts(self, event: RawEvent) -> int:
        return event.state.attempts

    @admin.display(description="order it told of")
    def transaction(self, event: RawEvent) -> int | str:
        return event.state.transaction or "-"

    @admin.display(description="body")
    def readable_body(self, event: RawEvent) -> str:
        return format_html("<pre>{}</pre>", _readable(bytes(event.body)))


def _readable(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
