"""The ledger's tables. Only inventory.domain.ledger writes them; queries and the admin read them.

Postings and entries are history: the database refuses to change them. Levels and streams are
running sums of entries and can be made again from them.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from core.models import TenantStamped, User
from inventory.models.item import Item
from locations.models import Location


class Kind(models.TextChoices):
    """What happened.

    The other end of a move is named by it: customer, supplier, variance, waste.
    """

    OPENING = "OPENING", "Opening stock"
    SALE = "SALE", "Sale"
    RETURN = "RETURN", "Return to stock"
    RECEIPT = "RECEIPT", "Received"
    SUPPLIER_RETURN = "SUPPLIER_RETURN", "Sent back to supplier"
    TRANSFER_OUT = "TRANSFER_OUT", "Sent"
    TRANSFER_IN = "TRANSFER_IN", "Received from another location"
    ADJUSTMENT = "ADJUSTMENT", "Adjustment"
    COUNT = "COUNT", "Counted"
    TRUE_UP = "TRUE_UP", "True-up of a count"
    WASTE = "WASTE", "Waste"
    ASSEMBLY = "ASSEMBLY", "Assembly"
    REVALUATION = "REVALUATION", "Revaluation"


INTERNAL = frozenset({Kind.TRANSFER_OUT, Kind.TRANSFER_IN, Kind.ASSEMBLY})


def unchecked(to: type[models.Model], **options: Any) -> Any:
    """A foreign key that only Django knows: on the hot path its level has been checked instead."""
    return models.ForeignKey(
        to,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        **options,
    )


def exact(**options: Any) -> Any:
    return models.DecimalField(max_digits=19, decimal_places=6, **options)


class Posting(TenantStamped):
    """One thing that happened.

    Its key is unique in the tenant: the same key is the same posting.
    """

    kind = models.CharField(max_length=15, choices=Kind)
    key = models.CharField(max_length=255, db_collation="C")
    source = models.CharField(max_length=120)  # the document: "pos:12:ORDER", "adjustment:7"
    actor = unchecked(User)
    occurred_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    reason = models.CharField(max_length=40, default="", db_default="")
    note = models.TextField(default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="posting_key_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Entry(TenantStamped):
    """One signed line of a posting at one location. Known by (location, seq); has no other id."""

    pk = models.CompositePrimaryKey("location", "seq")
    location = unchecked(Location)
    seq = models.BigIntegerField()  # the location's running number, gapless and in commit order
    item = unchecked(Item)
    version = models.BigIntegerField()  # the level's running number, gapless
    posting = unchecked(Posting)
    effective_at = models.DateTimeField()
    quantity = exact()
    unit_cost = exact()
    value = exact()  # in the tenant's currency; what leaves takes its share
    on_hand_after = exact()  # in recorded order, so never rewritten

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["location", "item", "version"], name="entry_version_is_unique"
            )
        ]
        indexes = [
            BrinIndex("posting", name="entry_by_posting", pages_per_range=16, autosummarize=True)
        ]

    def __str__(self) -> str:
        return f"{self.location_id}:{self.seq}"


class StockLevel(TenantStamped):
    """The running sums of one item at one location. No index names a column that a sale changes."""

    pk = models.CompositePrimaryKey("location", "item")
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.BigIntegerField(db_default=0)
    last_counted_at = models.DateTimeField(null=True)
    last_sold_at = models.DateTimeField(null=True)
    on_hand = exact(db_default=0)
    reserved = exact(db_default=0)
    available = models.GeneratedField(
        expression=F("on_hand") - F("reserved"),
        output_field=models.DecimalField(max_digits=19, decimal_places=6),
        db_persist=True,
    )
    value = exact(db_default=0)  # exact sum of the entries' values
    unit_cost = exact(db_default=0)  # of the newest entry: what to take when on hand is zero

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0), name="reserved_is_not_negative"
            )
        ]

    def __str__(self) -> str:
        return f"{self.location_id}:{self.item_id}"


class Stream(TenantStamped):
    """A location's change number and the head of its hash chain.

    Locked last, so seq has no gaps.
    """

    location = models.OneToOneField(Location, on_delete=models.PROTECT, primary_key=True)
    seq = models.BigIntegerField(db_default=0)
    head = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.location_id} at {self.seq}"


class ChainLink(TenantStamped):
    """One transaction's entries at one location, sealed onto those before."""

    pk = models.CompositePrimaryKey("location", "last_seq")
    location = unchecked(Location)
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    head = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.location_id}:{self.first_seq} to {self.last_seq}"


class CountMark(TenantStamped):
    """What a posted count found, and when: late facts before it get a true-up at it."""

    location = unchecked(Location)
    item = unchecked(Item)
    counted_at = models.DateTimeField()
    counted = exact()
    posting = unchecked(Posting)

    class Meta:
        indexes = [
            models.Index(fields=["location", "item", "counted_at"], name="count_mark_by_instant")
        ]

    def __str__(self) -> str:
        return f"{self.location_id}:{self.item_id} {self.counted}"


class StockException(TenantStamped):
    """Something about one level that needs a look; opens and closes by itself."""

    class Kind(models.TextChoices):
        NEGATIVE_STOCK = "NEGATIVE_STOCK", "below zero"

    location = unchecked(Location)
    item = unchecked(Item)
    kind = models.CharField(max_length=20, choices=Kind)
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["location", "item", "kind"],
                condition=models.Q(closed_at=None),
                name="one_open_exception_a_level",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.location_id}:{self.item_id}"
