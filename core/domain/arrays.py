"""Lists as PostgreSQL reads them fastest: one text literal an array, for `%s::type[]`.

psycopg2's own lists become a parse node an element, four times the work on the hot paths.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime


def plain(values: Iterable[object]) -> str:
    """Numbers and yes or no; None becomes NULL."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def moments(values: Iterable[datetime]) -> str:
    return "{" + ",".join(f'"{value.isoformat()}"' for value in values) + "}"


def texts(values: Iterable[str]) -> str:
    quoted = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"
