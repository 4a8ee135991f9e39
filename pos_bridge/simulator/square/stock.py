"""Square's own counts: the last physical count plus every later adjustment.

Changes are placed by the time they say they occurred, so they may come out of order.
"""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from pos_bridge.simulator.basket import plain
from pos_bridge.simulator.chain import Seller
from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.wire import Json

#: Changes older than this are refused, so adjustments older than this need no remembering.
OLDEST_CHANGE = timedelta(hours=24)
_KEPT_CHANGES = 20_000


@dataclass
class Shelf:
    """One variation at one location in one state."""

    quantity: Decimal = Decimal(0)
    counted_at: datetime | None = None
    calculated_at: datetime | None = None
    moves: list[tuple[datetime, Decimal]] = field(default_factory=list)

    def adjust(self, by: Decimal, *, occurred_at: datetime, at: datetime) -> None:
        """Add units, unless a later physical count has seen them already."""
        self.moves = [m for m in self.moves if m[0] > at - OLDEST_CHANGE]
        self.moves.append((occurred_at, by))
        if self.counted_at is None or occurred_at > self.counted_at:
            self.quantity += by
        self.calculated_at = at

    def count(self, quantity: Decimal, *, occurred_at: datetime, at: datetime) -> None:
        """Set what was there at a moment; adjustments after it still apply."""
        if self.counted_at is not None and occurred_at < self.counted_at:
            return
        self.counted_at = occurred_at
        later = (by for moved_at, by in self.moves if moved_at > occurred_at)
        self.quantity = quantity + sum(later, Decimal(0))
        self.calculated_at = at


class Stock:
    """The counts of one seller."""

    def __init__(self, seller: Seller, *, at: datetime) -> None:
        self._shelves: dict[tuple[str, str, str], Shelf] = defaultdict(Shelf)
        self.changes: deque[tuple[datetime, Json]] = deque(maxlen=_KEPT_CHANGES)
        self._tracked = {ware.id for ware in seller.wares if ware.stock is not None}
        for ware in seller.wares:
            for place in seller.places:
                if ware.stock is not None:
                    shelf = self._shelves[ware.id, place.id, "IN_STOCK"]
                    # Counted before anything that may still be reported to us.
                    shelf.count(ware.stock, occurred_at=at - 2 * OLDEST_CHANGE, at=at)

    def is_tracked(self, variation: str) -> bool:
        return variation in self._tracked

    def shelf(self, variation: str, location: str, state: str = "IN_STOCK") -> Shelf:
        """The count of a variation at a location; makes it tracked."""
        self._tracked.add(variation)
        return self._shelves[variation, location, state]

    def quantity(self, variation: str, location: str) -> Decimal:
        """Units in stock as Square believes."""
        shelf = self._shelves.get((variation, location, "IN_STOCK"))
        return shelf.quantity if shelf else Decimal(0)

    def counts(self) -> Iterator[tuple[datetime, Json]]:
        """Every count with the time it was calculated."""
        for (variation, location, state), shelf in self._shelves.items():
            if shelf.calculated_at is not None:
                yield shelf.calculated_at, self.shown(variation, location, state)

    def shown(self, variation: str, location: str, state: str = "IN_STOCK") -> Json:
        """One count as the API and the webhook tell it."""
        shelf = self._shelves[variation, location, state]
        at = shelf.calculated_at
        return {
            "catalog_object_id": variation,
            "catalog_object_type": "ITEM_VARIATION",
            "state": state,
            "location_id": location,
            "quantity": plain(shelf.quantity),
            "calculated_at": rfc3339(at) if at else "",
        }

    def record(self, change: Json, *, at: datetime) -> None:
        """Keep a change for `changes/batch-retrieve`."""
        self.changes.append((at, change))
