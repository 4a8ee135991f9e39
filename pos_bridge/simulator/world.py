"""What all tills share: the time, chance, faults, the mail, the truth, and one lock over it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from threading import RLock
from typing import Concatenate, Literal, ParamSpec, TypeVar

from pos_bridge.simulator.clock import Clock
from pos_bridge.simulator.faults import Faults
from pos_bridge.simulator.mail import Mailbag
from pos_bridge.simulator.tally import Tally

P = ParamSpec("P")
R = TypeVar("R")
Outage = Literal["error", "hang_up"]


@dataclass
class World:
    """Handed to every till. `keep` is how many orders a till remembers; `has_limits`, whether the
    rate limits a provider publishes are enforced.
    """

    clock: Clock
    seed: object
    faults: Faults
    mail: Mailbag
    tally: Tally = field(default_factory=Tally)
    keep: int = 8_000
    has_limits: bool = False
    lock: RLock = field(default_factory=RLock)
    _outages: dict[str, tuple[datetime, Outage]] = field(default_factory=dict)

    def begin_outage(self, provider: str, *, seconds: float, mode: Outage = "error") -> None:
        """Take a provider down: no useful answer, and no webhooks until it is back."""
        until = self.clock.now() + timedelta(seconds=seconds)
        with self.lock:
            self._outages[provider] = (until, mode)
            self.tally.note(provider, "outage")
        self.mail.hold_until(provider, until.timestamp())

    def outage(self, provider: str) -> Outage | None:
        """How this provider fails right now, if it is down."""
        until, mode = self._outages.get(provider, (None, None))
        return mode if until and self.clock.now() < until else None

    def outage_ends_at(self, provider: str) -> datetime | None:
        """When the outage going on now ends."""
        return self._outages[provider][0] if self.outage(provider) else None


class HasWorld:
    """Anything whose methods can be guarded by the world's lock."""

    world: World


S = TypeVar("S", bound=HasWorld)


def locked(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Let only one thread at a time into the tills."""

    @wraps(method)
    def guarded(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.world.lock:
            return method(self, *args, **kwargs)

    return guarded
