"""A Square order as an OrderVersion: lines, modifiers, and what came back.

A modifier's quantity is per unit of its line (absent: one, zero: the choice "none"), so it is
multiplied out here. Square says what was returned, never whether it went back on the shelf.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pos_bridge.providers import decimals, lines, times
from pos_bridge.providers.base import (
    Line,
    LineKind,
    OrderState,
    OrderVersion,
    UnreadablePayload,
)
from pos_bridge.providers.payload import Node

STATES = {
    "DRAFT": OrderState.OPEN,
    "OPEN": OrderState.OPEN,
    "COMPLETED": OrderState.COMPLETED,
    "CANCELED": OrderState.VOID,
}
# Their catalogue ids, where there are any, name no goods.
NOT_GOODS = {"CUSTOM_AMOUNT", "GIFT_CARD"}


def order_version(order: Node) -> OrderVersion:
    """The order as it stood. Raises UnreadablePayload."""
    state = STATES.get(order.word("state"))
    if state is None:
        raise UnreadablePayload(f"an order in a state we do not know: {order.label('state')}")
    total = _total(order)
    return OrderVersion(
        order=order.id("id"),
        location=order.maybe_id("location_id"),
        state=state,
        version_at=times.first(order, "updated_at", "closed_at", "created_at"),
        version_no=order.maybe_integer("version") or 0,
        occurred_at=times.first(order, "closed_at", "created_at", "updated_at"),
        lines=lines.gather(_lines(order)),
        currency=total.word("currency") if total else "",
        total=total.maybe_integer("amount") if total else None,
        number=order.label("ticket_name") or order.label("reference_id"),
    )


def _lines(order: Node) -> Iterator[Line]:
    for sold in order.nodes("line_items"):
        yield from _sold(sold)
    for returned in order.nodes("returns"):
        for line in returned.nodes("return_line_items"):
            yield from _came_back(line, returned)


def _sold(line: Node) -> Iterator[Line]:
    key = line.id("uid")
    quantity = decimals.quantity(line.raw("quantity"))
    yield Line(
        key=key,
        item=_item(line),
        quantity=quantity,
        name=_name(line),
        amount=_before_tax(line),
    )
    for index, modifier in enumerate(line.nodes("modifiers")):
        yield Line(
            key=f"{key}/{_uid(modifier, index)}",
            item=modifier.maybe_id("catalog_object_id"),
            quantity=_per_unit(modifier, quantity),
            kind=LineKind.MODIFIER,
            name=modifier.label("name"),  # its price is part of the line's amount
        )


def _came_back(line: Node, returned: Node) -> Iterator[Line]:
    key = f"return/{returned.id('uid')}/{line.id('uid')}"
    quantity = decimals.quantity(line.raw("quantity"))
    sale = _sale(returned.maybe_id("source_order_id"), line.maybe_id("source_line_item_uid"))
    yield Line(
        key=key,
        item=_item(line),
        quantity=quantity,
        kind=LineKind.RETURN,
        name=_name(line),
        amount=_before_tax(line),
        returns_line=sale,
    )
    for index, modifier in enumerate(line.nodes("return_modifiers")):
        yield Line(
            key=f"{key}/{_uid(modifier, index)}",
            item=modifier.maybe_id("catalog_object_id"),
            quantity=_per_unit(modifier, quantity),
            kind=LineKind.RETURN,
            name=modifier.label("name"),
            returns_line=_sale(sale or None, modifier.maybe_id("source_modifier_uid")),
        )


def _item(line: Node) -> str | None:
    variation = line.maybe_id("catalog_object_id")
    return None if line.word("item_type") in NOT_GOODS else variation


def _name(line: Node) -> str:
    name, variation = line.label("name"), line.label("variation_name")
    return f"{name}, {variation}" if name and variation else name or variation


def _uid(modifier: Node, index: int) -> str:
    return modifier.maybe_id("uid") or str(index)


def _per_unit(modifier: Node, line_quantity: Decimal) -> Decimal:
    each = modifier.raw("quantity") if modifier.has("quantity") else 1
    return decimals.times(decimals.quantity(each), line_quantity)


def _sale(*names: str | None) -> str:
    return "/".join(name for name in names if name) if all(names) else ""


def _before_tax(line: Node) -> int | None:
    """What was paid for the line after its discounts, tax left out."""
    money, tax = line.maybe_node("total_money"), line.maybe_node("total_tax_money")
    paid = money.maybe_integer("amount") if money else None
    if paid is None:
        return None
    return paid - ((tax.maybe_integer("amount") or 0) if tax else 0)


def _total(order: Node) -> Node | None:
    # Net of what came back: a pure return is an order of total 0 and net -7.50.
    net = order.maybe_node("net_amounts")
    return (net.maybe_node("total_money") if net else None) or order.maybe_node("total_money")
