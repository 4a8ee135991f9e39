"""Webhooks on their way: put in, posted when due, sent again as the provider's rule says."""

import heapq
import http.client
import itertools
import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from threading import RLock
from typing import Protocol, TypeAlias
from urllib.parse import urlsplit

from pos_bridge.simulator.clock import Clock
from pos_bridge.simulator.faults import Faults

#: More than this waiting at one provider and the oldest is given up: memory is not endless.
ROOM = 20_000


class Carrier(Protocol):
    """Posts a body and tells the status. Raises OSError or HTTPException when there is none."""

    def __call__(
        self, url: str, headers: Mapping[str, str], body: bytes, timeout: float
    ) -> int: ...


@dataclass(frozen=True)
class Rule:
    """How a provider delivers: its patience, its waits between tries, what makes it try again.

    `resends` is asked with the status of a failed try, or None when no answer came.
    """

    timeout: float
    waits: tuple[float, ...]
    resends: Callable[[int | None], bool]


@dataclass
class Letter:
    """One webhook. `stamp` makes the headers of a try from its number and the last failure."""

    provider: str
    kind: str
    id: str
    path: str
    body: bytes
    rule: Rule
    stamp: Callable[[int, str], Mapping[str, str]]
    tries: int = 0
    failure: str = ""


@dataclass(frozen=True)
class Delivery:
    """One try and what came of it: `status` is None when no answer came."""

    provider: str
    kind: str
    id: str
    attempt: int
    status: int | None
    failure: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 -- any 2xx


#: Letters of one provider by when they are due, and then by when they were put in.
Heap: TypeAlias = list[tuple[float, int, Letter]]


@dataclass
class Mailbag:
    """All letters of all providers; safe to use from several threads."""

    clock: Clock
    faults: Faults
    chance: random.Random
    target: str
    carry: Carrier
    time_scale: float = 1.0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _waiting: dict[str, Heap] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _lock: RLock = field(default_factory=RLock)

    def put(self, letter: Letter) -> None:
        """Take a letter to be posted at once, unless a fault meets it on the way."""
        with self._lock:
            self.counts[letter.provider, "written"] += 1
            if self._strikes("drop", letter):
                self.counts[letter.provider, "dropped"] += 1
                return
            self._queue(letter, self._detour(letter))
            if self._strikes("duplicate", letter):
                self.counts[letter.provider, "duplicated"] += 1
                self._queue(_copy(letter), self.chance.uniform(0, 30) / self.time_scale)

    def deliver(self, provider: str | None = None) -> list[Delivery]:
        """Post what is due, in order, and tell what came of it; failures wait for a next try."""
        return [self._post(letter) for letter in self._take_due(provider)]

    def hold_until(self, provider: str, moment: float) -> None:
        """Let nothing of this provider go out before a moment: it is down."""
        with self._lock:
            held = [(max(due, moment), n, x) for due, n, x in self._waiting.get(provider, [])]
            heapq.heapify(held)
            self._waiting[provider] = held

    def waiting(self, provider: str | None = None) -> int:
        """How many letters are still to be posted."""
        with self._lock:
            return sum(
                len(found) for name, found in self._waiting.items() if provider in (None, name)
            )

    def _detour(self, letter: Letter) -> float:
        """Seconds a letter loses on its way."""
        if self._strikes("reorder", letter):
            self.counts[letter.provider, "reordered"] += 1
            return self.chance.uniform(2, 20) / self.time_scale
        if self._strikes("delay", letter):
            self.counts[letter.provider, "delayed"] += 1
            return self.chance.uniform(60, 900) / self.time_scale
        return 0.0

    def _strikes(self, fault: str, letter: Letter) -> bool:
        return self.faults.strikes(fault, letter.provider, self.chance)

    def _queue(self, letter: Letter, seconds: float) -> None:
        due_at = (self.clock.now() + timedelta(seconds=seconds)).timestamp()
        waiting = self._waiting.setdefault(letter.provider, [])
        heapq.heappush(waiting, (due_at, next(self._numbers), letter))
        if len(waiting) > ROOM:
            heapq.heappop(waiting)
            self.counts[letter.provider, "given_up"] += 1

    def _take_due(self, provider: str | None) -> list[Letter]:
        now = self.clock.now().timestamp()
        due: Heap = []
        with self._lock:
            for name, waiting in self._waiting.items():
                while provider in (None, name) and waiting and waiting[0][0] <= now:
                    due.append(heapq.heappop(waiting))
        return [letter for _, _, letter in sorted(due, key=lambda entry: entry[:2])]

    def _post(self, letter: Letter) -> Delivery:
        letter.tries += 1
        url = self.target + letter.path
        headers = letter.stamp(letter.tries, letter.failure)
        status, letter.failure = self._try(url, headers, letter)
        delivery = Delivery(
            provider=letter.provider,
            kind=letter.kind,
            id=letter.id,
            attempt=letter.tries,
            status=status,
            failure=letter.failure,
            url=url,
            headers=headers,
            body=letter.body,
        )
        with self._lock:
            self._settle(letter, delivery)
        return delivery

    def _try(self, url: str, headers: Mapping[str, str], letter: Letter) -> tuple[int | None, str]:
        try:
            return self.carry(url, headers, letter.body, letter.rule.timeout), "http_error"
        except TimeoutError:
            return None, "http_timeout"
        except (OSError, http.client.HTTPException):
            return None, "other_error"

    def _settle(self, letter: Letter, delivery: Delivery) -> None:
        waits = letter.rule.waits
        if delivery.is_accepted:
            self.counts[letter.provider, "delivered"] += 1
        elif letter.tries <= len(waits) and letter.rule.resends(delivery.status):
            self.counts[letter.provider, "failed"] += 1
            self._queue(letter, waits[letter.tries - 1] / self.time_scale)
        else:
            self.counts[letter.provider, "given_up"] += 1


def post(url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> int:
    """Post over plain HTTP, one connection each: a provider is many machines, not one."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    with closing(kind(parts.netloc, timeout=timeout)) as connection:
        connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
        response = connection.getresponse()
        response.read()
        return response.status


def _copy(letter: Letter) -> Letter:
    return Letter(
        provider=letter.provider,
        kind=letter.kind,
        id=letter.id,
        path=letter.path,
        body=letter.body,
        rule=letter.rule,
        stamp=letter.stamp,
    )
