"""Square's catalogue as lists to link by: each variation, and each modifier that may use stock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pos_bridge.providers.base import TheirItem


def entries(thing: dict[str, Any], location: str | None = None) -> Iterator[TheirItem]:
    """What one catalogue object holds, at the level that sales name. Deleted ones say so."""
    item, modifiers = _data(thing, "item_data"), _data(thing, "modifier_list_data")
    for variation in _objects(item.get("variations")):
        if _is_sold_at(variation, location):
            yield _entry(variation, "item_variation_data", item, thing)
    for modifier in _objects(modifiers.get("modifiers")):
        if _is_sold_at(modifier, location):
            yield _entry(modifier, "modifier_data", modifiers, thing)


def _entry(
    entry: dict[str, Any], field: str, family: dict[str, Any], parent: dict[str, Any]
) -> TheirItem:
    data = _data(entry, field)
    money = _data(data, "price_money")
    amount = money.get("amount")
    names = [name for name in (_text(family, "name"), _text(data, "name")) if name]
    return TheirItem(
        id=_text(entry, "id"),
        name=", ".join(names),
        sku=_text(data, "sku"),
        barcode=_text(data, "upc"),
        price=amount if isinstance(amount, int) else None,
        currency=_text(money, "currency"),
        is_deleted=bool(entry.get("is_deleted") or parent.get("is_deleted")),
    )


def _is_sold_at(thing: dict[str, Any], location: str | None) -> bool:
    if location is None:
        return True
    if thing.get("present_at_all_locations", True):
        return location not in (thing.get("absent_at_location_ids") or ())
    return location in (thing.get("present_at_location_ids") or ())


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _data(thing: dict[str, Any], field: str) -> dict[str, Any]:
    value = thing.get(field)
    return value if isinstance(value, dict) else {}


def _text(thing: dict[str, Any], field: str) -> str:
    value = thing.get(field)
    return value if isinstance(value, str) else ""
