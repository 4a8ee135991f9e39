"""Levels, for programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers

from core.api.quantities import Quantity
from inventory.api.costs import Cost
from inventory.queries import levels
from inventory.queries.levels import Row, State
from locations import access
from locations.models import Location
from locations.roles import Permission

STATES = [choice for choice in State.choices if choice[0] != State.NONE]  # a level has moved


class LevelSerializer(serializers.Serializer[Any]):
    location = serializers.CharField(source="location.code")
    item = serializers.CharField(source="item.sku")
    unit = serializers.CharField(source="item.unit.code")
    on_hand = Quantity()
    reserved = Quantity()
    available = Quantity()
    state = serializers.SerializerMethodField()
    version = serializers.IntegerField(help_text="Counts the changes of this level.")
    last_counted_at = serializers.DateTimeField(allow_null=True)
    last_sold_at = serializers.DateTimeField(allow_null=True)
    unit_cost = Cost(help_text="Of the newest entry. Null without see_costs.")
    value = Cost(help_text="Of all that is on hand. Null without see_costs.")

    def get_state(self, level: Any) -> State:
        return Row(level.item, level.location_id, level).state


class LevelFilter(filters.FilterSet):
    location = filters.CharFilter(field_name="location__code", help_text="A location's code.")
    item = filters.CharFilter(field_name="item__sku", help_text="An item's SKU.")
    state = filters.ChoiceFilter(choices=STATES, method="in_state")

    def in_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return levels.in_state(queryset, State(value))


@extend_schema(tags=["levels"], summary="What stands where")
class LevelList(generics.ListAPIView[Any]):
    """One row for each item a location has held, at the locations the caller may look at."""

    scope = Permission.VIEW_STOCK
    serializer_class = LevelSerializer
    filterset_class = LevelFilter
    ordering = ("location_id", "item_id")

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):  # the description asks in nobody's scope
            return levels.levels_in(Location.objects.none())
        return levels.levels_in(access.locations_where(self.request.user, Permission.VIEW_STOCK))
