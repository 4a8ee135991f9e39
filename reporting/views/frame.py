"""What stands above the rows of the list of stock: its views, filters and count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inventory.models import Category
from inventory.queries import levels, stock_list
from inventory.queries.levels import State
from inventory.queries.stock_list import COUNTED_TO, Counts, Sought
from locations.models import Location
from reporting.views import words
from reporting.views.shell import PageRequest

TABS = [
    (None, gettext_lazy("All items")),
    (State.LOW, gettext_lazy("Running low")),
    (State.OUT, gettext_lazy("Out")),
    (State.BELOW, gettext_lazy("Below zero")),
]


def context(request: PageRequest, sought: Sought, shown: Sequence[Location]) -> dict[str, Any]:
    """Views with their counts, filters, and how many rows there are."""
    counts = stock_list.counts_at([place.pk for place in shown])
    categories = levels.categories()
    return {
        "views": [_tab(request, state, label, sought, counts) for state, label in TABS],
        "chips": _chips(request, sought, categories),
        "categories": [_choice(request, each, sought) for each in categories],
        "query": {
            "q": sought.text,
            "state": sought.state or "",
            "category": sought.category or "",
            "sort": sought.sort,
        },
        "count_label": _count_label(_count(sought, counts, shown), len(shown)),
        "is_filtered": is_filtered(sought),
    }


def _tab(
    request: PageRequest, state: State | None, label: Any, sought: Sought, counts: Counts
) -> dict[str, Any]:
    count = counts.all if state is None else counts.by_state[state]
    return {
        "key": state or "all",
        "label": label,
        "count": None if count is None else words.up_to(count, COUNTED_TO),
        "url": address(request, state=state or ""),
        "is_current": sought.state is state,
    }


def _chips(
    request: PageRequest, sought: Sought, categories: Sequence[Category]
) -> list[dict[str, Any]]:
    chips = []
    if sought.text:
        chips.append((_("Search"), sought.text, "q"))
    chips += [
        (_("Category"), category.name, "category")
        for category in categories
        if category.pk == sought.category
    ]
    if sought.state in {State.OK, State.NONE}:  # the others are tabs
        chips.append((_("Status"), str(sought.state.label), "state"))
    return [
        {"field": field, "value": value, "remove_url": address(request, **{name: ""})}
        for field, value, name in chips
    ]


def _choice(request: PageRequest, category: Category, sought: Sought) -> dict[str, Any]:
    is_current = category.pk == sought.category
    url = address(request, category="" if is_current else str(category.pk))
    return {"name": category.name, "url": url, "is_current": is_current}


def _count(sought: Sought, counts: Counts, shown: Sequence[Location]) -> int | None:
    """How many rows there are; None where counting would cost too much."""
    if not sought.text and sought.category is None:
        if sought.state is None:
            return counts.all
        if sought.state in counts.by_state:
            return counts.by_state[sought.state]
    return stock_list.count_at([place.pk for place in shown], sought)


def _count_label(count: int | None, places: int) -> str:
    if count is None:
        return ""
    number = words.up_to(count, COUNTED_TO)
    if places == 1:
        return ngettext("%s item", "%s items", count) % number
    return _("%(rows)s rows in %(places)s locations") % {"rows": number, "places": places}


def is_filtered(sought: Sought) -> bool:
    return bool(sought.text or sought.category is not None or sought.state)


def address(request: PageRequest, **changes: str) -> str:
    """This list with something changed, from its first row."""
    said = request.GET.copy()
    for name in ("after", "open"):
        said.pop(name, None)
    for name, value in changes.items():
        said.pop(name, None)
        if value:
            said[name] = value
    return f"{request.path}?{said.urlencode()}" if said else request.path
