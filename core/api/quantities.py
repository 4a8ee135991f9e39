"""Exact quantities in JSON: strings, never floats."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

LARGEST = Decimal(10) ** 9
SCALE = 6


class Quantity(serializers.DecimalField):
    """An exact quantity: a string in JSON, without trailing zeros, at most six decimals."""

    def __init__(self, **options: Any) -> None:
        bounds = {"max_value": LARGEST, "min_value": -LARGEST}
        super().__init__(max_digits=19, decimal_places=SCALE, **{**bounds, **options})

    def to_representation(self, value: Any) -> str:
        return plain(Decimal(value))


def plain(value: Decimal) -> str:
    """`12`, `-0.25`, `1200`: no exponent, no trailing zeros, no negative zero."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
