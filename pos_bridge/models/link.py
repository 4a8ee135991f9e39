"""Links: their id is our item or location. Made by people or by the same code, never by a name."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from core.models import TenantOwned
from inventory.models import Item
from locations.models import Location
from pos_bridge.models.connection import Connection


class ItemLink(TenantOwned):
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="item_links")
    external_id = models.CharField(max_length=120)
    name = models.CharField(max_length=200, blank=True, default="", help_text="As the till says.")
    item = models.ForeignKey(
        Item,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Empty: it sells, but no stock moves (a service, a message to the kitchen).",
    )
    factor = models.DecimalField(
        max_digits=19, decimal_places=6, default=1, help_text="Our units in one of theirs."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "pos_item_links"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="item_is_linked_once"
            ),
            models.CheckConstraint(condition=models.Q(factor__gt=0), name="factor_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.external_id} → {self.item or 'no stock'}"


class LocationLink(TenantOwned):
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="location_links"
    )
    external_id = models.CharField(max_length=120)
    name = models.CharField(max_length=200, blank=True, default="", help_text="As the till says.")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    polled_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "pos_location_links"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="location_is_linked_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name or self.external_id} → {self.location}"
