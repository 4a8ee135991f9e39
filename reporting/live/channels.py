"""The names under which news goes through Redis, which knows no database numbers for it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

Key = tuple[UUID, int]  # tenant and location: a socket of one tenant never hears another's


def everything() -> str:
    """The pattern of all our channels."""
    return f"{_prefix()}:live:*"


def stock(key: Key) -> str:
    tenant, location = key
    return f"{_prefix()}:live:stock:{tenant}:{location}"


def access() -> str:
    return f"{_prefix()}:live:access"


def key_of(channel: str) -> Key | None:
    """Whose stock a channel tells of; None when it tells of something else."""
    topic, *rest = channel.removeprefix(f"{_prefix()}:live:").split(":")
    return (UUID(rest[0]), int(rest[1])) if topic == "stock" else None


def _prefix() -> str:
    return str(settings.REDIS_PREFIX)
