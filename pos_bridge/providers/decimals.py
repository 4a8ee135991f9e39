"""Quantities as exact decimals within what the ledger holds: 13 digits and 6 places."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal

from pos_bridge.providers.base import UnreadablePayload

LARGEST = Decimal(10) ** 13
PLACES = 6

_WRITTEN = re.compile(r"-?\d{1,40}(\.\d{1,20})?", re.ASCII)
_EXACT = Context(prec=120)  # wide enough that no product of two quantities is ever rounded


def quantity(value: object) -> Decimal:
    """How many, never below zero. Raises UnreadablePayload."""
    number = signed_quantity(value)
    if number < 0:
        raise UnreadablePayload(f"a quantity below zero: {number}")
    return number


def signed_quantity(value: object) -> Decimal:
    """How many, where the till writes what came back with a minus. Raises UnreadablePayload.

    A seventh decimal place is rounded away, as the ledger would: it is a till's float, not goods.
    """
    number = exact(value)
    if abs(number) >= LARGEST:
        raise UnreadablePayload("a quantity out of bounds")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -PLACES:
        number = number.quantize(Decimal(1).scaleb(-PLACES), ROUND_HALF_EVEN, _EXACT)
    return abs(number) if number == 0 else number  # there is no minus zero of anything


def exact(value: object) -> Decimal:
    """The number as it was written, from a JSON number or a string of digits."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _WRITTEN.fullmatch(value):
        return Decimal(value)
    raise UnreadablePayload(f"a number was expected, not {type(value).__name__}")


def times(left: Decimal, right: Decimal) -> Decimal:
    """Both multiplied out, exactly, and still a quantity."""
    return signed_quantity(_EXACT.multiply(left, right))


def plain(number: Decimal) -> str:
    """As people write it: no exponent, no trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
