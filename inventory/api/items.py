"""Items, for programs."""

from __future__ import annotations

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers

from core.api.quantities import Quantity
from inventory.models import Barcode, Item
from locations.roles import Permission


class BarcodeSerializer(serializers.ModelSerializer[Barcode]):
    factor = Quantity(help_text="How many units one scan stands for.")

    class Meta:
        model = Barcode
        fields = ("code", "factor")


class ItemSerializer(serializers.ModelSerializer[Item]):
    product = serializers.CharField(source="product.name")
    brand = serializers.CharField(source="product.brand")
    category = serializers.CharField(source="product.category.name", default=None)
    unit = serializers.CharField(source="unit.code")
    price = serializers.IntegerField(allow_null=True, help_text="In minor units of the currency.")
    currency = serializers.CharField(source="tenant.currency")
    low_below = Quantity(allow_null=True)
    barcodes = BarcodeSerializer(many=True)

    class Meta:
        model = Item
        fields = (
            "id",
            "sku",
            "name",
            "product",
            "brand",
            "category",
            "unit",
            "price",
            "currency",
            "low_below",
            "is_active",
            "barcodes",
        )


class ItemFilter(filters.FilterSet):
    sku = filters.CharFilter()
    barcode = filters.CharFilter(field_name="barcodes__code")
    category = filters.CharFilter(field_name="product__category__name")
    name = filters.CharFilter(lookup_expr="icontains", help_text="A part of the name.")
    is_active = filters.BooleanFilter()


class Items(generics.GenericAPIView[Item]):
    """What both views of items show."""

    scope = Permission.VIEW_STOCK
    serializer_class = ItemSerializer

    def get_queryset(self) -> QuerySet[Item]:
        items = Item.objects.select_related("product__category", "unit", "tenant")
        return items.prefetch_related("barcodes")


@extend_schema(tags=["items"], summary="What the chain holds")
class ItemList(Items, generics.ListAPIView[Item]):
    """All items, archived ones too, by name."""

    filterset_class = ItemFilter
    ordering = ("name", "id")


@extend_schema(tags=["items"], summary="One item")
class ItemDetail(Items, generics.RetrieveAPIView[Item]):
    """One item by its SKU."""

    lookup_field = "sku"
