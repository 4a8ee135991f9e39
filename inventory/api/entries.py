"""Entries, the ledger's lines, for programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers

from core.api.quantities import Quantity
from inventory.api.costs import Cost
from inventory.api.places import LOCATION, seen_location
from inventory.queries import history
from inventory.queries.history import Kind
from locations.roles import Permission


class EntrySerializer(serializers.Serializer[Any]):
    seq = serializers.IntegerField(help_text="The location's running number, without gaps.")
    item = serializers.CharField(source="item.sku")
    kind = serializers.ChoiceField(Kind.choices, source="posting.kind")
    quantity = Quantity(help_text="Negative: it left.")
    on_hand_after = Quantity(help_text="In the order it was recorded.")
    version = serializers.IntegerField(help_text="The level's running number.")
    posting = serializers.IntegerField(source="posting_id")
    source = serializers.CharField(source="posting.source")  # type: ignore[assignment]  # a field of that name
    actor = serializers.IntegerField(source="posting.actor_id")
    occurred_at = serializers.DateTimeField(source="posting.occurred_at")
    effective_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField(source="posting.recorded_at")
    reason = serializers.CharField(source="posting.reason")
    note = serializers.CharField(source="posting.note")
    unit_cost = Cost(help_text="Null without see_costs.")
    value = Cost(help_text="Null without see_costs.")


class EntryFilter(filters.FilterSet):
    after = filters.NumberFilter(
        field_name="seq",
        lookup_expr="gt",
        min_value=0,
        max_value=2**63 - 1,
        help_text="Only entries with a larger seq.",
    )
    item = filters.CharFilter(field_name="item__sku", help_text="An item's SKU.")
    kind = filters.ChoiceFilter(field_name="posting__kind", choices=Kind.choices)


@extend_schema(tags=["entries"], summary="What moved at one location", parameters=[LOCATION])
class EntryList(generics.ListAPIView[Any]):
    """All that ever moved at a location, in the order it was recorded."""

    scope = Permission.VIEW_STOCK
    serializer_class = EntrySerializer
    filterset_class = EntryFilter
    ordering = ("seq",)

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):  # the description asks without a location
            return history.entries_at(0)
        return history.entries_at(seen_location(self.request).pk)
