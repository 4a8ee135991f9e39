"""Transaction: a provider's order as its newest version stands, and what of it is posted."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from core.models import TenantStamped
from inventory.models import Item
from locations.models import Location
from pos_bridge.models.connection import Connection


class Transaction(TenantStamped):
    class State(models.TextChoices):
        OPEN = "open", "open"
        COMPLETED = "completed", "completed"
        VOID = "void", "void"

    # Said once to the database, together with the tenant: each key costs every order of a batch.
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    order = models.CharField(max_length=120, db_collation="C")  # their id
    number = models.CharField(max_length=60, default="", db_default="")
    location_ref = models.CharField(max_length=120, default="", db_default="")  # their id
    location = models.ForeignKey(
        Location,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    state = models.CharField(max_length=9, choices=State)
    version_at = models.DateTimeField()
    version_no = models.BigIntegerField(db_default=0)
    occurred_at = models.DateTimeField()
    is_clock_suspect = models.BooleanField(default=False, db_default=False)
    currency = models.CharField(max_length=3, default="", db_default="")
    total = models.BigIntegerField(null=True)  # minor units
    event = models.BigIntegerField()  # the raw event its newest version came with
    waiting = models.PositiveSmallIntegerField(default=0, db_default=0)  # lines that wait
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "pos_transactions"
        ordering = ["-occurred_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "order"], name="order_is_kept_once")
        ]
        indexes = [
            models.Index(fields=["tenant", "-occurred_at", "-id"], name="transaction_by_time"),
            models.Index(
                fields=["connection"], name="transaction_waiting", condition=models.Q(waiting__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.order


class TransactionLine(TenantStamped):
    """What a line wants, what it resolved to, and what is posted for it: always the difference.

    Written only beside its order, which is locked, and with the item of a link or a level: those
    are held to the tenant, and a key of the line's own would say it again for every line sold.
    """

    class State(models.TextChoices):
        MAPPED = "MAPPED", "linked"
        UNMAPPED = "UNMAPPED", "waits for a link"
        UNDECIDED = "UNDECIDED", "returned: back to stock or not?"
        NO_STOCK = "NO_STOCK", "moves no stock"

    transaction = models.ForeignKey(
        Transaction,
        on_delete=models.PROTECT,
        related_name="lines",
        db_index=False,
        db_constraint=False,
    )
    line = models.CharField(max_length=255, db_collation="C")  # their key, stable over versions
    kind = models.CharField(max_length=8)  # sale, return, modifier, waste
    item_ref = models.CharField(max_length=120, default="", db_default="")  # their id
    name = models.CharField(max_length=200, default="", db_default="")
    sku = models.CharField(max_length=64, default="", db_default="")
    quantity = models.DecimalField(max_digits=19, decimal_places=6)  # theirs, of the newest version
    amount = models.BigIntegerField(null=True)  # minor units
    occurred_at = models.DateTimeField()
    restocked = models.BooleanField(null=True)
    state = models.CharField(max_length=9, choices=State)
    item = models.ForeignKey(
        Item,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    factor = models.DecimalField(max_digits=19, decimal_places=6, db_default=1)
    posted = models.DecimalField(max_digits=19, decimal_places=6, db_default=0)  # ours, signed
    postings = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "pos_transaction_items"
        constraints = [
            models.UniqueConstraint(fields=["transaction", "line"], name="line_is_kept_once")
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.name or self.item_ref}"
