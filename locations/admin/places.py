"""The chain itself and its locations."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core.models import Tenant
from locations.admin.base import TenantAdmin, actor_of
from locations.domain import places
from locations.models import Location
from locations.roles import TenantPermission


@admin.register(Tenant)
class ChainAdmin(TenantAdmin):
    """One row: the chain the person works in."""

    change_right = TenantPermission.MANAGE_LOCATIONS
    can_add = False
    list_display = ("name", "slug", "currency", "time_zone")
    fields = ("name", "time_zone", "slug", "currency", "policies", "created_at")
    readonly_fields = ("slug", "currency", "policies", "created_at")


@admin.register(Location)
class LocationAdmin(TenantAdmin):
    change_right = TenantPermission.MANAGE_LOCATIONS
    list_display = ("name", "code", "kind", "parent", "time_zone", "closed_at")
    list_select_related = ("parent",)
    list_filter = ("kind", ("closed_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "code")
    autocomplete_fields = ("parent",)
    readonly_fields = ("opened_at", "closed_at")
    actions = ("close",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Code and kind are part of what happened there, so they stay."""
        return (*self.readonly_fields, *(("code", "kind") if obj else ()))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001,RUF100 -- Django's signature
        if change:
            super().save_model(request, obj, form, change)
            return
        made = places.open_location(actor=actor_of(request), **form.cleaned_data)
        obj.pk, obj._state.adding = made.pk, False

    @admin.action(description="Close", permissions=["change"])
    def close(self, request: HttpRequest, queryset: QuerySet[Location]) -> None:
        for location in queryset:
            try:
                places.close_location(location=location, actor=actor_of(request), at=timezone.now())
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)
