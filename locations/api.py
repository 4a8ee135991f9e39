"""Locations, for programs."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers

from locations import access
from locations.models import Location
from locations.roles import Permission


class LocationSerializer(serializers.ModelSerializer[Location]):
    parent = serializers.CharField(source="parent.code", default=None, help_text="Its code.")  # type: ignore[assignment]  # a field of that name

    class Meta:
        model = Location
        fields = (
            "id",
            "code",
            "name",
            "kind",
            "parent",
            "address",
            "time_zone",
            "day_cutoff",
            "is_sellable",
            "opened_at",
            "closed_at",
        )


@extend_schema(tags=["locations"], summary="The locations the caller may look at")
class LocationList(generics.ListAPIView[Location]):
    """Stores, warehouses and the way between them, closed ones too, by code."""

    scope = Permission.VIEW_STOCK
    serializer_class = LocationSerializer
    ordering = ("code",)

    def get_queryset(self) -> QuerySet[Location]:
        if getattr(self, "swagger_fake_view", False):  # the description asks in nobody's scope
            return Location.objects.none()
        seen = access.locations_where(self.request.user, Permission.VIEW_STOCK)
        return seen.select_related("parent")
