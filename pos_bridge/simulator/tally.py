"""The truth to compare against: what was really sold, per provider, place and item.

Counted beside the tills and never derived from what they send, so that a test can ask whether
somebody who only heard the webhooks and the API came to the same figures.
"""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Literal, TypeAlias

from pos_bridge.simulator.basket import plain

Column: TypeAlias = Literal["sold", "returned", "restocked", "wasted"]
Place: TypeAlias = tuple[str, str, str, str]

COLUMNS: tuple[Column, ...] = ("sold", "returned", "restocked", "wasted")


class Tally:
    """Net units per (provider, location, item), item and modifier kept apart by `kind`.

    sold: after edits and voids. returned: handed back by the papers. restocked: of these, what
    the provider says went back on the shelf. net: sold less restocked, what left by sale.
    """

    def __init__(self) -> None:
        self._units: dict[Place, dict[Column, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self.happenings: Counter[tuple[str, str]] = Counter()

    def move(self, column: Column, place: Place, quantity: Decimal) -> None:
        """Add units to one figure; a negative quantity takes them back."""
        self._units[place][column] += quantity

    def note(self, provider: str, happening: str) -> None:
        """Count that something happened: a sale, an edit, a void."""
        self.happenings[provider, happening] += 1

    def units(self, provider: str, location: str, item: str, kind: str = "item") -> Decimal:
        """Net units of one item at one location: sold less restocked."""
        figures = self._units.get((provider, location, item, kind), {})
        return figures.get("sold", Decimal(0)) - figures.get("restocked", Decimal(0))

    def rows(self) -> list[dict[str, str]]:
        """Every place with its figures as decimal strings, in a fixed order."""
        return [
            {
                **dict(zip(("provider", "location", "item", "kind"), place, strict=True)),
                **{column: plain(figures.get(column, Decimal(0))) for column in COLUMNS},
                "net": plain(self.units(*place)),
            }
            for place, figures in sorted(self._units.items())
        ]
