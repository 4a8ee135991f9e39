"""Links, for programs: which item or location of ours theirs is. A new one posts what waited."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.quantities import Quantity
from core.nudge import nudge
from core.tasks import relay_outbox
from pos_bridge.api.base import ConnectionId, ItemSku, LocationCode, TillView, checked
from pos_bridge.domain import links
from pos_bridge.models import ItemLink, LocationLink

SMALLEST = Decimal("0.000001")


class ItemLinkSerializer(serializers.ModelSerializer[ItemLink]):
    connection = ConnectionId()
    external_id = serializers.CharField(max_length=120, help_text="Their id.")
    name = serializers.CharField(max_length=200, required=False, help_text="As the till says.")
    item = ItemSku(allow_null=True, help_text="Our SKU; null: it sells, but no stock moves.")
    factor = Quantity(
        required=False, min_value=SMALLEST, help_text="Our units in one of theirs, 1 unless given."
    )

    class Meta:
        model = ItemLink
        fields = ("id", "connection", "external_id", "name", "item", "factor", "created_at")
        validators: list[Any] = []  # the same id again changes its link


class LocationLinkSerializer(serializers.ModelSerializer[LocationLink]):
    connection = ConnectionId()
    external_id = serializers.CharField(max_length=120, help_text="Their id.")
    name = serializers.CharField(max_length=200, required=False, help_text="As the till says.")
    location = LocationCode(help_text="The code of ours.")

    class Meta:
        model = LocationLink
        fields = (
            "id",
            "connection",
            "external_id",
            "name",
            "location",
            "polled_until",
            "created_at",
        )
        read_only_fields = ("polled_until",)
        validators: list[Any] = []  # as above


class ItemLinkFilter(filters.FilterSet):
    connection = filters.NumberFilter(field_name="connection_id")
    external_id = filters.CharFilter()
    item = filters.CharFilter(field_name="item__sku", help_text="An item's SKU.")


class LocationLinkFilter(filters.FilterSet):
    connection = filters.NumberFilter(field_name="connection_id")
    external_id = filters.CharFilter()
    location = filters.CharFilter(field_name="location__code", help_text="A location's code.")


@extend_schema(tags=["tills"], summary="What their items are to us")
class ItemLinkList(TillView[ItemLink], generics.ListAPIView[ItemLink]):
    """All links of items, in the order they were made."""

    serializer_class = ItemLinkSerializer
    filterset_class = ItemLinkFilter
    ordering = ("id",)

    def get_queryset(self) -> QuerySet[ItemLink]:
        return ItemLink.objects.select_related("item")

    @extend_schema(summary="Link an item", responses={201: ItemLinkSerializer})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Posts what waited for it, at its true time. The same id again changes its link."""
        values = checked(ItemLinkSerializer, request.data)
        return _answer(self, links.link_item(actor=self.actor, **values))


@extend_schema(tags=["tills"], summary="What their locations are to us")
class LocationLinkList(TillView[LocationLink], generics.ListAPIView[LocationLink]):
    """All links of locations, in the order they were made."""

    serializer_class = LocationLinkSerializer
    filterset_class = LocationLinkFilter
    ordering = ("id",)

    def get_queryset(self) -> QuerySet[LocationLink]:
        return LocationLink.objects.select_related("location")

    @extend_schema(summary="Link a location", responses={201: LocationLinkSerializer})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Posts the orders that waited for it. The same id again changes its link."""
        values = checked(LocationLinkSerializer, request.data)
        return _answer(self, links.link_location(actor=self.actor, **values))


def _answer(view: TillView[Any], link: ItemLink | LocationLink) -> Response:
    link.refresh_from_db()  # its quantities as they are kept
    nudge(relay_outbox)
    return Response(view.get_serializer(link).data, status=201)
