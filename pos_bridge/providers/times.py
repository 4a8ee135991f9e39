"""Instants as tills write them, always read as aware UTC.

RFC 3339 with up to nine fraction digits (what is finer than a microsecond is cut), offsets with and
without a colon. A time without a zone is refused: nobody could say when it was.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from pos_bridge.providers.base import UnreadablePayload
from pos_bridge.providers.payload import Node

_WRITTEN = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?"
    r"(?:[Zz]|([+-])(\d\d):?(\d\d))",
    re.ASCII,
)


def parse(value: object) -> datetime:
    """Raises UnreadablePayload, for a time that never was as well."""
    found = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise UnreadablePayload("a time with a zone was expected")
    *day_and_time, fraction, sign, hours, minutes = found.groups()
    year, month, day, hour, minute, second = map(int, day_and_time)
    microsecond = int((fraction or "")[:6].ljust(6, "0"))
    try:
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        zone = timezone(-offset if sign == "-" else offset)
        local = datetime(year, month, day, hour, minute, second, microsecond, tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadablePayload(f"no such time: {error}") from error


def maybe(node: Node, key: str) -> datetime | None:
    return parse(node.raw(key)) if node.has(key) else None


def first(node: Node, *keys: str) -> datetime:
    """The first of these fields that is there. Raises UnreadablePayload when none is."""
    for key in keys:
        if node.has(key):
            return parse(node.raw(key))
    raise UnreadablePayload(f"{node.path}: one of {', '.join(keys)} was expected")


def zulu(at: datetime) -> str:
    """As most providers want it asked: 2026-03-04T15:20:31.412Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
