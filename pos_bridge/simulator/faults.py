"""What goes wrong: by rate, or on demand for the next so many occasions."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

#: Faults of a webhook on its way.
OF_LETTERS = ("duplicate", "reorder", "delay", "drop")
#: Faults of an answer of the provider's API.
OF_ANSWERS = ("429", "500")
#: What customers and staff do to a sale, and what the till suffers. Drawn once for each sale.
OF_SALES = ("edit", "void", "refund", "offline", "outage")
NAMES = (*OF_LETTERS, *OF_ANSWERS, *OF_SALES)


class UnknownFault(ValueError):
    """No fault of that name, or a rate that is none."""


@dataclass
class Faults:
    """Rates between 0 and 1 by name, and orders for the next occasions."""

    rates: dict[str, float] = field(default_factory=dict)
    _ordered: Counter[tuple[str, str | None]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.set_rates(self.rates)

    @classmethod
    def parse(cls, text: str) -> "Faults":
        """Read `duplicate=0.02,429=0.01`. Raises UnknownFault."""
        pairs = [part.partition("=") for part in text.split(",") if part.strip()]
        return cls({name.strip(): _rate(rate) for name, _, rate in pairs})

    def set_rates(self, rates: Mapping[str, float]) -> None:
        """Set these rates and leave the others. Raises UnknownFault and then changes nothing."""
        for name, rate in rates.items():
            _known(name)
            if not 0 <= rate <= 1:
                raise UnknownFault(f"{name}: a rate lies between 0 and 1, not {rate}")
        self.rates = {**self.rates, **rates}

    def order(self, name: str, *, times: int = 1, provider: str | None = None) -> None:
        """Make the next occasions fail for sure, at one provider or at any. Raises UnknownFault."""
        self._ordered[_known(name), provider] += times

    def strikes(self, name: str, provider: str, chance: random.Random) -> bool:
        """Whether this fault happens now; uses up an order when there is one."""
        for who in (provider, None):
            if self._ordered[name, who] > 0:
                self._ordered[name, who] -= 1
                return True
        rate = self.rates.get(name, 0.0)
        return rate > 0 and chance.random() < rate


def _known(name: str) -> str:
    if name not in NAMES:
        raise UnknownFault(f"unknown fault {name!r}: one of {', '.join(NAMES)}")
    return name


def _rate(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UnknownFault(f"not a rate: {text!r}") from None
