"""What the address of a list says. Nonsense in it reads as nothing said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.http import QueryDict

from inventory.queries.levels import State
from inventory.queries.stock_list import BY_NAME, Position, Sort, Sought

Choice = TypeVar("Choice", State, Sort)

LONGEST = 100
ID = re.compile(r"[0-9]{1,18}", re.ASCII)
AMOUNT = r"(-?[0-9]{1,13}(?:\.[0-9]{1,6})?)"
POSITION = re.compile(rf"([0-9]{{1,18}})_([0-9]{{1,18}})(?:_{AMOUNT})?", re.ASCII)
OPEN = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class StockQuery:
    """One state of the list: what is looked for, where the page begins, which item is open."""

    sought: Sought
    after: Position | None
    opened: tuple[int, int] | None  # item, location


def stock_query(said: QueryDict, *, is_one_place: bool) -> StockQuery:
    sort = _one_of(Sort, said.get("sort", "")) or Sort.NAME
    sought = Sought(
        text=" ".join(said.get("q", "").replace("\0", "").split())[:LONGEST],
        category=whole(said.get("category", "")),
        state=_one_of(State, said.get("state", "")),
        sort=sort if is_one_place or sort in BY_NAME else Sort.NAME,
    )
    found = OPEN.fullmatch(said.get("open", ""))
    opened = (int(found[1]), int(found[2])) if found else None
    return StockQuery(sought, _position(said.get("after", "")), opened)


def whole(text: str) -> int | None:
    """An id, or nothing."""
    return int(text) if ID.fullmatch(text) else None


def written(position: Position) -> str:
    """A position as the address says it."""
    amount = "" if position.amount is None else f"_{position.amount:f}"
    return f"{position.item}_{position.location}{amount}"


def _position(text: str) -> Position | None:
    found = POSITION.fullmatch(text)
    if not found:
        return None
    return Position(int(found[1]), int(found[2]), Decimal(found[3]) if found[3] else None)


def _one_of(choices: type[Choice], text: str) -> Choice | None:
    return choices(text) if text in choices.values else None
