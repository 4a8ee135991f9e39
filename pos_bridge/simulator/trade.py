"""Customers: who buys what, where and when, and what staff do to a sale afterwards."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pos_bridge.simulator import chance
from pos_bridge.simulator.basket import Extra, Line
from pos_bridge.simulator.chain import Place, Ware
from pos_bridge.simulator.till import NotPossible, Till, UnknownOrder
from pos_bridge.simulator.world import World

#: How busy a shop is at each hour of its own day, the busiest being 1.
HOURS = (
    0.02, 0.02, 0.02, 0.02, 0.03, 0.10, 0.30, 0.65, 0.90, 0.70, 0.55, 0.75,
    1.00, 0.95, 0.60, 0.50, 0.60, 0.80, 0.90, 0.75, 0.50, 0.30, 0.15, 0.05,
)  # fmt: skip
_MEAN_HOUR = sum(HOURS) / len(HOURS)
#: Even in the dead of night somebody watching should see something happen.
QUIETEST = 0.4
#: Of the sales, how many have one line, two, three, four.
_LINES = (0.45, 0.3, 0.17, 0.08)
_MODIFIED = 0.25
_OFFLINE = timedelta(minutes=5)
_OUTAGE_SECONDS = 60.0
_REMEMBERED = 500


class Trade:
    """Makes sales one at a time; each draws its own faults (edit, void, refund, offline)."""

    def __init__(self, tills: Mapping[str, Till[Any]], world: World) -> None:
        self.is_paused = False
        self._tills = tills
        self._world = world
        self._chance = chance.stream(world.seed, "trade")
        self._recent: dict[str, deque[str]] = {n: deque(maxlen=_REMEMBERED) for n in tills}
        self._back_at: dict[tuple[str, str], datetime] = {}

    def pace(self) -> float:
        """How busy the chain is now compared to its average hour."""
        now = self._world.clock.now()
        places = [place for till in self._tills.values() for place in till.account.places]
        total = sum(place.weight for place in places)
        busy = sum(place.weight * _busy(place, now) for place in places)
        return max(QUIETEST, busy / total / _MEAN_HOUR) if total else QUIETEST

    def step(self) -> str | None:
        """One customer somewhere, with whatever goes wrong; the order's id, None when paused."""
        if self.is_paused or not self._tills:
            return None
        with self._world.lock:
            self._bring_back()
            till, place = self._pick_place()
            self._break(till, place)
            order_id: str = till.sell(place.id, self._basket(till))
            self._recent[till.name].append(order_id)
            self._meddle(till)
            return order_id

    def _pick_place(self) -> tuple[Till[Any], Place]:
        now = self._world.clock.now()
        choices = [(t, place) for t in self._tills.values() for place in t.account.places]
        weights = [place.weight * _busy(place, now) for _, place in choices]
        return self._chance.choices(choices, weights)[0]

    def _basket(self, till: Till[Any]) -> list[Line]:
        wares: Sequence[Ware] = till.account.wares
        count = self._chance.choices(range(1, len(_LINES) + 1), _LINES)[0]
        picked = self._chance.choices(wares, [ware.weight for ware in wares], k=count)
        # One line per item: a till adds to the line it already has.
        distinct = dict.fromkeys(picked)
        return [Line(ware.id, self._quantity(), self._extras(ware)) for ware in distinct]

    def _quantity(self) -> Decimal:
        return Decimal(self._chance.choices((1, 2, 3), (0.8, 0.15, 0.05))[0])

    def _extras(self, ware: Ware) -> tuple[Extra, ...]:
        if ware.modifiers and self._chance.random() < _MODIFIED:
            return (Extra(self._chance.choice(ware.modifiers)),)
        return ()

    def _break(self, till: Till[Any], place: Place) -> None:
        if self._strikes("offline", till) and place.id not in till.offline_places():
            till.go_offline(place.id)
            wait = _OFFLINE / self._world.mail.time_scale
            self._back_at[till.name, place.id] = self._world.clock.now() + wait
        if self._strikes("outage", till) and not self._world.outage(till.name):
            seconds = _OUTAGE_SECONDS / self._world.mail.time_scale
            self._world.begin_outage(till.name, seconds=seconds)

    def _bring_back(self) -> None:
        now = self._world.clock.now()
        for name, location in [key for key, at in self._back_at.items() if at <= now]:
            del self._back_at[name, location]
            self._tills[name].come_online(location)

    def _meddle(self, till: Till[Any]) -> None:
        for fault in ("edit", "void", "refund"):
            if self._strikes(fault, till):
                self._do(fault, till)

    def _do(self, fault: str, till: Till[Any]) -> None:
        order_id = self._chance.choice(self._recent[till.name])
        try:
            if fault == "edit":
                till.edit(order_id, self._basket(till))
            elif fault == "void":
                till.void(order_id)
            else:
                till.refund(order_id, itemised=self._chance.random() < 0.8)  # noqa: PLR2004 -- most
        except (NotPossible, UnknownOrder):
            self._world.tally.note(till.name, f"{fault} not possible")

    def _strikes(self, fault: str, till: Till[Any]) -> bool:
        return self._world.faults.strikes(fault, till.name, self._chance)


def _busy(place: Place, now: datetime) -> float:
    return HOURS[now.astimezone(place.zone).hour]
