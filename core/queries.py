"""How lists go on after a row: by its values, so that the last page costs as much as the first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q


def following(ordering: Iterable[str], values: Iterable[Any]) -> Q:
    """The rows after the one with these values, said so that an index on the fields serves it."""
    pairs = list(zip(ordering, values, strict=True))
    first, value = pairs[0]
    after, same = Q(), Q()
    for name, at in pairs:
        after |= same & Q(**{f"{name}__gt": at})
        same &= Q(**{name: at})
    return Q(**{f"{first}__gte": value}) & after
