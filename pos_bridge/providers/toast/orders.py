"""A Toast order as an OrderVersion: what its paid checks took from the shelf.

Modifiers are selections inside selections, at any depth; their quantity already counts the
parent's. Prices are dollars of the whole selection, modifiers included.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from pos_bridge.providers import decimals, lines, money, times
from pos_bridge.providers.base import (
    Line,
    LineKind,
    OrderState,
    OrderVersion,
    UnreadablePayload,
)
from pos_bridge.providers.payload import Node

PAID = {"PAID", "CLOSED"}
NOT_YET = {"FUTURE", "NEEDS_APPROVAL", "NOT_APPROVED"}
NOT_GOODS = {"TOAST_CARD_SELL", "TOAST_CARD_RELOAD", "HOUSE_ACCOUNT_PAY_BALANCE"}
REMOVALS = {"NO", "WITHOUT", "REMOVE", "HOLD", "86"}
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # how Toast writes "not deleted" as a date
DATES = ("closedDate", "paidDate", "createdDate", "openedDate", "voidDate", "deletedDate")


def order_version(
    order: Node, *, restaurant: str | None = None, sent_at: datetime | None = None
) -> OrderVersion:
    """The order as it stood. Raises UnreadablePayload; a price answer, which has no guid, too."""
    guid = order.id("guid")
    checks = list(order.nodes("checks"))
    version_at = _version_at(order, checks, sent_at)
    moving = _moving(order, checks)
    moved_at = times.maybe(order, "paidDate") or times.maybe(order, "closedDate")
    occurred_at = moved_at or times.maybe(order, "openedDate") or version_at
    kind = LineKind.WASTE if order.flag("excessFood") else LineKind.SALE
    return OrderVersion(
        order=guid,
        location=restaurant,
        state=_state(order, moving),
        version_at=version_at,
        occurred_at=occurred_at,
        lines=lines.gather(
            line for check in moving for line in _check_lines(check, kind, occurred_at)
        ),
        total=sum(
            money.minor(check.raw("totalAmount")) or 0 for check in checks if not _is_gone(check)
        ),
        number=next((check.label("displayNumber") for check in checks), ""),
    )


def _state(order: Node, moving: list[Node]) -> OrderState:
    if _is_gone(order):
        return OrderState.VOID
    return OrderState.COMPLETED if moving else OrderState.OPEN


def _moving(order: Node, checks: list[Node]) -> list[Node]:
    """The checks whose goods have left: paid ones, and all of the daily order of waste."""
    if _is_gone(order) or order.flag("createdInTestMode"):
        return []
    if order.word("approvalStatus") in NOT_YET:
        return []
    is_waste = order.flag("excessFood")
    return [
        check
        for check in checks
        if not _is_gone(check) and (is_waste or check.word("paymentStatus") in PAID)
    ]


def _is_gone(thing: Node) -> bool:
    return _said(thing, "deleted", "deletedDate") or _said(thing, "voided", "voidDate")


def _said(thing: Node, flag: str, date: str) -> bool:
    """The flag decides; without one, the date does."""
    flagged = thing.maybe_flag(flag)
    at = times.maybe(thing, date)
    return flagged if flagged is not None else at not in (None, NEVER)


def _version_at(order: Node, checks: list[Node], sent_at: datetime | None) -> datetime:
    # A check can be changed later than the order around it says, so the newest of all counts.
    changed = [times.maybe(thing, "modifiedDate") for thing in (order, *checks)]
    known = [at for at in changed if at] or [
        at for at in (sent_at, *(times.maybe(order, date) for date in DATES)) if at
    ]
    if not known:
        raise UnreadablePayload("an order without any date")
    return max(known)


def _check_lines(check: Node, kind: LineKind, occurred_at: datetime) -> Iterator[Line]:
    paid_at = times.maybe(check, "paidDate") or times.maybe(check, "closedDate")
    at = paid_at if paid_at != occurred_at else None
    for index, selection in enumerate(check.nodes("selections")):
        yield from _selected(selection, kind, at, f"{check.id('guid')}/{index}")


def _selected(
    selection: Node, kind: LineKind, at: datetime | None, place: str, *, is_modifier: bool = False
) -> Iterator[Line]:
    """The selection and all inside it. `place` is its key when it has no guid of its own."""
    if _is_gone(selection) or (is_modifier and _is_removal(selection)):
        return
    key = selection.maybe_id("guid") or place
    is_waste = kind is LineKind.WASTE
    yield Line(
        key=key,
        item=_item(selection),
        quantity=decimals.quantity(selection.raw("quantity")),
        kind=LineKind.MODIFIER if is_modifier and not is_waste else kind,
        name=selection.label("displayName"),
        at=at,
        amount=None if is_modifier else money.minor(selection.raw("price")),
    )
    for index, modifier in enumerate(selection.nodes("modifiers")):
        yield from _selected(modifier, kind, at, f"{key}/{index}", is_modifier=True)


def _item(selection: Node) -> str | None:
    item = selection.maybe_node("item")
    if item is None or selection.word("selectionType") in NOT_GOODS:
        return None
    shared = item.maybe_id("multiLocationId")
    return shared if shared not in (None, "null") else item.maybe_id("guid")


def _is_removal(modifier: Node) -> bool:
    """Onions with NO before them leave nothing. Toast sends the word itself only in the name."""
    before = modifier.raw("preModifier")
    if before is None:
        return False
    said = modifier.node("preModifier").label("name") if isinstance(before, dict) else str(before)
    words = (said or modifier.label("displayName")).upper().split()
    return bool(words) and words[0] in REMOVALS
