"""Where stock is, and who may act there."""

from __future__ import annotations

import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from core.models import TenantOwned, User
from core.models.tenant import check_time_zone
from locations.roles import Permission, Role

CODE = RegexValidator(
    r"^(?!all$)[a-z0-9]+(-[a-z0-9]+)*$", "Small letters, digits and hyphens; not the word all."
)


class Location(TenantOwned):
    """A place that holds stock: a store, a warehouse, or the way between two of them."""

    class Kind(models.TextChoices):
        STORE = "STORE", "Store"
        WAREHOUSE = "WAREHOUSE", "Warehouse"
        TRANSIT = "TRANSIT", "In transit"

    class NegativeStock(models.TextChoices):
        ALLOW = "ALLOW", "people may, with a reason"
        REFUSE = "REFUSE", "people may not"

    code = models.CharField(max_length=60, validators=[CODE], help_text="Part of its address.")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.STORE)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        help_text="For a back room, bin or damaged shelf: the location it belongs to.",
    )
    address = models.TextField(blank=True, default="")
    time_zone = models.CharField(max_length=60, default="UTC", validators=[check_time_zone])
    day_cutoff = models.TimeField(
        default=datetime.time(0), help_text="When one business day ends and the next begins."
    )
    negative_stock = models.CharField(
        max_length=6, choices=NegativeStock, default=NegativeStock.REFUSE
    )
    is_sellable = models.BooleanField(default=True)
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        permissions = [(permission.value, permission.label) for permission in Permission]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="location_code_is_unique")
        ]

    def __str__(self) -> str:
        return self.name


class Membership(TenantOwned):
    """What a user is in a chain, and where. The grants on locations follow from it."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    has_all_locations = models.BooleanField(
        "all locations", default=False, help_text="Also those that open later."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_a_person")
        ]
        indexes = [models.Index(fields=["user"], name="membership_by_user")]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"


class LocationUserPermission(UserObjectPermissionBase):
    """One permission of one user at one location: guardian's row with real foreign keys."""

    content_object = models.ForeignKey(Location, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False


class LocationGroupPermission(GroupObjectPermissionBase):
    """The same for a group. guardian asks for it; we grant to users only."""

    content_object = models.ForeignKey(Location, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False
