"""What stands where: one level, or all of a set of locations, and what state that is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextChoices

from inventory.models import Category, Item
from inventory.models.stock import StockException, StockLevel
from locations.models import Location

ZERO = Decimal(0)


class State(TextChoices):
    OK = "ok", "In stock"
    LOW = "low", "Low"
    OUT = "out", "Out"
    BELOW = "below", "Below zero"
    NONE = "none", "Not counted"  # nothing has moved or counted it here


WHERE: dict[str, Q] = {
    State.BELOW: Q(on_hand__lt=0),
    State.OUT: Q(on_hand__gte=0, available__lte=0),
    State.LOW: Q(available__gt=0, available__lt=F("item__low_below")),
    State.OK: Q(available__gt=0)
    & (Q(item__low_below=None) | Q(available__gte=F("item__low_below"))),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One item at one location, with its level unless nothing has moved it there."""

    item: Item
    location: int
    level: StockLevel | None

    @property
    def on_hand(self) -> Decimal:
        return self.level.on_hand if self.level else ZERO

    @property
    def reserved(self) -> Decimal:
        return self.level.reserved if self.level else ZERO

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved

    @property
    def state(self) -> State:
        if self.level is None:
            return State.NONE
        if self.on_hand < 0:
            return State.BELOW
        if self.available <= 0:
            return State.OUT
        low_below = self.item.low_below
        return State.LOW if low_below is not None and self.available < low_below else State.OK


def row_of(item: Item, location: int) -> Row:
    return Row(item, location, StockLevel.objects.filter(location=location, item=item).first())


def item_with_sku(sku: str) -> Item | None:
    """The item, its product, category and unit loaded."""
    return shown(Item.objects.filter(sku=sku)).first()


def item_with_id(number: int) -> Item | None:
    """The same by its id."""
    return shown(Item.objects.filter(pk=number)).first()


def has_items() -> bool:
    """Whether the chain has any item at all."""
    return Item.objects.exists()


def location_holding(item: Item, places: Collection[int]) -> int | None:
    """Of these places, one that has a level of the item."""
    held = StockLevel.objects.filter(item=item, location__in=places)
    return held.order_by("location").values_list("location", flat=True).first()


def levels_in(places: QuerySet[Location]) -> QuerySet[StockLevel]:
    """The levels of these locations, for lists that filter and page by themselves."""
    return StockLevel.objects.filter(location__in=places).select_related("item__unit", "location")


def in_state(levels: QuerySet[StockLevel], state: State) -> QuerySet[StockLevel]:
    """Those of the levels that are in a state; none is in NONE."""
    if state is State.BELOW:
        # The ledger keeps a row for each: found by it, a place without one is not searched through.
        told = StockException.objects.filter(
            location=OuterRef("location"),
            item=OuterRef("item"),
            kind=StockException.Kind.NEGATIVE_STOCK,
            closed_at=None,
        )
        levels = levels.filter(Exists(told))
    return levels.filter(WHERE[state]) if state in WHERE else levels.none()


def shown(items: QuerySet[Item]) -> QuerySet[Item]:
    """The items with what a row of a list shows of them."""
    return items.select_related("product__category", "unit")


def categories() -> list[Category]:
    return list(Category.objects.order_by("name"))
