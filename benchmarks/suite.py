"""All that can be measured, and the database it is measured in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import chain, posting, reading, road, scratch
from benchmarks.chain import Chain
from benchmarks.figures import Figure
from benchmarks.scratch import Scratch

Measure = Callable[..., list[Figure]]

PARTS: dict[str, Measure] = {
    "posting": posting.measure,
    "road": road.measure,
    "reading": reading.measure,
}


def run(names: Sequence[str], *, seconds: int) -> Iterator[Figure]:
    """Measure these parts in a database of their own."""
    with scratch.made() as place:
        place.run_as_owner((Path(__file__).parent / "baseline.sql").read_text())
        measured = prepare(place)
        for name in names:
            yield from PARTS[name](measured, place, seconds=seconds)


def prepare(place: Scratch, **size: int) -> Chain:
    """A chain with every level filled, and the same levels in the baseline."""
    made = chain.make(**size)
    place.run_as_owner(
        "INSERT INTO baseline.balance (location_id, product_id, qty) SELECT l, p, 10000000000"
        " FROM generate_series(1, %s) l, generate_series(1, %s) p",
        made.locations,
        made.items,
    )
    place.run_as_owner("VACUUM ANALYZE")
    return made
