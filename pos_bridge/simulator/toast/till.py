"""Toast's tills: the order as a whole is told at every change, also when nothing is left of it."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pos_bridge.simulator import chance
from pos_bridge.simulator.basket import Line, Lines, Modifiers
from pos_bridge.simulator.till import NotPossible
from pos_bridge.simulator.toast import documents
from pos_bridge.simulator.toast.back_office import BackOffice
from pos_bridge.simulator.toast.documents import stamp
from pos_bridge.simulator.wire import Json
from pos_bridge.simulator.world import locked

Step = Literal["open", "paid", "closed"]


class ToastTill(BackOffice):
    """All tills of one Toast group."""

    @locked
    def sell(
        self,
        location: str,
        lines: Lines,
        *,
        modifiers: Modifiers | None = None,
        until: Step = "closed",
    ) -> str:
        """Ring up an order and take it as far as `until`, telling each step; the order's guid."""
        wanted = self.read(lines, modifiers)
        place = self.place(location)
        guid = chance.guid(self.ids)
        sold_at = self.stamps.next()
        selections = self._selections(wanted, sold_at)

        def arrive(at: datetime) -> None:
            self._open(guid, place.id, selections, opened_at=sold_at, at=at)
            if until != "open":
                self._pay(guid, sold_at)
            if until == "closed":
                self._close(guid, sold_at)

        self.ring_up(place.id, arrive)
        return guid

    @locked
    def pay(self, order_id: str) -> None:
        """Take the money: the check is PAID until its tip is settled. Raises NotPossible."""
        self.must_be(order_id, "OPEN")
        self._pay(order_id, self.stamps.next())

    @locked
    def close(self, order_id: str) -> None:
        """Close a paid check, as the nightly closing does. Raises NotPossible."""
        self.must_be(order_id, "PAID")
        self._close(order_id, self.stamps.next())

    @locked
    def reopen(self, order_id: str) -> None:
        """Open a closed check again; its payments stay. Raises NotPossible."""
        self.must_be(order_id, "CLOSED")
        order = self.order(order_id)
        order["closedDate"] = None
        for check in order["checks"]:
            check.update(paymentStatus="OPEN", closedDate=None)
        self.changed(order)

    @locked
    def edit(self, order_id: str, lines: Lines, *, modifiers: Modifiers | None = None) -> None:
        """Bring the first check to these lines; what is not wanted any more is voided.

        Raises NotPossible when money was given back already.
        """
        order = self._untouched(order_id)
        at = self.stamps.next()
        check = order["checks"][0]
        left = [s for s in check["selections"] if not s["voided"]]
        for line in self.read(lines, modifiers):
            same = next((s for s in left if s["item"]["guid"] == line.item), None)
            fresh = documents.selection(self.ids, line, self.account, at=at)
            if same is None:
                check["selections"].append(fresh)
            else:
                left.remove(same)
                same.update({**fresh, "guid": same["guid"], "createdDate": same["createdDate"]})
        for selection in left:
            self.void_one(selection, order, at)
        documents.add_up(check)
        self.changed(order)
        self.world.tally.note(self.name, "edit")

    @locked
    def void(self, order_id: str) -> None:
        """Void an order with its checks, selections and payments.

        Raises NotPossible when money was given back already.
        """
        order = self._untouched(order_id)
        at = self.stamps.next()
        self.void_one(order, order, at)
        for check in order["checks"]:
            self.void_one(check, order, at)
            for selection in check["selections"]:
                self.void_one(selection, order, at)
            for payment in check["payments"]:
                payment["paymentStatus"] = "VOIDED"
                payment["voidInfo"] = {"voidDate": stamp(at), "voidBusinessDate": self.day(order)}
        self.changed(order)
        self.world.tally.note(self.name, "void")

    @locked
    def delete(self, order_id: str) -> None:
        """Delete an order, as happens to one that was combined into another."""
        order = self.standing(order_id)
        self._delete(order)

    @locked
    def combine(self, order_id: str, other_id: str) -> None:
        """Move everything of another order to this one; the other is deleted."""
        order, other = self.standing(order_id), self.standing(other_id)
        if self.status(order) != self.status(other):
            raise NotPossible("only orders in the same state are combined")
        check = order["checks"][0]
        for old in [s for c in other["checks"] for s in c["selections"] if not s["voided"]]:
            origin = documents.reference(old["guid"], "MenuItemSelection")
            check["selections"].append(
                {**old, "guid": chance.guid(self.ids), "splitOrigin": origin}
            )
        check["payments"] += [p for c in other["checks"] for p in c["payments"]]
        documents.add_up(check)
        # Their goods are the other order's no more, or deleting it would put them back.
        self.taken.pop(other_id, None)
        self.taken[order_id] = self.units(order)
        self._delete(other)
        self.changed(order)

    @locked
    def refund(
        self,
        order_id: str,
        lines: Lines | None = None,
        *,
        itemised: bool = True,
        restock: bool = True,
    ) -> str:
        """Give money back; the payment's guid.

        Toast says on which selections (when itemised) and never whether goods came back, so
        nothing is restocked whatever `restock` asks. Raises NotPossible.
        """
        order = self.standing(order_id)
        payments = [payment for check in order["checks"] for payment in check["payments"]]
        if not payments or payments[0]["refundStatus"] == "FULL":
            raise NotPossible(f"{order_id} has no payment left to refund")
        at = self.stamps.next()
        given = Decimal(str((payments[0]["refund"] or {}).get("refundAmount", 0)))
        paid = Decimal(str(payments[0]["amount"]))
        total = given + self._refund_lines(order, lines, at) if itemised else paid
        payments[0]["refundStatus"] = "FULL" if total >= paid else "PARTIAL"
        payments[0]["refund"] = {
            "refundAmount": documents.number(total),
            "tipRefundAmount": 0,
            "refundDate": stamp(at),
            "refundBusinessDate": self.day(order),
        }
        self.changed(order)
        self.world.tally.note(self.name, "refund")
        return str(payments[0]["guid"])

    @locked
    def waste(self, location: str, lines: Lines) -> str:
        """Report excess food: an order of price 0 that sells nothing."""
        place = self.place(location)
        wanted = self.read(lines)
        guid = chance.guid(self.ids)
        opened_at = self.stamps.next()
        selections = self._selections(wanted, opened_at)
        for selection, _ in documents.walk(selections):
            selection.update(price=0, preDiscountPrice=0, receiptLinePrice=0)

        def arrive(at: datetime) -> None:
            self._open(guid, place.id, selections, opened_at=opened_at, at=at, is_waste=True)
            self._close(guid, opened_at)

        self.ring_up(place.id, arrive)
        return guid

    def _open(
        self,
        guid: str,
        place_id: str,
        selections: list[Json],
        *,
        opened_at: datetime,
        at: datetime,
        is_waste: bool = False,
    ) -> None:
        place = self.place(place_id)
        order = documents.order(guid, place, self.account, opened_at=opened_at)
        order["excessFood"] = is_waste
        number = next(self.numbers)
        check = documents.check(chance.guid(self.ids), number, selections, opened_at=opened_at)
        order["checks"] = [check]
        self.place_of[guid] = place.id
        self.remember(guid, order)
        self.changed(order, at)

    def _selections(self, lines: list[Line], at: datetime) -> list[Json]:
        return [documents.selection(self.ids, line, self.account, at=at) for line in lines]

    def _pay(self, guid: str, at: datetime) -> None:
        order = self.order(guid)
        order["paidDate"] = stamp(at)
        for check in order["checks"]:
            check.update(paymentStatus="PAID", paidDate=stamp(at))
            if not check["payments"]:
                paid = documents.payment(
                    chance.guid(self.ids), check["totalAmount"], at=at, day=order["businessDate"]
                )
                check["payments"].append(paid)
        self.changed(order)
        self.world.tally.note(self.name, "sale")

    def _close(self, guid: str, at: datetime) -> None:
        order = self.order(guid)
        order["closedDate"] = stamp(at)
        for check in order["checks"]:
            check.update(paymentStatus="CLOSED", closedDate=stamp(at))
        self.changed(order)

    def _delete(self, order: Json) -> None:
        at = self.stamps.next()
        order.update(deleted=True, deletedDate=stamp(at))
        for check in order["checks"]:
            check.update(deleted=True, deletedDate=stamp(at))
        self.changed(order)
        self.world.tally.note(self.name, "delete")

    def _untouched(self, order_id: str) -> Json:
        order = self.standing(order_id)
        payments = [payment for check in order["checks"] for payment in check["payments"]]
        if any(payment["refundStatus"] != "NONE" for payment in payments):
            raise NotPossible(f"{order_id} was refunded")
        return order

    def _refund_lines(self, order: Json, lines: Lines | None, at: datetime) -> Decimal:
        """Mark what money was given back for, and tell how much."""
        standing = [
            selection
            for check in order["checks"]
            for selection in check["selections"]
            if not selection["voided"] and selection["refundDetails"] is None
        ]
        wanted = {line.item: line.quantity for line in self.read(lines)} if lines else None
        total = Decimal(0)
        for selection in standing:
            item, sold = selection["item"]["guid"], Decimal(str(selection["quantity"]))
            quantity = sold if wanted is None else min(sold, wanted.get(item, Decimal(0)))
            if quantity and sold:
                below = documents.walk([selection])
                price = sum(Decimal(str(found["price"])) for found, _ in below)
                part = (price * quantity / sold).quantize(Decimal("0.01"))
                total += part
                selection["refundDetails"] = {
                    "refundAmount": documents.number(part),
                    "taxRefundAmount": 0,
                    "refundTransaction": documents.reference(
                        chance.guid(self.ids), "RefundTransaction"
                    ),
                }
                selection["modifiedDate"] = stamp(at)
                self.add("returned", self.place_of[order["guid"]], {(item, "item"): quantity})
        if not total:
            raise NotPossible("nothing of that is left to refund")
        return total
