"""Tells every process that serves sockets. Never fails: a hint that is lost is caught up with."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import orjson
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from reporting.live import channels
from reporting.live.hints import Hint, runs

logger = logging.getLogger(__name__)

PATIENCE = 1  # second: the relay holds its messages while it tells of them


def publish(hints: Mapping[channels.Key, Iterable[Hint]]) -> None:
    """Tell what changed at these locations: one message each, or one on each side of a gap."""
    _tell(
        (channels.stock(key), run.data) for key, together in hints.items() for run in runs(together)
    )


def publish_access(users: Iterable[int]) -> None:
    """Tell that these users may now see something else than before."""
    _tell((channels.access(), {"user": user}) for user in users)


def _tell(news: Iterable[tuple[str, dict[str, Any]]]) -> None:
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for channel, data in news:
                pipe.publish(channel, orjson.dumps(data))
            pipe.execute()
    except (RedisError, OSError) as error:
        logger.warning("No Redis to tell live news: %s", error)


@cache
def _redis() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 1),  # once: the connection may be an old one
    )
