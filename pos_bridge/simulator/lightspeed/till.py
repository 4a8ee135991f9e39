"""K-Series' tills: what they sell is found by polling, what they take back is a sale below zero."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import count

from pos_bridge.simulator.basket import Extra, Line, Lines, Modifiers
from pos_bridge.simulator.chain import Business, Place
from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.lightspeed import documents
from pos_bridge.simulator.lightspeed.documents import Kind, Sale, Sold
from pos_bridge.simulator.lightspeed.post import endpoints
from pos_bridge.simulator.till import NotPossible, Till, UnknownOrder, gather
from pos_bridge.simulator.tokens import Tokens
from pos_bridge.simulator.wire import Json
from pos_bridge.simulator.world import World, locked

_FIRST_DEVICE = 65315
_EPOCH_MILLIS = 1_700_000_000_000


class LightspeedTill(Till[Business]):
    """All tills of one K-Series business; an order is known by the account that sold it."""

    name = "lightspeed"

    def __init__(self, account: Business, world: World) -> None:
        super().__init__(account, world)
        self.tokens = Tokens(issuer="lightspeed", secret=account.client_secret, clock=world.clock)
        self.endpoints = endpoints(account)
        self.sales: dict[str, Sale] = {}
        self.available: dict[tuple[str, str], tuple[Decimal, datetime]] = {
            (place.id, ware.id): (ware.stock, world.clock.now())
            for place in account.places
            for ware in account.wares
            if ware.stock is not None
        }
        self._devices = {place.id: _FIRST_DEVICE + n for n, place in enumerate(account.places)}
        # Numbers go on from the time of the start, so a restarted till never repeats one.
        self._numbers = count(int(world.clock.now().timestamp() * 1000) - _EPOCH_MILLIS)
        self._current: dict[str, str] = {}
        self._returned: dict[str, dict[str, Decimal]] = {}

    @locked
    def sell(self, location: str, lines: Lines, *, modifiers: Modifiers | None = None) -> str:
        """Close an account at the till; its `accountFiscId`. No webhook tells of it."""
        return self._sell(self.place(location), self.read(lines, modifiers))

    @locked
    def sell_online(self, location: str, lines: Lines, *, reference: str) -> str:
        """Sell an order that was placed through the API, which webhooks tell of."""
        place = self.place(location)
        references = [f"TASK:OO-{place.id}-{reference}"]
        account_id = self._sell(place, self.read(lines), references)
        if sale := self.sales.get(account_id):
            for status in ("SUCCESS", "CLOSED"):
                self._tell_order(sale, reference, status)
        return account_id

    @locked
    def edit(self, order_id: str, lines: Lines, *, modifiers: Modifiers | None = None) -> None:
        """Correct a closed account: it is voided, and sold anew under another one."""
        sale = self._untouched(order_id)
        wanted = self.read(lines, modifiers)
        self._reverse(sale, sale.lines, "VOID", "Correction")
        fresh = self._sale(sale.place, self._lines(sale.place, wanted), at=self.stamps.next())
        fresh.initial_id, fresh.previous_id = sale.initial_id or sale.account_id, sale.account_id
        self._keep(fresh)
        self._current[order_id] = fresh.account_id
        self._count(order_id, fresh)
        self.world.tally.note(self.name, "edit")

    @locked
    def void(self, order_id: str) -> None:
        """Void a closed account: a sale of type VOID takes every line back."""
        sale = self._untouched(order_id)
        self._reverse(sale, sale.lines, "VOID", "Mistake")
        self._current[order_id] = ""
        self.count(order_id, sale.place.id, {})
        self.world.tally.note(self.name, "void")

    @locked
    def refund(
        self,
        order_id: str,
        lines: Lines | None = None,
        *,
        itemised: bool = True,
        restock: bool = True,
    ) -> str:
        """Give money back by a sale of type REFUND; its account.

        Itemised, its negative lines are goods that came back: K-Series cannot say otherwise, so
        `restock` changes nothing. Otherwise it has no lines. Raises NotPossible.
        """
        sale = self._standing(order_id)
        taken = self._take(sale, lines) if itemised else []
        refund = self._reverse(sale, taken, "REFUND", None, is_money_only=not itemised)
        units = _units(taken)
        self.add("returned", sale.place.id, units)
        self.add("restocked", sale.place.id, units)
        self.world.tally.note(self.name, "refund")
        return refund.account_id

    @locked
    def restrict(self, location: str, item: str, left: int | None) -> None:
        """Set how many of an item may still be sold (None: any number); endpoints are told."""
        place, ware = self.place(location), self.account.ware(item)
        at = self.stamps.next()
        if left is None:
            self.available.pop((place.id, ware.id), None)
        else:
            self.available[place.id, ware.id] = (Decimal(left), at)
        body = {
            "sku": ware.sku,
            "businessLocationId": int(place.id),
            "count": left,
            "countUpdatedAt": rfc3339(at).replace("Z", "+00:00"),
            "status": "NOT_RESTRICTED" if left is None else "RESTRICTED",
            "type": "ITEM",
        }
        self._tell(body, ware.sku)

    def forget(self, order_id: str) -> None:
        self.sales.pop(order_id, None)
        self._current.pop(order_id, None)
        self._returned.pop(order_id, None)

    def _sell(self, place: Place, lines: list[Line], references: Sequence[str] = ()) -> str:
        sold_at = self.stamps.next()
        sale = self._sale(place, self._lines(place, lines), at=sold_at)
        sale.external_references = list(references)

        def arrive(_at: datetime) -> None:
            self._keep(sale)
            self._current[sale.account_id] = sale.account_id
            self._count(sale.account_id, sale)
            self.world.tally.note(self.name, "sale")

        self.ring_up(place.id, arrive)
        return sale.account_id

    def _sale(self, place: Place, lines: list[Sold], *, at: datetime, kind: Kind = "SALE") -> Sale:
        return Sale(
            account_id=self._id("A", place),
            receipt_id=self._id("R", place),
            place=place,
            lines=lines,
            opened_at=at,
            closed_at=at,
            kind=kind,
        )

    def _lines(self, place: Place, lines: list[Line]) -> list[Sold]:
        sold: list[Sold] = []
        for line in lines:
            ware = self.account.ware(line.item)
            parent = Sold(self._id("S", place), ware, line.quantity)
            sold += [parent, *self._modifier_lines(place, line.extras, parent)]
        return sold

    def _modifier_lines(self, place: Place, extras: tuple[Extra, ...], parent: Sold) -> list[Sold]:
        sold: list[Sold] = []
        for extra in extras:
            ware = self.account.ware(extra.item)
            quantity = extra.quantity * parent.quantity
            line = Sold(self._id("S", place), ware, quantity, parent.id, "modifier")
            sold += [line, *self._modifier_lines(place, extra.extras, line)]
        return sold

    def _reverse(
        self,
        sale: Sale,
        lines: Sequence[Sold],
        kind: Kind,
        reason: str | None,
        *,
        is_money_only: bool = False,
    ) -> Sale:
        ids = {line.id: self._id("S", sale.place) for line in lines}
        negative = [
            Sold(ids[line.id], line.ware, -line.quantity, ids.get(line.parent, ""), line.kind)
            for line in lines
        ]
        back = self._sale(sale.place, negative, at=self.stamps.next(), kind=kind)
        back.initial_id = sale.initial_id or sale.account_id
        back.previous_id = sale.account_id
        back.void_reason = reason
        if is_money_only:
            back.amount_minor = -int(documents.total(sale))
        self._keep(back)
        return back

    def _take(self, sale: Sale, lines: Lines | None) -> list[Sold]:
        """The part of a sale that comes back, never more than is still out."""
        gone = self._returned.setdefault(sale.account_id, {})
        wanted = None if lines is None else {x.item: x.quantity for x in self.read(lines)}
        taken = []
        for line in sale.lines:
            left = line.quantity - gone.get(line.id, Decimal(0))
            quantity = left if wanted is None else min(left, wanted.get(line.ware.id, Decimal(0)))
            if wanted is not None and line.ware.id in wanted:
                wanted[line.ware.id] -= quantity
            if quantity > 0:
                taken.append(Sold(line.id, line.ware, quantity, line.parent, line.kind))
        if not taken or (wanted and any(wanted.values())):
            raise NotPossible("more comes back than was sold")
        for line in taken:
            gone[line.id] = gone.get(line.id, Decimal(0)) + line.quantity
        return taken

    def _keep(self, sale: Sale) -> None:
        self.sales[sale.account_id] = sale
        for line in sale.lines:
            key = (sale.place.id, line.ware.id)
            if key in self.available:
                left = self.available[key][0] - line.quantity
                self.available[key] = (left, self.world.clock.now())
        self.remember(sale.account_id, documents.shown(sale, self.account))

    def _count(self, order_id: str, sale: Sale) -> None:
        self.count(order_id, sale.place.id, _units(sale.lines))

    def _standing(self, order_id: str) -> Sale:
        """The account that holds an order now. Raises UnknownOrder, NotPossible."""
        current = self._current.get(order_id)
        if current == "":
            raise NotPossible(f"{order_id} was voided")
        if current is None or current not in self.sales:
            raise UnknownOrder(order_id)
        return self.sales[current]

    def _untouched(self, order_id: str) -> Sale:
        """The same, unless some of it came back: what is left cannot be voided or edited."""
        sale = self._standing(order_id)
        if sale.account_id in self._returned:
            raise NotPossible(f"{order_id} was refunded")
        return sale

    def _tell_order(self, sale: Sale, reference: str, status: str) -> None:
        for endpoint in self.endpoints.values():
            with_account = endpoint.with_account and status == "CLOSED"
            body = documents.order(sale, reference, status, with_account=with_account)
            if endpoint.wants(body):
                self.send(endpoint.letter(body, reference))

    def _tell(self, body: Json, reference: str) -> None:
        for endpoint in self.endpoints.values():
            if endpoint.wants(body):
                self.send(endpoint.letter(body, reference))

    def _id(self, letter: str, place: Place) -> str:
        return f"{letter}{self._devices[place.id]}.{next(self._numbers)}"


def _units(lines: Sequence[Sold]) -> dict[tuple[str, str], Decimal]:
    return gather([((line.ware.id, line.kind), line.quantity) for line in lines])
