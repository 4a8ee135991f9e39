"""Links, made and changed by the domain: a new one posts what waited for it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from core.nudge import nudge
from core.tasks import relay_outbox
from locations.admin.base import TenantAdmin, actor_of
from locations.roles import TenantPermission
from pos_bridge.domain import links
from pos_bridge.models import ItemLink, LocationLink


class LinkAdmin(TenantAdmin):
    """A link stays: what its lines resolved to stays on them."""

    change_right = TenantPermission.MANAGE_CONNECTIONS
    search_fields = ("external_id", "name")
    ordering = ("connection__name", "name", "external_id", "id")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("connection", "external_id", "created_at") if obj else ("created_at",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001,RUF100 -- Django's signature
        values = {"connection": obj.connection, "external_id": obj.external_id}
        obj.pk = self.link(**{**values, **form.cleaned_data}, actor=actor_of(request)).pk
        nudge(relay_outbox)

    def link(self, **values: Any) -> Any:
        raise NotImplementedError


@admin.register(ItemLink)
class ItemLinkAdmin(LinkAdmin):
    list_display = ("external_id", "name", "item", "factor", "connection")
    list_select_related = ("item", "connection")
    list_filter = ("connection", ("item", admin.EmptyFieldListFilter))
    autocomplete_fields = ("item",)
    fields = ("connection", "external_id", "name", "item", "factor", "created_at")

    def link(self, **values: Any) -> ItemLink:
        return links.link_item(**values)


@admin.register(LocationLink)
class LocationLinkAdmin(LinkAdmin):
    list_display = ("external_id", "name", "location", "polled_until", "connection")
    list_select_related = ("location", "connection")
    list_filter = ("connection",)
    autocomplete_fields = ("location",)
    fields = ("connection", "external_id", "name", "location", "polled_until", "created_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "polled_until")

    def link(self, **values: Any) -> LocationLink:
        return links.link_location(**values)
