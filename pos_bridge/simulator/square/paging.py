"""Square's cursors: opaque, good only for the query they came from, steady under changes."""

import base64
import binascii
import hashlib
import json
from typing import Any, TypeAlias

from pos_bridge.simulator.wire import Json, Refusal

Row: TypeAlias = tuple[str, str, Json]


def page(
    rows: list[Row], *, query: Any, cursor: str | None, limit: int, descending: bool = False
) -> tuple[list[Json], str | None]:
    """One page of (sort value, id, document) rows and the cursor of the next page.

    The cursor names the last row seen, so rows that change meanwhile are neither lost nor
    repeated because of their place. Raises Refusal when the cursor is not of this query.
    """
    ordered = sorted(rows, key=lambda row: row[:2], reverse=descending)
    if cursor:
        after = _open(cursor, query)
        ordered = [row for row in ordered if (row[:2] < after if descending else row[:2] > after)]
    shown, more = ordered[:limit], ordered[limit:]
    return [row[2] for row in shown], _seal(shown[-1], query) if more else None


def _seal(row: Row, query: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([_digest(query), *row[:2]]).encode()).decode()


def _open(cursor: str, query: Any) -> tuple[str, str]:
    try:
        digest, value, row_id = json.loads(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError):
        raise Refusal(400, "The cursor is not valid.", code="INVALID_CURSOR") from None
    if digest != _digest(query):
        raise Refusal(400, "The cursor belongs to another query.", code="INVALID_CURSOR")
    return str(value), str(row_id)


def _digest(query: Any) -> str:
    return hashlib.sha256(json.dumps(query, sort_keys=True).encode()).hexdigest()[:16]
