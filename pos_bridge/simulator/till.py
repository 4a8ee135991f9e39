"""What every till does alike: remembers orders, works offline, and tells the tally."""

from abc import ABC, abstractmethod
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeAlias, TypeVar

from pos_bridge.simulator import basket, chance
from pos_bridge.simulator.basket import Extra, Line, Lines, Modifiers
from pos_bridge.simulator.chain import Account, Place
from pos_bridge.simulator.clock import Stamps
from pos_bridge.simulator.mail import Letter
from pos_bridge.simulator.tally import Column
from pos_bridge.simulator.wire import Json
from pos_bridge.simulator.world import HasWorld, World, locked

A = TypeVar("A", bound=Account)
Units: TypeAlias = Mapping[tuple[str, str], Decimal]


class UnknownOrder(KeyError):
    """No such order: never rung up, still on an offline till, or forgotten."""


class UnknownPlace(KeyError):
    """No such location at this provider."""


class NotPossible(ValueError):
    """The order is in no state for that."""


class Till(HasWorld, ABC, Generic[A]):
    """The tills of one provider, over all its locations."""

    name = ""

    def __init__(self, account: A, world: World) -> None:
        self.account = account
        self.world = world
        self.ids = chance.stream(world.seed, f"{self.name} ids")
        self.stamps = Stamps(world.clock.now)
        self.places = {place.id: place for place in account.places}
        self.orders: OrderedDict[str, Json] = OrderedDict()
        self._counted: dict[str, tuple[str, Column, dict[tuple[str, str], Decimal]]] = {}
        self._away: dict[str, list[Callable[[datetime], None]]] = {}

    @abstractmethod
    def sell(self, location: str, lines: Lines, *, modifiers: Modifiers | None = None) -> str:
        """Ring up a sale and take the money; the order's id, also while the till is offline."""

    @abstractmethod
    def edit(self, order_id: str, lines: Lines, *, modifiers: Modifiers | None = None) -> None:
        """Put other lines in place of an order's lines. Raises UnknownOrder, NotPossible."""

    @abstractmethod
    def void(self, order_id: str) -> None:
        """Cancel an order. Raises UnknownOrder, NotPossible."""

    @abstractmethod
    def refund(
        self,
        order_id: str,
        lines: Lines | None = None,
        *,
        itemised: bool = True,
        restock: bool = True,
    ) -> str:
        """Give money back, with or without naming lines; the id of what records it."""

    @locked
    def go_offline(self, location: str) -> None:
        """Cut a location off: it sells on, and the provider hears nothing of it."""
        self._away.setdefault(self.place(location).id, [])

    @locked
    def come_online(self, location: str) -> int:
        """Bring a location back: what it sold arrives now, with its old times. Tells how many."""
        waiting = self._away.pop(self.place(location).id, [])
        for arrive in waiting:
            arrive(self.stamps.next())
        return len(waiting)

    def offline_places(self) -> list[str]:
        """The locations that are cut off."""
        return list(self._away)

    def waiting_offline(self) -> int:
        """How many sales the provider has not heard of."""
        return sum(map(len, self._away.values()))

    def place(self, location: str) -> Place:
        """The location with this id. Raises UnknownPlace."""
        try:
            return self.places[str(location)]
        except KeyError:
            raise UnknownPlace(location) from None

    def order(self, order_id: str) -> Json:
        """The order as it stands. Raises UnknownOrder."""
        try:
            return self.orders[order_id]
        except KeyError:
            raise UnknownOrder(order_id) from None

    def read(self, lines: Lines, modifiers: Modifiers | None = None) -> list[Line]:
        """Lines naming what we sell by its id. Raises UnknownWare, UnreadableBasket."""
        return [
            Line(
                self.account.ware(line.item).id,
                basket.number(line.quantity),
                self._extras(line.extras),
            )
            for line in basket.read(lines, modifiers)
        ]

    def _extras(self, extras: tuple[Extra, ...]) -> tuple[Extra, ...]:
        return tuple(
            Extra(self.account.ware(e.item).id, basket.number(e.quantity), self._extras(e.extras))
            for e in extras
        )

    def ring_up(self, location: str, arrive: Callable[[datetime], None]) -> None:
        """Let a sale reach the provider: now, or when its till is back online."""
        if location in self._away:
            self._away[location].append(arrive)
            self.world.tally.note(self.name, "offline sale")
        else:
            arrive(self.stamps.next())

    def remember(self, order_id: str, order: Json) -> None:
        """Keep an order as the newest; the oldest ones are forgotten beyond the bound."""
        self.orders[order_id] = order
        while len(self.orders) > self.world.keep:
            forgotten, _ = self.orders.popitem(last=False)
            self._counted.pop(forgotten, None)
            self.forget(forgotten)

    def forget(self, order_id: str) -> None:
        """Drop what else is known of an order; a till that keeps more says so here."""

    def count(self, order_id: str, location: str, units: Units, column: Column = "sold") -> None:
        """Say what an order now amounts to; the tally moves by the difference."""
        _, _, before = self._counted.get(order_id, (location, column, {}))
        for item, kind in {**before, **units}:
            change = units.get((item, kind), Decimal(0)) - before.get((item, kind), Decimal(0))
            if change:
                self.world.tally.move(column, (self.name, location, item, kind), change)
        self._counted[order_id] = (location, column, dict(units))

    def add(self, column: Column, location: str, units: Units) -> None:
        """Add units to the tally outright."""
        for (item, kind), quantity in units.items():
            self.world.tally.move(column, (self.name, location, item, kind), quantity)

    def send(self, letter: Letter) -> None:
        """Hand a webhook to the mail; while the provider is down it waits for the end of that."""
        self.world.mail.put(letter)
        if ends_at := self.world.outage_ends_at(self.name):
            self.world.mail.hold_until(self.name, ends_at.timestamp())


def gather(pairs: list[tuple[tuple[str, str], Decimal]]) -> dict[tuple[str, str], Decimal]:
    """Add up units by (item, kind)."""
    units: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for key, quantity in pairs:
        units[key] += quantity
    return dict(units)
