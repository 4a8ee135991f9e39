"""What follows from a Square order by itself: stock, payments, and what the world is told."""

import copy
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from pos_bridge.simulator import basket, chance
from pos_bridge.simulator.chain import Seller
from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.square import documents
from pos_bridge.simulator.square.post import PostOffice
from pos_bridge.simulator.square.stock import Stock
from pos_bridge.simulator.till import Till, gather
from pos_bridge.simulator.tokens import Tokens
from pos_bridge.simulator.wire import Json
from pos_bridge.simulator.world import World


class BackOffice(Till[Seller]):
    """The books of one seller; the tills stand on it."""

    name = "square"

    def __init__(self, account: Seller, world: World) -> None:
        super().__init__(account, world)
        self.payments: dict[str, Json] = {}
        self.refunds: dict[str, Json] = {}
        self.stock = Stock(account, at=world.clock.now())
        self.post_office = PostOffice(account, chance.stream(world.seed, "square events"))
        self.tokens = Tokens(issuer="square", secret=account.client_secret, clock=world.clock)
        self.catalog_changed_at = self.stamps.next()
        self.written: OrderedDict[str, tuple[str, Json]] = OrderedDict()
        self.payment_of: dict[str, str] = {}
        self.refunds_of: dict[str, list[str]] = {}

    def remember_write(self, key: str, digest: str, body: Json) -> None:
        """Keep the answer to an inventory write, so that its key repeats it."""
        self.written[key] = (digest, body)
        while len(self.written) > self.world.keep:
            self.written.popitem(last=False)

    def tell_counts(self, keys: list[tuple[str, str]]) -> None:
        """Fire `inventory.count.updated` for these (variation, location) pairs."""
        counts = [self.stock.shown(*key) for key in keys if self.stock.is_tracked(key[0])]
        if counts:
            data = {
                "type": "inventory_counts",
                "id": chance.guid(self.ids),
                "object": {"inventory_counts": counts},
            }
            self.tell("inventory.count.updated", data, self.world.clock.now())

    def forget(self, order_id: str) -> None:
        self.refunds_of.pop(order_id, None)
        if payment_id := self.payment_of.pop(order_id, None):
            self.payments.pop(payment_id, None)
        for refund_id in [r for r, back in self.refunds.items() if back["order_id"] == order_id]:
            del self.refunds[refund_id]

    def settle(
        self,
        order: Json,
        before: Mapping[tuple[str, str], Decimal],
        *,
        occurred_at: datetime,
        at: datetime,
    ) -> None:
        """Bring the tally and Square's own stock to what the order says now."""
        after = self.units(order)
        location = order["location_id"]
        self.count(order["id"], location, after)
        moved = []
        for key in {**before, **after}:
            change = after.get(key, Decimal(0)) - before.get(key, Decimal(0))
            if change and key[1] == "item" and self.stock.is_tracked(key[0]):
                shelf = self.stock.shelf(key[0], location)
                shelf.adjust(-change, occurred_at=occurred_at, at=at)
                self._record_move(order, key[0], change, occurred_at, at)
                moved.append((key[0], location))
        self.tell_counts(moved)

    def _record_move(
        self, order: Json, variation: str, sold: Decimal, occurred_at: datetime, at: datetime
    ) -> None:
        states = ("IN_STOCK", "SOLD") if sold > 0 else ("SOLD", "IN_STOCK")
        self.record_adjustment(
            order, variation, abs(sold), states=states, occurred_at=occurred_at, at=at
        )

    def record_adjustment(
        self,
        order: Json,
        variation: str,
        quantity: Decimal,
        *,
        states: tuple[str, str],
        occurred_at: datetime,
        at: datetime,
        **more: str,
    ) -> None:
        adjustment = {
            "id": chance.token(self.ids, 24).upper(),
            "from_state": states[0],
            "to_state": states[1],
            "from_location_id": order["location_id"],
            "to_location_id": order["location_id"],
            "catalog_object_id": variation,
            "catalog_object_type": "ITEM_VARIATION",
            "quantity": basket.plain(quantity),
            "occurred_at": rfc3339(occurred_at),
            "created_at": rfc3339(at),
            "source": {"product": "SQUARE_POS"},
            "transaction_id": order["id"],
            **more,
        }
        self.stock.record({"type": "ADJUSTMENT", "adjustment": adjustment}, at=at)

    def units(self, order: Json) -> dict[tuple[str, str], Decimal]:
        if order["state"] != "COMPLETED":
            return {}
        return line_units(order["line_items"], "modifiers")

    def touch(self, order: Json) -> datetime:
        at = self.stamps.next()
        order["updated_at"] = rfc3339(at)
        if "version" in order:
            order["version"] += 1
        return at

    def payment_of_order(self, order_id: str) -> Json | None:
        payment_id = self.payment_of.get(order_id)
        return self.payments.get(payment_id) if payment_id else None

    def amend_payment(self, order: Json, at: datetime) -> None:
        payment = self.payment_of_order(order["id"])
        if payment is None:
            return
        for name in ("amount_money", "approved_money", "total_money"):
            payment[name] = copy.copy(order["total_money"])
        order["tenders"] = [documents.tender(payment)]
        self.change_payment(payment, at)

    def change_payment(self, payment: Json, at: datetime, **changes: Any) -> None:
        payment.update(changes, updated_at=rfc3339(at))
        if payment["status"] == "COMPLETED":
            payment["card_details"]["status"] = "CAPTURED"
        self.tell_payment("payment.updated", payment)

    def tell_refund(self, back: Json, payment: Json) -> None:
        event_id = chance.guid(self.ids)
        data = {"type": "refund", "id": back["id"], "object": {"refund": back}}
        self.tell("refund.created", data, self.world.clock.now(), event_id)
        at = self.stamps.next()
        back.update(status="COMPLETED", updated_at=rfc3339(at))
        # Published samples show created and updated under one event id, so it is not enough alone.
        self.tell("refund.updated", data, at, event_id)
        payment["refund_ids"] = [*payment.get("refund_ids", []), back["id"]]
        given = payment.get("refunded_money", {}).get("amount", 0) + back["amount_money"]["amount"]
        payment["refunded_money"] = documents.money(given, self.account.currency)
        self.change_payment(payment, at)

    def tell_payment(self, kind: str, payment: Json) -> None:
        data = {"type": "payment", "id": payment["id"], "object": {"payment": payment}}
        self.tell(kind, data, self.world.clock.now())

    def tell_order(self, order: Json, *, is_new: bool = False) -> None:
        if "version" not in order:
            return
        name = "order_created" if is_new else "order_updated"
        names = ("location_id", "version", "state", "created_at", "updated_at")
        shown = {"order_id": order["id"], **{key: order[key] for key in names}}
        data = {"type": "order", "id": order["id"], "object": {name: shown}}
        self.tell(name.replace("_", "."), data, self.world.clock.now())

    def tell(self, kind: str, data: Json, at: datetime, event_id: str | None = None) -> None:
        for letter in self.post_office.write(kind, data, at=at, event_id=event_id):
            self.send(letter)


def line_units(lines: Sequence[Json], modifiers: str) -> dict[tuple[str, str], Decimal]:
    """Units by (item, kind) of sold or returned lines; a modifier counts per unit of its line."""
    pairs = []
    for line in lines:
        quantity = Decimal(line["quantity"])
        pairs.append(((line["catalog_object_id"], "item"), quantity))
        for modifier in line.get(modifiers, []):
            each = Decimal(modifier.get("quantity", "1"))
            pairs.append(((modifier["catalog_object_id"], "modifier"), quantity * each))
    return gather(pairs)
