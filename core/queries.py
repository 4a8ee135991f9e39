"""How lists go on after a row: by its values, so that the last page costs as much as the first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q


def following(ordering: Iterable[str], values: Iterable[Any]) -> Q:
    """The rows after the one with these values, said so that an index on the fields serves it.

    A field with a minus is ordered from the largest down.
    """
    pairs = list(zip(ordering, values, strict=True))
    first, value = pairs[0]
    after, same = Q(), Q()
    for field, at in pairs:
        name = field.removeprefix("-")
        after |= same & Q(**{f"{name}__{_beyond(field)}": at})
        same &= Q(**{name: at})
    return Q(**{f"{first.removeprefix('-')}__{_beyond(first)}e": value}) & after


def _beyond(field: str) -> str:
    return "lt" if field.startswith("-") else "gt"
