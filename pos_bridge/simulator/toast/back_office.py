"""What follows from a Toast order by itself: its stamps, stock, the truth, and what is told."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Literal

from pos_bridge.simulator import chance
from pos_bridge.simulator.chain import Group
from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.till import NotPossible, Till, gather
from pos_bridge.simulator.toast import documents
from pos_bridge.simulator.toast.desk import Desk
from pos_bridge.simulator.toast.documents import stamp
from pos_bridge.simulator.toast.limits import Limits
from pos_bridge.simulator.toast.post import PostOffice
from pos_bridge.simulator.toast.stock import Shelf, Status, Stock
from pos_bridge.simulator.tokens import Tokens
from pos_bridge.simulator.wire import Json
from pos_bridge.simulator.world import World, locked

Units = Mapping[tuple[str, str], Decimal]


class BackOffice(Till[Group]):
    """The books of one group; the tills stand on it."""

    name = "toast"

    def __init__(self, account: Group, world: World) -> None:
        super().__init__(account, world)
        self.stock = Stock(account)
        self.post_office = PostOffice(account, chance.stream(world.seed, "toast events"))
        self.tokens = Tokens(issuer="toast", secret=account.client_secret, clock=world.clock)
        self.desk = Desk(world.clock)
        self.limits = Limits(world.clock)
        self.published_at = self.stamps.next()
        self.place_of: dict[str, str] = {}
        self.numbers = count(1)
        self.taken: dict[str, Units] = {}

    @locked
    def publish(self) -> None:
        """Publish the menus anew at every restaurant."""
        self.published_at = at = self.stamps.next()
        for place in self.account.places:
            details = {"restaurantGuid": place.id, "publishedDate": rfc3339(at)}
            self._tell("menus", "menus_updated", details, place.id, at)
        self.world.tally.note(self.name, "publish")

    @locked
    def set_stock(
        self, location: str, item: str, status: Status, quantity: Decimal | None = None
    ) -> None:
        """Set an item's stock at a restaurant, as the till or our own write does; it is told."""
        shelf = self.stock.shelf(self.place(location).id, item)
        self.tell_stock(location, shelf, shelf.set(status, quantity))

    def tell_stock(self, restaurant: str, shelf: Shelf, kind: str) -> None:
        """Fire a stock event."""
        at = self.stamps.next()
        self._tell("stock", kind, shelf.details(restaurant), restaurant, at)

    def forget(self, order_id: str) -> None:
        self.place_of.pop(order_id, None)
        self.taken.pop(order_id, None)

    def void_one(self, document: Json, order: Json, at: datetime) -> None:
        document.update(voided=True, voidDate=stamp(at), voidBusinessDate=self.day(order))

    def changed(self, order: Json, at: datetime | None = None) -> None:
        """Stamp a change, bring stock and the truth along, and tell the whole order."""
        at = at or self.stamps.next()
        order["modifiedDate"] = stamp(at)
        for check in order["checks"]:
            check["modifiedDate"] = stamp(at)
        self._settle(order)
        place_id = self.place_of[order["guid"]]
        details = {"restaurantGuid": place_id, "order": order, "appliedPackagingInfo": None}
        self._tell("order_updated", "order_updated", details, place_id, at)

    def _settle(self, order: Json) -> None:
        guid, place_id = order["guid"], self.place_of[order["guid"]]
        units = self.units(order)
        is_final = self.status(order) in ("PAID", "CLOSED")
        column: Literal["wasted", "sold"] = "wasted" if order["excessFood"] else "sold"
        self.count(guid, place_id, units if is_final else {}, column)
        before = self.taken.get(guid, {})
        self.taken[guid] = units
        for item, kind in {**before, **units}:
            change = units.get((item, kind), Decimal(0)) - before.get((item, kind), Decimal(0))
            shelf = self.stock.shelf(place_id, item)
            if change and (event := shelf.sell(change)):
                self.tell_stock(place_id, shelf, event)

    def units(self, order: Json) -> dict[tuple[str, str], Decimal]:
        if order["voided"] or order["deleted"]:
            return {}
        found = [
            pair
            for check in order["checks"]
            if not check["voided"] and not check["deleted"]
            for pair in documents.walk(check["selections"])
        ]
        return gather(
            [
                (
                    (selection["item"]["guid"], "modifier" if is_modifier else "item"),
                    Decimal(str(selection["quantity"])),
                )
                for selection, is_modifier in found
            ]
        )

    def standing(self, order_id: str) -> Json:
        order = self.order(order_id)
        if order["voided"] or order["deleted"]:
            raise NotPossible(f"{order_id} is voided or deleted")
        return order

    def must_be(self, order_id: str, status: str) -> None:
        found = self.status(self.standing(order_id))
        if found != status:
            raise NotPossible(f"{order_id} is {found}")

    @staticmethod
    def status(order: Json) -> str:
        return str(order["checks"][0]["paymentStatus"])

    def day(self, order: Json) -> int:
        place = self.place(self.place_of[order["guid"]])
        now = self.world.clock.now()
        return documents.business_date(now, place, self.account.closeout_hour)

    def _tell(self, category: str, kind: str, details: Json, restaurant: str, at: datetime) -> None:
        letter = self.post_office.write(category, kind, details, restaurant=restaurant, at=at)
        if letter:
            self.send(letter)
