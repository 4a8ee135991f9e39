"""Figures: what was measured, the limit beside it, and whether the goal is met."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the result. Without a limit the value itself is held against the goal."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    at_least: float | None = None  # of the ratio, or of the value where there is no limit
    at_most: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.limit if self.limit else None

    @property
    def goal(self) -> str:
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return f"<= {self.at_most:g}" if self.at_most is not None else ""

    @property
    def met(self) -> bool | None:
        """None where nothing is demanded."""
        judged = self.value if self.ratio is None else self.ratio
        if self.at_least is not None:
            return judged >= self.at_least
        return judged <= self.at_most if self.at_most is not None else None

    @property
    def data(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.unit,
            "limit": _rounded(self.limit),
            "ratio": _rounded(self.ratio),
            "goal": self.goal,
            "met": self.met,
        }


def as_json(figures: Iterable[Figure]) -> str:
    return json.dumps([figure.data for figure in figures], indent=2)


def as_lines(figures: Iterable[Figure]) -> str:
    return "\n".join(_line(figure) for figure in figures)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _line(figure: Figure) -> str:
    data = figure.data
    limit = "" if figure.limit is None else f"limit {data['limit']:g}  ratio {data['ratio']:g}"
    met = {True: "met", False: "MISSED", None: ""}[figure.met]
    return (
        f"{figure.name:<58}{data['value']:>12g} {figure.unit:<18}{limit:<32}{figure.goal:<9}{met}"
    ).rstrip()


def _rounded(number: float | None) -> float | None:
    """Four digits: a benchmark knows no more."""
    return None if number is None else float(f"{number:.4g}")
