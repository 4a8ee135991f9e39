"""Square's tills: open a ticket, take the money, change it, cancel it, give money back.

What the POS app does is told by payments; the order behind a payment has to be fetched. Orders
made by the API carry a `version` and fire `order.*` besides.
"""

from datetime import datetime
from decimal import Decimal

from pos_bridge.simulator import chance
from pos_bridge.simulator.basket import Line, Lines, Modifiers
from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.square import documents
from pos_bridge.simulator.square.back_office import BackOffice, line_units
from pos_bridge.simulator.till import NotPossible
from pos_bridge.simulator.wire import Json
from pos_bridge.simulator.world import locked


class SquareTill(BackOffice):
    """All tills of one Square seller."""

    @locked
    def sell(
        self,
        location: str,
        lines: Lines,
        *,
        modifiers: Modifiers | None = None,
        via_api: bool = False,
    ) -> str:
        """Ring up a sale and take the money; the order's id, also while the till is offline."""
        return self._ring_up(location, self.read(lines, modifiers), via_api, is_paid=True)

    @locked
    def open(
        self,
        location: str,
        lines: Lines,
        *,
        modifiers: Modifiers | None = None,
        via_api: bool = False,
    ) -> str:
        """Leave a ticket open: nothing is paid, nothing has left the shelf."""
        return self._ring_up(location, self.read(lines, modifiers), via_api, is_paid=False)

    @locked
    def pay(self, order_id: str) -> None:
        """Take the money for an open order, which completes it. Raises NotPossible."""
        order = self.order(order_id)
        if order["state"] != "OPEN":
            raise NotPossible(f"{order_id} is {order['state']}")
        now = self.stamps.next()
        self._pay(order, sold_at=now, at=now)

    @locked
    def edit(self, order_id: str, lines: Lines, *, modifiers: Modifiers | None = None) -> None:
        """Put other lines in place of an order's lines; a line of the same item keeps its uid.

        Square lets nobody do this to a completed order; here it may be done, because whoever
        reads orders as documents must come out right all the same. Raises NotPossible.
        """
        order = self.order(order_id)
        if order["state"] == "CANCELED" or "returns" in order or order_id in self.refunds_of:
            raise NotPossible(f"{order_id} cannot be edited")
        before = self.units(order)
        order["line_items"] = self._items(self.read(lines, modifiers), order["line_items"])
        documents.add_up(order, self.account.currency)
        at = self.touch(order)
        if order["state"] == "COMPLETED":
            self.settle(order, before, occurred_at=at, at=at)
            self.amend_payment(order, at)
        self.tell_order(order)
        self.world.tally.note(self.name, "edit")

    @locked
    def void(self, order_id: str) -> None:
        """Cancel an order and its payment, paid or not. Raises NotPossible."""
        order = self.order(order_id)
        if order["state"] == "CANCELED" or "returns" in order or order_id in self.refunds_of:
            raise NotPossible(f"{order_id} cannot be voided")
        before = self.units(order) if order["state"] == "COMPLETED" else {}
        order["state"] = "CANCELED"
        order["closed_at"] = rfc3339(self.touch(order))
        at = self.stamps.next()
        if before:
            self.settle(order, before, occurred_at=at, at=at)
        if payment := self.payment_of_order(order_id):
            self.change_payment(payment, at, status="CANCELED")
        self.tell_order(order)
        self.world.tally.note(self.name, "void")

    @locked
    def refund(
        self,
        order_id: str,
        lines: Lines | None = None,
        *,
        itemised: bool = True,
        restock: bool = True,
        amount: int | None = None,
        reason: str = "Returned goods",
    ) -> str:
        """Give money back; the return order's id.

        Itemised, the return order lists what came back (everything when `lines` is None), and
        `restock` puts it back into Square's stock. Otherwise it is money only. Raises
        NotPossible when more comes back than was sold.
        """
        sale = self.order(order_id)
        payment = self.payment_of_order(order_id)
        if sale["state"] != "COMPLETED" or payment is None:
            raise NotPossible(f"{order_id} was not paid")
        at = self.stamps.next()
        back_lines = self._return_lines(sale, lines) if itemised else []
        total = sum(line["total_money"]["amount"] for line in back_lines)
        back = documents.refund(
            f"{payment['id']}_{chance.token(self.ids, 22)}",
            payment,
            chance.token(self.ids, 27),
            total if itemised else amount or payment["amount_money"]["amount"],
            at=at,
            reason=reason,
        )
        returned = documents.return_order(back["order_id"], sale, back_lines, back, at=at)
        self.remember(returned["id"], returned)
        self.refunds_of.setdefault(order_id, []).append(returned["id"])
        self.refunds[back["id"]] = back
        self.tell_refund(back, payment)
        self._take_back(returned, back, restock=restock and itemised)
        self.world.tally.note(self.name, "refund")
        return str(returned["id"])

    @locked
    def change_catalog(self) -> None:
        """Say that somebody touched the catalog."""
        self.catalog_changed_at = at = self.stamps.next()
        changed = {"catalog_version": {"updated_at": rfc3339(at)}}
        data = {"type": "catalog_version", "id": chance.guid(self.ids), "object": changed}
        self.tell("catalog.version.updated", data, at)

    def _ring_up(self, location: str, lines: list[Line], via_api: bool, *, is_paid: bool) -> str:
        place = self.place(location)
        items = self._items(lines, [])
        order_id = chance.token(self.ids, 27)
        sold_at = self.stamps.next()

        def arrive(at: datetime) -> None:
            order = documents.order(order_id, place.id, items, opened_at=sold_at, at=at)
            if via_api:
                order["version"] = 1
                order["source"] = {"name": "Online ordering"}
            documents.add_up(order, self.account.currency)
            self.remember(order_id, order)
            self.tell_order(order, is_new=True)
            if is_paid:
                self._pay(order, sold_at=sold_at, at=at)

        self.ring_up(place.id, arrive)
        return order_id

    def _items(self, lines: list[Line], former: list[Json]) -> list[Json]:
        left = list(former)
        items = []
        for line in lines:
            same = next((f for f in left if f["catalog_object_id"] == line.item), None)
            if same:
                left.remove(same)
            uid = same["uid"] if same else chance.token(self.ids, 22)
            items.append(documents.line_item(uid, line, self.account))
        return items

    def _pay(self, order: Json, *, sold_at: datetime, at: datetime) -> None:
        payment_id = chance.token(self.ids, 29)
        payment = documents.payment(payment_id, order, at=sold_at, currency=self.account.currency)
        payment["updated_at"] = rfc3339(at)
        self.payments[payment_id] = payment
        self.payment_of[order["id"]] = payment_id
        self.tell_payment("payment.created", payment)
        order["tenders"] = [documents.tender(payment)]
        order["state"] = "COMPLETED"
        done_at = self.touch(order)
        order["closed_at"] = rfc3339(sold_at)
        self.settle(order, {}, occurred_at=sold_at, at=done_at)
        self.change_payment(payment, done_at, status="COMPLETED")
        self.tell_order(order)
        self.world.tally.note(self.name, "sale")

    def _return_lines(self, sale: Json, lines: Lines | None) -> list[Json]:
        left = self._left_to_return(sale)
        wanted = self.read(lines) if lines is not None else None
        if wanted is None:
            taken = [(uid, quantity) for uid, quantity in left.items() if quantity > 0]
        else:
            taken = [part for line in wanted for part in self._pick(sale, left, line)]
        if not taken:
            raise NotPossible("nothing is left to return")
        by_uid = {item["uid"]: item for item in sale["line_items"]}
        return [
            documents.return_line(chance.token(self.ids, 22), by_uid[uid], quantity)
            for uid, quantity in taken
        ]

    def _left_to_return(self, sale: Json) -> dict[str, Decimal]:
        left = {item["uid"]: Decimal(item["quantity"]) for item in sale["line_items"]}
        for order_id in self.refunds_of.get(sale["id"], []):
            for returned in self.orders.get(order_id, {}).get("returns", []):
                for line in returned.get("return_line_items", []):
                    left[line["source_line_item_uid"]] -= Decimal(line["quantity"])
        return left

    @staticmethod
    def _pick(sale: Json, left: dict[str, Decimal], wanted: Line) -> list[tuple[str, Decimal]]:
        missing = wanted.quantity
        picked = []
        for item in sale["line_items"]:
            if item["catalog_object_id"] == wanted.item and missing > 0:
                taken = min(missing, left[item["uid"]])
                left[item["uid"]] -= taken
                missing -= taken
                picked.append((item["uid"], taken))
        if missing > 0:
            raise NotPossible(f"more of {wanted.item} returned than sold")
        return [(uid, quantity) for uid, quantity in picked if quantity > 0]

    def _take_back(self, returned: Json, back: Json, *, restock: bool) -> None:
        lines = returned["returns"][0].get("return_line_items", [])
        units = line_units(lines, "return_modifiers")
        location = returned["location_id"]
        self.add("returned", location, units)
        if not restock:
            return
        at = self.stamps.next()
        # Only a change of inventory says that goods went back, and only tracked ones have any.
        tracked = {
            item: units[item, kind]
            for item, kind in units
            if kind == "item" and self.stock.is_tracked(item)
        }
        self.add("restocked", location, {(item, "item"): q for item, q in tracked.items()})
        for item, quantity in tracked.items():
            self.stock.shelf(item, location).adjust(quantity, occurred_at=at, at=at)
            states = ("UNLINKED_RETURN", "IN_STOCK")
            self.record_adjustment(
                returned, item, quantity, states=states, occurred_at=at, at=at, refund_id=back["id"]
            )
        self.tell_counts([(item, location) for item in tracked])
