"""What somebody buys: lines of items, each with its extras."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias


class UnreadableBasket(ValueError):
    """The lines of a sale do not make sense."""


@dataclass(frozen=True)
class Extra:
    """A modifier; `quantity` is per unit of what it hangs on, whatever a provider makes of it."""

    item: str
    quantity: Decimal = Decimal(1)
    extras: tuple["Extra", ...] = ()


@dataclass(frozen=True)
class Line:
    """So many of one item, each with the same extras."""

    item: str
    quantity: Decimal
    extras: tuple[Extra, ...] = ()


Lines: TypeAlias = Iterable[Line | tuple[str, Any]]
Modifiers: TypeAlias = Mapping[int, Sequence[Extra | tuple[str, Any]]]


def read(lines: Lines, modifiers: Modifiers | None = None) -> list[Line]:
    """Lines from what a caller finds easy to write: `[("latte", 2)]`, `{0: [("oat milk", 1)]}`.

    `modifiers` names a line by its place. Raises UnreadableBasket.
    """
    basket = [
        line if isinstance(line, Line) else Line(str(line[0]), number(line[1])) for line in lines
    ]
    if not basket:
        raise UnreadableBasket("a sale needs at least one line")
    for place, extras in (modifiers or {}).items():
        line = basket[place]
        basket[place] = Line(line.item, line.quantity, line.extras + tuple(map(_extra, extras)))
    return basket


def read_json(rows: Iterable[Any]) -> list[Line]:
    """Lines as the control endpoints take them: pairs, or objects with `modifiers`."""
    return read(_line(row) for row in rows)


def number(value: Any) -> Decimal:
    """A finite quantity. Raises UnreadableBasket."""
    try:
        quantity = Decimal(str(value))
    except InvalidOperation:
        raise UnreadableBasket(f"not a quantity: {value!r}") from None
    if not quantity.is_finite():
        raise UnreadableBasket(f"not a quantity: {value!r}")
    return quantity


def plain(quantity: Decimal) -> str:
    """2, 1.25, -3: no exponent, no trailing zeros."""
    text = format(quantity, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _line(row: Any) -> Line:
    try:
        if isinstance(row, Mapping):
            extras = tuple(map(_extra, row.get("modifiers", ())))
            return Line(str(row["item"]), number(row.get("quantity", 1)), extras)
        item, quantity = row
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableBasket(f"not a line: {row!r}") from error
    return Line(str(item), number(quantity))


def _extra(value: Any) -> Extra:
    if isinstance(value, Extra):
        return value
    line = _line(value)
    return Extra(line.item, line.quantity, line.extras)
