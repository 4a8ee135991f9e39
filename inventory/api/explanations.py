"""Why a figure is what it is, for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.quantities import Quantity
from inventory.queries import history, levels
from inventory.queries.history import Kind
from locations import access
from locations.roles import Permission


class Instant(serializers.Serializer[Any]):
    at = serializers.DateTimeField(
        required=False, help_text="As of this instant; now unless given."
    )


class TermSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(Kind.choices)
    quantity = Quantity()
    postings = serializers.IntegerField()


class WhySerializer(serializers.Serializer[Any]):
    location = serializers.CharField()
    item = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    counted_at = serializers.DateTimeField(allow_null=True, help_text="Of the count it starts at.")
    start = Quantity(help_text="What was counted, else the opening stock.")
    terms = TermSerializer(many=True)
    on_hand = Quantity(help_text="start and all terms together.")
    reserved = Quantity(allow_null=True, help_text="Null for an instant.")
    available = Quantity(allow_null=True, help_text="Null for an instant.")
    level = Quantity(allow_null=True, help_text="The running level. Null for an instant.")
    is_true = serializers.BooleanField(help_text="The running level is what the entries add up to.")


@extend_schema(tags=["levels"], summary="Why a figure is what it is")
class Explanation(APIView):
    """The equation of one item at one location, from its last count to what is available."""

    scope = Permission.VIEW_STOCK

    @extend_schema(
        parameters=[OpenApiParameter("sku", str, OpenApiParameter.PATH), Instant],
        responses=WhySerializer,
    )
    def get(self, request: Request, tenant_id: UUID, sku: str, code: str) -> Response:
        seen = access.locations_where(request.user, Permission.VIEW_STOCK)
        location = get_object_or_404(seen, code=code)
        item = levels.item_with_sku(sku)
        if item is None:
            raise Http404
        asked = Instant(data=request.query_params)
        asked.is_valid(raise_exception=True)
        at = asked.validated_data.get("at")
        why = history.why(location=location.pk, item=item.pk, at=at)
        return Response(WhySerializer(_flat(why, location=code, item=sku, at=at)).data)


def _flat(why: history.Why, **extra: object) -> dict[str, object]:
    return {name: getattr(why, name) for name in why.__dataclass_fields__} | extra
