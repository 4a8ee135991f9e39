"""What the outbox tells of access."""

from __future__ import annotations

ACCESS_CHANGED = "access.changed"  # payload: user (id)
