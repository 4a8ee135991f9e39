"""What the tills sold, to look at; lines that wait for a link can be given one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from unfold.admin import TabularInline

from core.nudge import nudge
from core.tasks import relay_outbox
from locations.admin.base import HistoryAdmin, actor_of, may
from locations.roles import TenantPermission
from pos_bridge.domain import links
from pos_bridge.forms import LinkForm
from pos_bridge.models import Transaction, TransactionLine


class LinesOfTransaction(TabularInline):
    """The lines as the newest version wants them."""

    model = TransactionLine
    fields = ("name", "kind", "quantity", "state", "item", "factor", "posted")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        lines: QuerySet[Any] = super().get_queryset(request).select_related("item")
        return lines

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True  # whoever sees the order

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Transaction)
class TransactionAdmin(HistoryAdmin):
    list_display = ("order", "connection", "location", "state", "occurred_at", "waiting")
    list_select_related = ("connection", "location")
    list_filter = ("state", "connection")
    search_fields = ("order__startswith", "number__startswith")
    ordering = ("-occurred_at", "-id")
    fields = (
        "connection",
        "order",
        "number",
        "location_ref",
        "location",
        "state",
        "version_at",
        "occurred_at",
        "is_clock_suspect",
        "currency",
        "total",
        "waiting",
        "event",
        "updated_at",
    )
    inlines = (LinesOfTransaction,)


@admin.register(TransactionLine)
class TransactionLineAdmin(HistoryAdmin):
    list_display = ("id", "name", "item_ref", "quantity", "state", "transaction", "item")
    list_select_related = ("transaction", "item")
    list_filter = ("state",)
    search_fields = ("item_ref__startswith", "sku__startswith")
    ordering = ("-id",)
    fields = (
        "transaction",
        "line",
        "kind",
        "item_ref",
        "name",
        "sku",
        "quantity",
        "amount",
        "occurred_at",
        "restocked",
        "state",
        "item",
        "factor",
        "posted",
    )
    actions = ("link",)

    def has_link_permission(self, request: HttpRequest) -> bool:
        return may(request, TenantPermission.MANAGE_CONNECTIONS)

    @admin.action(description="Link to an item", permissions=["link"])
    def link(
        self, request: HttpRequest, queryset: QuerySet[TransactionLine]
    ) -> TemplateResponse | None:
        """Asks which item it is, then posts all that waited for the answer."""
        lines = list(queryset.exclude(item_ref="").select_related("transaction__connection"))
        if len({(line.transaction.connection_id, line.item_ref) for line in lines}) != 1:
            self.message_user(request, "Choose lines of one item of one till.", messages.ERROR)
            return None
        form = LinkForm(request.POST if "sku" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, form, lines)
        links.link_item(
            connection=lines[0].transaction.connection,
            external_id=lines[0].item_ref,
            name=lines[0].name,
            item=form.cleaned_data["sku"],
            factor=form.cleaned_data["factor"],
            actor=actor_of(request),
        )
        nudge(relay_outbox)
        self.message_user(request, f"{lines[0].name} is linked.", messages.SUCCESS)
        return None

    def _ask(
        self, request: HttpRequest, form: LinkForm, lines: list[TransactionLine]
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Which item is {lines[0].name or lines[0].item_ref}?",
            "form": form,
            "lines": lines,
        }
        return TemplateResponse(request, "admin/link_to_item.html", context)
