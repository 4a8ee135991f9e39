"""The list of stock at one location or at all a person may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.views import View

from inventory.queries import levels, stock_list
from inventory.queries.stock_list import Sought
from locations import queries
from locations.models import Location
from reporting.forms import StockQuery, stock_query, written
from reporting.views import frame, item, shell
from reporting.views.shell import PageRequest


class StockList(View):
    """A whole page, the list alone when a filter asks for it, or only the next rows."""

    def get(self, request: PageRequest, tenant: str, place: str) -> HttpResponse:
        places = queries.places_seen_by(request.user)
        if not places:
            nothing = {"tenant": request.tenant, "person": request.user}
            return shell.show(request, "reporting/no_locations.html", nothing)
        here = shell.chosen(places, place)
        shown = [here] if here else places
        asked = stock_query(request.GET, is_one_place=here is not None)
        if request.htmx.target == "more":
            return shell.show(request, "reporting/_rows.html", _rows(request, asked, here, shown))
        base = shell.context(request, places=places, here=here)
        context = {
            **base,
            **_rows(request, asked, here, shown),
            **frame.context(request, asked.sought, shown),
        }
        context["empty"] = _why_empty(asked.sought) if not context["rows"] else ""
        if request.htmx.target == "stock":
            return shell.show(request, "reporting/_stock.html", context)
        context |= _opened(request, asked, shown)
        return shell.show(request, "reporting/stock_list.html", context)


def _rows(
    request: PageRequest, asked: StockQuery, here: Location | None, shown: Sequence[Location]
) -> dict[str, Any]:
    by_id = {place.pk: place for place in shown}
    rows, more = stock_list.page_at(list(by_id), asked.sought, after=asked.after)
    return {
        "location": shell.shown(here) if here else None,
        "rows": [item.shown(request.tenant, row, by_id[row.location]) for row in rows],
        "next_url": frame.address(request, after=written(more)) if more else None,
    }


def _why_empty(sought: Sought) -> str:
    if frame.is_filtered(sought):
        return "filtered"
    return "none" if levels.has_items() else "new"


def _opened(request: PageRequest, asked: StockQuery, shown: Sequence[Location]) -> dict[str, Any]:
    """The drawer that the address says is open, as far as the person may see it."""
    number, at = asked.opened or (0, 0)
    here = next((place for place in shown if place.pk == at), None)
    opened = levels.item_with_id(number) if here else None
    if here is None or opened is None:
        return {}
    row = levels.row_of(opened, here.pk)
    return item.context(request.tenant, row, here, size=item.DRAWER)
