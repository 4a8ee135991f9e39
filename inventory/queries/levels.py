"""Which quantities stand where: a page of them at the cost of a page, however many there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, TextChoices

from core.queries import following
from inventory.models import Barcode, Category, Item
from inventory.models.stock import StockLevel, Stream

PAGE = 50
COUNTED_TO = 10_000  # beyond, a list says "10,000+"
LOOKED_AT = 50_000  # levels a count of states looks at; where more stand, the count is unknown
WORDS = 6

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


@dataclass(frozen=True, slots=True)
class Sought:
    """What a list is narrowed to. Empty: everything."""

    text: str = ""  # words of the name or SKU, or a whole barcode
    category: int | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are in each state; None where counting would cost too much."""

    all: int
    by_state: dict[State, int | None]


def page_at(
    places: Collection[int],
    sought: Sought,
    *,
    after: tuple[int, int] | None = None,
    size: int = PAGE,
) -> tuple[list[Row], tuple[int, int] | None]:
    """A page by item name, and where the next one goes on: after (item, location).

    At one location every active item has a row. Over several, the items that each one holds.
    """
    if _by_item(places, sought):
        rows = _items_page(next(iter(places)), sought, after, size + 1)
    else:
        rows = _levels_page(places, sought, after, size + 1)
    more = len(rows) > size
    rows = rows[:size]
    return rows, (rows[-1].item.pk, rows[-1].location) if more else None


def count_at(places: Collection[int], sought: Sought) -> int:
    """How many rows the pages hold; COUNTED_TO + 1 stands for more than that."""
    if _by_item(places, sought):
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
    everything = found["all"]
    if len(places) == 1:
        everything = count_at(places, Sought())
    states = [State.LOW, State.OUT, State.BELOW]
    is_known = found["all"] <= LOOKED_AT
    return Counts(everything, {state: found[state] if is_known else None for state in states})


def row_of(item: Item, location: int) -> Row:
    return Row(item, location, StockLevel.objects.filter(location=location, item=item).first())


def item_with_sku(sku: str) -> Item | None:
    """The item, its product, category and unit loaded."""
    return _shown(Item.objects.filter(sku=sku)).first()


def location_holding(item: Item, places: Collection[int]) -> int | None:
    """Of these places, one that has a level of the item."""
    held = StockLevel.objects.filter(item=item, location__in=places)
    return held.order_by("location").values_list("location", flat=True).first()


def levels_in(places: Collection[int]) -> QuerySet[StockLevel]:
    """The levels of these locations, for lists that filter and page by themselves."""
    return StockLevel.objects.filter(location__in=places).select_related("item__unit", "location")


def in_state(levels: QuerySet[StockLevel], state: State) -> QuerySet[StockLevel]:
    return levels.filter(WHERE[state]) if state in WHERE else levels.none()


def seqs_of(places: Collection[int]) -> dict[int, int]:
    """The number of the last change at each location. Ask before reading rows: a page may then
    hear of a change that it shows already, which does no harm, but never miss one."""
    found = Stream.objects.filter(location__in=places).values_list("location", "seq")
    return dict.fromkeys(places, 0) | dict(found)


def categories() -> list[Category]:
    return list(Category.objects.order_by("name"))


def _by_item(places: Collection[int], sought: Sought) -> bool:
    return len(places) == 1 and sought.state in {None, State.NONE}


def _items_page(place: int, sought: Sought, after: tuple[int, int] | None, size: int) -> list[Row]:
    items = _shown(_items(place, sought)).order_by("name", "id")
    if after:
        items = items.filter(following(("name", "pk"), (_name_of(after[0]), after[0])))
    page = list(items[:size])
    held = StockLevel.objects.filter(location=place, item__in=[item.pk for item in page])
    levels = {level.item_id: level for level in held}
    return [Row(item, place, levels.get(item.pk)) for item in page]


def _levels_page(
    places: Collection[int], sought: Sought, after: tuple[int, int] | None, size: int
) -> list[Row]:
    ordering = ("item__name", "item_id", "location_id")
    levels = _levels(places, sought).order_by(*ordering)
    if after:
        levels = levels.filter(following(ordering, (_name_of(after[0]), *after)))
    page = levels.select_related("item__product__category", "item__unit")[:size]
    return [Row(level.item, level.location_id, level) for level in page]


def _items(place: int, sought: Sought) -> QuerySet[Item]:
    items = Item.objects.filter(_matches(sought, ""), is_active=True)
    if sought.state is State.NONE:
        items = items.exclude(
            Exists(StockLevel.objects.filter(location=place, item=OuterRef("pk")))
        )
    return items


def _levels(places: Collection[int], sought: Sought) -> QuerySet[StockLevel]:
    levels = StockLevel.objects.filter(
        _matches(sought, "item__"), location__in=places, item__is_active=True
    )
    return levels if sought.state is None else in_state(levels, sought.state)


def _matches(sought: Sought, path: str) -> Q:
    """What an item must be, said of a query that reaches it by `path`."""
    wanted = Q()
    for word in sought.text.split()[:WORDS]:
        wanted &= Q(**{f"{path}name__icontains": word}) | Q(**{f"{path}sku__icontains": word})
    if sought.text:
        coded = Barcode.objects.filter(code=sought.text).values("item")
        wanted |= Q(**{f"{path}id__in": coded})
    if sought.category is not None:
        inside = f"{path}product__category"
        wanted &= Q(**{inside: sought.category}) | Q(**{f"{inside}__parent": sought.category})
    return wanted


def _shown(items: QuerySet[Item]) -> QuerySet[Item]:
    return items.select_related("product__category", "unit")


def _name_of(item: int) -> str:
    """An item's name; of one that is gone, what sorts before all names."""
    found = Item.objects.filter(pk=item).first()
    return found.name if found else ""
