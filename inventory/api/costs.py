"""Costs, shown where the caller may see them and empty elsewhere."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from core.api import scopes
from core.api.quantities import Quantity
from locations import access
from locations.roles import Permission


class Cost(Quantity):
    """An amount in the chain's currency; null at locations where the caller may not see costs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, read_only=True, **options)

    def get_attribute(self, instance: Any) -> Any:
        if instance.location_id not in _seen(self.context):
            return None
        return super().get_attribute(instance)


def _seen(context: Any) -> set[int]:
    """Asked once an answer, not once a row."""
    if "locations_with_costs" not in context:
        context["locations_with_costs"] = _locations(context["request"])
    found: set[int] = context["locations_with_costs"]
    return found


def _locations(request: Request) -> set[int]:
    if not scopes.has_scope(request, Permission.SEE_COSTS):
        return set()
    seen = access.locations_where(request.user, Permission.SEE_COSTS)
    return set(seen.values_list("pk", flat=True))
