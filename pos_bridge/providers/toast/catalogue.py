"""A published Toast menu as a list to link by: its items, and the options that modify them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pos_bridge.providers import answers, money
from pos_bridge.providers.base import TheirItem, UnreadablePayload

MOST_GROUPS = 100_000


def entries(document: Any) -> Iterator[TheirItem]:
    """Each item and option once, though it stands on several menus."""
    seen: set[str] = set()
    for thing in _things(document if isinstance(document, dict) else {}):
        entry = _entry(thing)
        if entry.id and entry.id not in seen:
            seen.add(entry.id)
            yield entry


def _things(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    groups = [group for menu in _objects(document.get("menus")) for group in _groups(menu)]
    for _ in range(MOST_GROUPS):
        if not groups:
            break
        group = groups.pop(0)
        yield from _objects(group.get("menuItems"))
        groups.extend(_groups(group))
    options = document.get("modifierOptionReferences")
    yield from _objects(list(options.values()) if isinstance(options, dict) else [])


def _entry(thing: dict[str, Any]) -> TheirItem:
    shared = answers.text(thing.get("multiLocationId"))
    return TheirItem(
        id=shared if shared not in ("", "null") else answers.text(thing.get("guid")),
        name=answers.text(thing.get("name")),
        sku=answers.text(thing.get("sku")) or answers.text(thing.get("plu")),
        price=_price(answers.text(thing.get("price"))),
    )


def _price(written: str) -> int | None:
    """Sizes carry the price of some items; those have none of their own."""
    try:
        return money.minor(written) if written else None
    except UnreadablePayload:
        return None


def _groups(parent: dict[str, Any]) -> list[dict[str, Any]]:
    return _objects(parent.get("menuGroups"))


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
