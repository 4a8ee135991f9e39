"""What the tills sold, for programs: orders as their newest version stands, with their lines."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers

from core.api.quantities import Quantity
from core.api.scopes import has_scope
from locations import access
from locations.roles import Permission, TenantPermission
from pos_bridge import queries
from pos_bridge.models import Transaction, TransactionLine


class TransactionLineSerializer(serializers.ModelSerializer[TransactionLine]):
    quantity = Quantity(help_text="As the till counts, in its newest version.")
    factor = Quantity(help_text="Our units in one of theirs.")
    posted = Quantity(help_text="What it moved so far: our units, below zero for what left.")
    item = serializers.CharField(source="item.sku", default=None, help_text="Our SKU.")
    item_ref = serializers.CharField(help_text="Their id.")
    sku = serializers.CharField(help_text="As the till says.")
    amount = serializers.IntegerField(allow_null=True, help_text="In minor units.")

    class Meta:
        model = TransactionLine
        fields = (
            "id",
            "line",
            "kind",
            "item_ref",
            "name",
            "sku",
            "quantity",
            "amount",
            "occurred_at",
            "restocked",
            "state",
            "item",
            "factor",
            "posted",
        )


class TransactionSerializer(serializers.ModelSerializer[Transaction]):
    connection = serializers.IntegerField(source="connection_id")
    pos_system = serializers.CharField(source="connection.provider")
    order = serializers.CharField(help_text="Their id.")
    location = serializers.CharField(
        source="location.code", default=None, help_text="Null while theirs is not linked."
    )
    location_ref = serializers.CharField(help_text="Their id of it.")
    total = serializers.IntegerField(allow_null=True, help_text="In minor units.")
    waiting = serializers.IntegerField(help_text="How many of its lines wait for a link.")
    lines = TransactionLineSerializer(many=True)

    class Meta:
        model = Transaction
        fields = (
            "id",
            "connection",
            "pos_system",
            "order",
            "number",
            "location",
            "location_ref",
            "state",
            "occurred_at",
            "is_clock_suspect",
            "version_at",
            "currency",
            "total",
            "waiting",
            "updated_at",
            "lines",
        )


class TransactionFilter(filters.FilterSet):
    connection = filters.NumberFilter(field_name="connection_id")
    location = filters.CharFilter(field_name="location__code", help_text="A location's code.")
    state = filters.ChoiceFilter(choices=Transaction.State.choices)
    since = filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="lt")
    waiting = filters.BooleanFilter(
        method="that_wait", help_text="true: those with lines that wait for a link."
    )

    def that_wait(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001,RUF100 -- the framework's signature
        return queryset.filter(waiting__gt=0) if value else queryset.filter(waiting=0)


class Transactions(generics.GenericAPIView[Transaction]):
    """Those at the locations the caller may look at. One whose location nobody has linked yet is
    shown to those who may see how the tills are doing."""

    scope = Permission.VIEW_STOCK
    serializer_class = TransactionSerializer

    def get_queryset(self) -> QuerySet[Transaction]:
        if getattr(self, "swagger_fake_view", False):  # the description asks in nobody's scope
            return Transaction.objects.none()
        user = self.request.user
        seen = Q(location__in=access.locations_where(user, Permission.VIEW_STOCK))
        to_connections = TenantPermission.VIEW_CONNECTIONS
        if has_scope(self.request, to_connections) and access.can_in_tenant(user, to_connections):
            seen |= Q(location=None)
        lines = TransactionLine.objects.select_related("item").order_by("id")
        return (
            queries.transactions_newest_first()
            .filter(seen)
            .prefetch_related(Prefetch("lines", lines))
        )


@extend_schema(tags=["tills"], summary="What the tills sold")
class TransactionList(Transactions, generics.ListAPIView[Transaction]):
    """Orders, the newest first."""

    filterset_class = TransactionFilter
    ordering = ("-occurred_at", "-id")


@extend_schema(tags=["tills"], summary="One order of a till")
class TransactionDetail(Transactions, generics.RetrieveAPIView[Transaction]):
    """An order with its lines, what each resolved to and what is posted for it."""
