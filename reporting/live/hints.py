"""Hint: what changed at one location after `after`, up to `seq`. Plain data, no Redis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import orjson

from inventory.queries.feed import Row, State


class Hint:
    """Newest values of all levels of one location that changed between two numbers."""

    def __init__(self, *, location: int, after: int, seq: int, rows: Mapping[int, Row]) -> None:
        self.location = location
        self.after = after
        self.seq = seq
        self.rows = rows

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Hint:
        """Read an outbox message or what `data` made."""
        rows = {row["item"]: _row(row) for row in payload["rows"]}
        return cls(
            location=payload["location"], after=payload["after"], seq=payload["seq"], rows=rows
        )

    @classmethod
    def since(cls, location: int, after: int, state: State) -> Hint:
        """What the database says has changed after `after`."""
        rows = {row["item"]: row for row in state.rows}
        return cls(location=location, after=after, seq=state.seq, rows=rows)

    @property
    def data(self) -> dict[str, Any]:
        return {
            "location": self.location,
            "after": self.after,
            "seq": self.seq,
            "rows": list(self.rows.values()),
        }

    @cached_property
    def text(self) -> str:
        """The frame for browsers, encoded once however many listen."""
        return orjson.dumps({"type": "changes", **self.data}).decode()

    def then(self, later: Hint) -> Hint:
        """This hint and one that joins or overlaps it, as one; each item's newest values stay."""
        rows = dict(self.rows)
        for item, row in later.rows.items():
            if item not in rows or row["version"] >= rows[item]["version"]:
                rows[item] = row
        return Hint(
            location=self.location,
            after=min(self.after, later.after),
            seq=max(self.seq, later.seq),
            rows=rows,
        )


def _row(told: Mapping[str, Any]) -> Row:
    """Quantities; whatever else the outbox may come to tell stays here."""
    return Row(
        item=told["item"],
        on_hand=told["on_hand"],
        reserved=told["reserved"],
        available=told["available"],
        version=told["version"],
    )


def runs(hints: Iterable[Hint]) -> list[Hint]:
    """Hints of one location in order, what joins made one. Between two of them lies a gap."""
    found: list[Hint] = []
    for hint in sorted(hints, key=lambda hint: hint.after):
        if found and hint.after <= found[-1].seq:
            found[-1] = found[-1].then(hint)
        else:
            found.append(hint)
    return found


def continuing(last: int, hints: Iterable[Hint]) -> tuple[Hint | None, list[Hint]]:
    """What goes on from `last` without a gap, if anything does; and what lies beyond a gap."""
    following: Hint | None = None
    beyond: list[Hint] = []
    for run in runs(hints):
        if run.after > last:
            beyond.append(run)
        elif run.seq > last:
            following = Hint(location=run.location, after=last, seq=run.seq, rows=run.rows)
    return following, beyond
