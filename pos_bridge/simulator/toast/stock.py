"""Toast's stock: only what is counted or out is stock at all, and only thresholds are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pos_bridge.simulator.chain import Group, Ware
from pos_bridge.simulator.toast.documents import number
from pos_bridge.simulator.wire import Json

Status = Literal["IN_STOCK", "OUT_OF_STOCK", "QUANTITY"]
#: Fixed by Toast: at this many a counted item is low.
LOW = 5


@dataclass
class Shelf:
    """One item at one restaurant; `quantity` only while it is counted."""

    ware: Ware
    status: Status = "IN_STOCK"
    quantity: Decimal | None = None

    def set(self, status: Status, quantity: Decimal | None) -> str:
        """Set it outright, and tell the type of the event that follows."""
        self.status, self.quantity = status, quantity
        return "out_of_stock" if status == "OUT_OF_STOCK" else "in_stock"

    def sell(self, quantity: Decimal) -> str | None:
        """Count down (or up again), and tell the event when a threshold is crossed."""
        if self.quantity is None:
            return None
        before = self.quantity
        self.quantity -= quantity
        if self.quantity <= 0:
            self.status, self.quantity = "OUT_OF_STOCK", None
            return "out_of_stock"
        return "low_quantity" if before > LOW >= self.quantity else None

    def shown(self) -> Json:
        """The row of the stock API."""
        return {
            "guid": self.ware.id,
            "status": self.status,
            "quantity": None if self.quantity is None else float(self.quantity),
            "multiLocationId": self.ware.multi_location_id,
            "versionId": self.ware.id,
        }

    def details(self, restaurant: str) -> Json:
        """What a stock event says."""
        counted = {} if self.quantity is None else {"quantity": float(number(self.quantity))}
        return {
            "itemGuid": self.ware.id,
            "restaurantGuid": restaurant,
            "status": self.status,
            **counted,
            "multiLocationId": self.ware.multi_location_id,
            "versionId": self.ware.id,
        }


class Stock:
    """Every item at every restaurant of the group."""

    def __init__(self, group: Group) -> None:
        self._shelves = {
            (place.id, ware.id): Shelf(
                ware, "IN_STOCK" if ware.stock is None else "QUANTITY", ware.stock
            )
            for place in group.places
            for ware in (*group.wares, *group.modifiers)
        }

    def shelf(self, restaurant: str, item: str) -> Shelf:
        """One item at one restaurant, by its guid. Raises KeyError."""
        return self._shelves[restaurant, item]

    def find(self, restaurant: str, *, guid: str = "", multi_location_id: str = "") -> Shelf | None:
        """One item at one restaurant, by either id."""
        for shelf in self.at(restaurant):
            if guid and shelf.ware.id == guid:
                return shelf
            if multi_location_id and shelf.ware.multi_location_id == multi_location_id:
                return shelf
        return None

    def at(self, restaurant: str) -> Iterable[Shelf]:
        """Everything at one restaurant."""
        return [shelf for (place, _), shelf in self._shelves.items() if place == restaurant]
