"""The list of stock: a page of it at the cost of a page, however much there is.

At one location every active item has a row. Over several, the items that each one has held.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import (
    Count,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
)
from django.db.models.functions import Coalesce

from core.queries import following
from inventory.models import Barcode, Item
from inventory.models.stock import StockLevel
from inventory.queries.levels import ZERO, Row, State, in_state, shown

PAGE = 50
COUNTED_TO = 10_000  # beyond, a list says "10,000+"
LOOKED_AT = 20_000  # levels a count of states looks at; where more stand, it is unknown
FEW = 1_000  # items found: so few are looked up at each place, instead of looking at all there
WORDS = 6


class Sort(TextChoices):
    NAME = "name"
    NAME_DOWN = "-name"
    # By a quantity only within one location: over several it would sort all that the chain holds.
    AVAILABLE = "available"
    AVAILABLE_DOWN = "-available"
    ON_HAND = "on_hand"
    ON_HAND_DOWN = "-on_hand"


QUANTITY: DecimalField[Decimal, Decimal] = DecimalField(max_digits=19, decimal_places=6)
BY_NAME = frozenset({Sort.NAME, Sort.NAME_DOWN})


class Position(NamedTuple):
    """The row a page ended with. `amount` is what it was sorted by, when that was a quantity."""

    item: int
    location: int
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """What a list is narrowed to and how it runs. Empty: everything by name."""

    text: str = ""  # words of the name or SKU, or a whole barcode
    category: int | None = None
    state: State | None = None
    sort: Sort = Sort.NAME


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are in each state; None where counting would cost too much."""

    all: int
    by_state: dict[State, int | None]


def page_at(
    places: Collection[int], sought: Sought, *, after: Position | None = None, size: int = PAGE
) -> tuple[list[Row], Position | None]:
    """A page, and the position the next one goes on after."""
    if _has_row_per_item(places, sought):
        rows = _items_page(next(iter(places)), sought, after, size + 1)
    else:
        rows = _levels_page(places, sought, after, size + 1)
    if len(rows) <= size:
        return rows, None
    last = rows[size - 1]
    amount = None if sought.sort in BY_NAME else getattr(last, sought.sort.lstrip("-"))
    return rows[:size], Position(last.item.pk, last.location, amount)


def count_at(places: Collection[int], sought: Sought) -> int:
    """How many rows the pages hold; COUNTED_TO + 1 stands for more than that."""
    if _has_row_per_item(places, sought):
        return _items(next(iter(places)), sought)[: COUNTED_TO + 1].count()
    # Counted over a column: a limited count of a composite key is not SQL.
    return _levels(places, sought).values("item")[: COUNTED_TO + 1].count()


def counts_at(places: Collection[int]) -> Counts:
    """What the tabs of a list say."""
    looked = StockLevel.objects.filter(location__in=places, item__is_active=True)
    found = (
        looked.values("on_hand", "available", low_below=F("item__low_below"))[: LOOKED_AT + 1]
    ).aggregate(
        all=Count("on_hand"),
        below=Count("on_hand", filter=Q(on_hand__lt=0)),
        out=Count("on_hand", filter=Q(on_hand__gte=0, available__lte=0)),
        low=Count("on_hand", filter=Q(available__gt=0, available__lt=F("low_below"))),
    )
    rows = count_at(places, Sought()) if len(places) == 1 else found["all"]
    states = [State.LOW, State.OUT, State.BELOW]
    is_known = found["all"] <= LOOKED_AT
    return Counts(rows, {state: found[state] if is_known else None for state in states})


def _has_row_per_item(places: Collection[int], sought: Sought) -> bool:
    return len(places) == 1 and sought.state in {None, State.NONE}


def _items_page(place: int, sought: Sought, after: Position | None, size: int) -> list[Row]:
    items = shown(_items(place, sought))
    if sought.sort not in BY_NAME:
        here = StockLevel.objects.filter(location=place, item=OuterRef("pk"))
        amount = Subquery(here.values(sought.sort.lstrip("-"))[:1])
        items = items.annotate(amount=Coalesce(amount, ZERO, output_field=QUANTITY))
    ordering = _ordering(sought.sort, name="name", amount="amount", key=("pk",))
    if after:
        items = items.filter(following(ordering, _values(sought.sort, after, (after.item,))))
    page = list(items.order_by(*ordering)[:size])
    held = StockLevel.objects.filter(location=place, item__in=[item.pk for item in page])
    levels = {level.item_id: level for level in held}
    return [Row(item, place, levels.get(item.pk)) for item in page]


def _levels_page(
    places: Collection[int], sought: Sought, after: Position | None, size: int
) -> list[Row]:
    levels = _levels(places, sought).select_related("item__product__category", "item__unit")
    ordering = _ordering(
        sought.sort,
        name="item__name",
        amount=sought.sort.lstrip("-"),
        key=("item_id", "location_id"),
    )
    if after:
        key = (after.item, after.location)
        levels = levels.filter(following(ordering, _values(sought.sort, after, key)))
    page = levels.order_by(*ordering)[:size]
    return [Row(level.item, level.location_id, level) for level in page]


def _items(place: int, sought: Sought) -> QuerySet[Item]:
    items = Item.objects.filter(_matches(sought, ""), is_active=True)
    if sought.state is State.NONE:
        moved = StockLevel.objects.filter(location=place, item=OuterRef("pk"))
        items = items.exclude(Exists(moved))
    return items


def _levels(places: Collection[int], sought: Sought) -> QuerySet[StockLevel]:
    levels = StockLevel.objects.filter(location__in=places, item__is_active=True)
    if sought.text or sought.category is not None:
        found = Item.objects.filter(_matches(sought, "")).values_list("pk", flat=True)
        few = list(found[: FEW + 1])
        matches = Q(item__in=few) if len(few) <= FEW else _matches(sought, "item__")
        levels = levels.filter(matches)
    return levels if sought.state is None else in_state(levels, sought.state)


def _matches(sought: Sought, path: str) -> Q:
    """What an item must be, said of a query that reaches it by `path`."""
    named = Q()
    for word in sought.text.split()[:WORDS]:
        named &= Q(**{f"{path}name__icontains": word}) | Q(**{f"{path}sku__icontains": word})
    if sought.text:
        coded = Barcode.objects.filter(code=sought.text).values("item")
        named |= Q(**{f"{path}id__in": coded})
    if sought.category is None:
        return named
    inside = f"{path}product__category"
    return named & (Q(**{inside: sought.category}) | Q(**{f"{inside}__parent": sought.category}))


def _ordering(sort: Sort, *, name: str, amount: str, key: tuple[str, ...]) -> tuple[str, ...]:
    """One direction for all fields, so that an index runs either way."""
    down = "-" if sort.startswith("-") else ""
    first = name if sort in BY_NAME else amount
    return tuple(f"{down}{field}" for field in (first, *key))


def _values(sort: Sort, after: Position, key: tuple[int, ...]) -> tuple[Any, ...]:
    """The values of the row a page ended with; its name is looked up, it may have changed."""
    if sort not in BY_NAME:
        return (after.amount if after.amount is not None else ZERO, *key)
    item = Item.objects.filter(pk=after.item).first()
    return (item.name if item else "", *key)
