"""The lines of an order, made fit to keep: bounded, each with a key of its own, none empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from pos_bridge.providers import payload
from pos_bridge.providers.base import Line, UnreadablePayload

MAX_LINES = 1000


def gather(lines: Iterable[Line]) -> tuple[Line, ...]:
    """All that moved something. Raises UnreadablePayload beyond 1000 lines.

    A key that comes twice gets a number: better a line too clear than a sale lost.
    """
    kept: list[Line] = []
    seen: Counter[str] = Counter()
    for count, line in enumerate(lines, start=1):
        if count > MAX_LINES:
            raise UnreadablePayload(f"more than {MAX_LINES} lines in one order")
        seen[line.key] += 1
        times = seen[line.key]
        named = line if times == 1 else replace(line, key=f"{line.key}#{times}")
        if not payload.is_storable(named.key):
            raise UnreadablePayload("a line key out of bounds")
        if line.quantity:
            kept.append(named)
    return tuple(kept)
