"""What can be counted: products and their items, barcodes, units, categories."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower, Now

from core.models import TenantOwned


class Unit(TenantOwned):
    """What a quantity counts: each, kg, l."""

    code = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    decimals = models.PositiveSmallIntegerField(default=0, help_text="Decimals shown, 0 to 6.")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="unit_code_is_unique"),
            models.CheckConstraint(condition=models.Q(decimals__lte=6), name="unit_decimals_to_6"),
        ]

    def __str__(self) -> str:
        return self.code


class Category(TenantOwned):
    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("name"),
                "parent",
                name="category_name_is_unique",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return self.name


class Product(TenantOwned):
    """The family: what a shop would call one thing. Its items are what is counted."""

    name = models.CharField(max_length=160)
    brand = models.CharField(max_length=80, blank=True, default="")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True)
    drawing = models.CharField(
        max_length=24, blank=True, default="", help_text="The small picture shown in lists."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Item(TenantOwned):
    """The SKU: one countable variant of a product."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="items")
    sku = models.CharField("SKU", max_length=64)
    name = models.CharField(max_length=160, help_text="As lists show it, option included.")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    price = models.PositiveBigIntegerField(null=True, blank=True, help_text="In minor units.")
    low_below = models.DecimalField(
        max_digits=19,
        decimal_places=6,
        null=True,
        blank=True,
        help_text="Shown as low when less is available.",
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "sku"], name="item_sku_is_unique"),
        ]
        indexes = [models.Index(fields=["tenant", "name", "id"], name="item_by_name")]

    def __str__(self) -> str:
        return f"{self.name} ({self.sku})"


class Barcode(TenantOwned):
    """A code on an item or its pack. Text, for leading zeros count."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="barcodes")
    code = models.CharField(max_length=64)
    factor = models.DecimalField(
        max_digits=19, decimal_places=6, default=1, help_text="How many units one scan stands for."
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="barcode_is_unique"),
            models.CheckConstraint(
                condition=models.Q(factor__gt=0), name="barcode_factor_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.code
