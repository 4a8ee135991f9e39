"""One item at one location: its quantities, why they are what they are, and what moved it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views import View

from core.api import plain
from core.models import Tenant
from inventory.queries import history, levels
from inventory.queries.levels import Row
from locations import queries
from locations.models import Location
from reporting.forms import whole
from reporting.views import shell, story, words
from reporting.views.shell import PageRequest

DRAWER, PAGE = 20, 50


class StockItem(View):
    """The drawer for the list's script; the same as a page for everybody else."""

    def get(self, request: PageRequest, tenant: str, place: str, sku: str) -> HttpResponse:
        places = queries.places_seen_by(request.user)
        here = shell.chosen(places, place)
        item = levels.item_with_sku(sku)
        if item is None or not places:
            raise Http404
        if here is None:
            held = levels.location_holding(item, [each.pk for each in places])
            here = next((each for each in places if each.pk == held), places[0])
            return redirect("stock-item", tenant, here.code, sku)
        row = levels.row_of(item, here.pk)
        if request.htmx.target == "drawer":
            shown = context(request.tenant, row, here, size=DRAWER)
            return shell.show(request, "reporting/_drawer.html", shown)
        base = shell.context(request, places=places, here=here)
        before = whole(request.GET.get("before", ""))
        shown = context(request.tenant, row, here, size=PAGE, before=before)
        back = {"list_url": reverse("stock-list", args=[tenant, here.code])}
        return shell.show(request, "reporting/item_page.html", {**base, **shown, **back})


def context(
    tenant: Tenant, row: Row, here: Location, *, size: int, before: int | None = None
) -> dict[str, Any]:
    """What the drawer and the item's page take."""
    now = timezone.now()
    why = history.why(location=here.pk, item=row.item.pk)
    lines, older = history.lines_of(location=here.pk, item=row.item.pk, before=before, size=size)
    url = url_of(tenant, row, here)
    return {
        "item": shown(tenant, row, here),
        "why": story.equation(why, here, now),
        "history": [story.movement(line, here, now) for line in lines],
        "more_url": url if size == DRAWER else None,
        "older_url": f"{url}?before={older}" if older else None,
        "newer_url": url if before else None,
    }


def url_of(tenant: Tenant, row: Row, here: Location) -> str:
    return reverse("stock-item", args=[tenant.slug, here.code, row.item.sku])


def shown(tenant: Tenant, row: Row, here: Location) -> dict[str, Any]:
    """A row as lists, drawer and page show it."""
    item = row.item
    url = url_of(tenant, row, here)
    return {
        "item_id": item.pk,
        "sku": item.sku,
        "name": item.name,
        "picture": item.product.drawing,
        "category": item.product.category.name if item.product.category else "",
        "location_id": here.pk,
        "location_code": here.code,
        "location_name": here.name,
        "available": words.quantity(row.available),
        "on_hand": words.quantity(row.on_hand),
        "reserved": words.quantity(row.reserved),
        "incoming": words.quantity(0),  # nothing is ordered or on its way before those exist
        "state": row.state.value,
        "state_label": row.state.label,
        "unit": item.unit.code,
        "low_at": None if item.low_below is None else plain(item.low_below),
        "url": url,
        "drawer_url": url,
        "is_new": False,
    }
