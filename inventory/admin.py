"""The catalogue, to be changed, and the ledger, to be looked at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import TabularInline

from inventory.models import Barcode, Category, Item, Product, Unit
from inventory.models.stock import Entry, Posting, StockLevel, Stream
from locations.admin.base import HistoryAdmin, TenantAdmin, TenantForm, with_name_of
from locations.roles import TenantPermission

SHOWN = 200  # rows of a table inside a page

CATALOGUE = TenantPermission.MANAGE_CATALOGUE


@admin.register(Unit)
class UnitAdmin(TenantAdmin):
    change_right = CATALOGUE
    can_delete = True
    list_display = ("code", "name", "decimals")


@admin.register(Category)
class CategoryAdmin(TenantAdmin):
    change_right = CATALOGUE
    can_delete = True
    list_display = ("name", "parent")
    list_select_related = ("parent",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)


@admin.register(Product)
class ProductAdmin(TenantAdmin):
    """A product stays, for its items have history; an item that is sold no more is not active."""

    change_right = CATALOGUE
    list_display = ("name", "brand", "category")
    list_select_related = ("category",)
    list_filter = ("category",)
    search_fields = ("name", "brand")
    autocomplete_fields = ("category",)
    readonly_fields = ("created_at",)


class BarcodesOfItem(TabularInline):
    """An item's barcodes, each by itself or as a pack."""

    model = Barcode
    form = TenantForm
    fields = ("code", "factor")
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True  # whoever sees the item

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return ItemAdmin(Item, self.admin_site).has_change_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_add_permission(request)


@admin.register(Item)
class ItemAdmin(TenantAdmin):
    """With what stands where, to look at: the ledger writes it."""

    change_right = CATALOGUE
    list_display = ("name", "sku", "product", "unit", "price", "is_active")
    list_select_related = ("product", "unit")
    list_filter = ("is_active", "unit")
    search_fields = ("name", "sku")
    autocomplete_fields = ("product",)
    readonly_fields = ("created_at", "levels")
    inlines = (BarcodesOfItem,)

    @admin.display(description="stock")
    def levels(self, item: Item) -> str | SafeString:
        held = StockLevel.objects.filter(item=item).select_related("location")
        rows = [
            (level.location, level.on_hand, level.reserved, level.available)
            for level in held.order_by("location_id")[:SHOWN]
        ]
        return _table(("Location", "On hand", "Reserved", "Available"), rows)


@admin.register(Barcode)
class BarcodeAdmin(TenantAdmin):
    change_right = CATALOGUE
    can_delete = True
    list_display = ("code", "item", "factor")
    list_select_related = ("item",)
    search_fields = ("code", "item__sku")
    autocomplete_fields = ("item",)


@admin.register(Posting)
class PostingAdmin(HistoryAdmin):
    """What happened, with its entries; they have no key of their own that a page could be at."""

    list_display = ("key", "kind", "actor_name", "effective_at", "recorded_at", "reason")
    list_filter = ("kind",)
    search_fields = ("key__startswith", "source__startswith")
    ordering = ("-id",)
    fields = (
        "kind",
        "key",
        "source",
        "actor_name",
        "occurred_at",
        "effective_at",
        "recorded_at",
        "reason",
        "note",
        "entries",
    )
    readonly_fields = ("actor_name", "entries")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_name_of("actor", super().get_queryset(request))

    @admin.display(description="actor")
    def actor_name(self, posting: Any) -> str:
        return posting.actor_name or "a former member"

    @admin.display(description="entries")
    def entries(self, posting: Posting) -> str | SafeString:
        made = Entry.objects.filter(posting=posting).select_related("location", "item")
        rows = [
            (
                entry.location,
                entry.seq,
                entry.item,
                entry.quantity,
                entry.value,
                entry.on_hand_after,
            )
            for entry in made.order_by("location_id", "seq")[:SHOWN]
        ]
        return _table(("Location", "Seq", "Item", "Quantity", "Value", "On hand after"), rows)


@admin.register(Stream)
class StreamAdmin(HistoryAdmin):
    """How many changes each location has seen, and the head of its chain."""

    list_display = ("location", "seq")
    list_select_related = ("location",)
    ordering = ("location__name",)
    fields = ("location", "seq", "chain_head")
    readonly_fields = ("chain_head",)

    @admin.display(description="head of the chain")
    def chain_head(self, stream: Stream) -> str:
        return bytes(stream.head).hex()


def _table(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str | SafeString:
    if not rows:
        return "None."
    cells = "<td>{}</td>" * len(heads)
    return format_html(
        "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
        format_html_join("", "<th>{}</th>", ((head,) for head in heads)),
        format_html_join("", f"<tr>{cells}</tr>", rows),
    )
