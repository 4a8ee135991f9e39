"""What makes an event the same event again."""

from __future__ import annotations

import hashlib

from pos_bridge.providers.base import Identity
from pos_bridge.providers.payload import MAX_TEXT


def of_parts(*parts: str, merchant: str | None = None, event_type: str = "") -> Identity:
    """Known by these fields together. Too long for a key, they are known by their hash."""
    key = ":".join(parts)
    if len(key) > MAX_TEXT:
        key = fingerprint(key.encode("utf-8", "surrogatepass"))
    return Identity(dedupe=key, merchant=merchant, event_type=event_type, parts=parts)


def of_bytes(body: bytes, *, merchant: str | None = None, event_type: str = "") -> Identity:
    """Known by its bytes alone, because it names nothing better."""
    return of_parts(fingerprint(body), merchant=merchant, event_type=event_type)


def fingerprint(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"
