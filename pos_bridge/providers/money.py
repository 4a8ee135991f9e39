"""Money as whole minor units of its currency, from decimals that tills write in major ones."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

from pos_bridge.providers import decimals
from pos_bridge.providers.base import UnreadablePayload
from pos_bridge.providers.payload import MAX_INTEGER

# ISO 4217: how many places a currency has, where it is not two.
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_PLACES = {**dict.fromkeys(_NONE.split(), 0), **dict.fromkeys(_THREE.split(), 3)}
_EXACT = Context(prec=120)


def minor(value: object, currency: str = "") -> int | None:
    """12.34 of a two-place currency is 1234; None stays None. Raises UnreadablePayload."""
    if value is None:
        return None
    scaled = decimals.exact(value).scaleb(_PLACES.get(currency, 2), _EXACT)
    units = int(scaled.quantize(Decimal(1), ROUND_HALF_UP, _EXACT))
    if abs(units) > MAX_INTEGER:
        raise UnreadablePayload("an amount out of bounds")
    return units
