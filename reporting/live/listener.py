"""One subscription to Redis for all sockets of a process; it comes back by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0


class Listener:
    """Calls `hear(channel, data)` for each message, and `back()` whenever it begins to listen.

    While `is_listening` is false, and before each `back()`, anything may have been missed.
    """

    def __init__(
        self,
        *,
        url: str,
        pattern: str,
        hear: Callable[[str, bytes], None],
        back: Callable[[], None],
    ) -> None:
        self.is_listening = False
        self._url = url
        self._pattern = pattern
        self._hear = hear
        self._back = back
        self._pause = FIRST_PAUSE

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                logger.warning("No live news from Redis, the database is asked instead: %s", error)
            finally:
                self.is_listening = False
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, LONGEST_PAUSE)

    async def _listen(self) -> None:
        # Without retries: a connection that came back by itself would hide what was missed.
        once = Retry(NoBackoff(), 0)
        redis = Redis.from_url(self._url, socket_connect_timeout=2, retry=once)
        async with redis, redis.pubsub() as subscription:
            await subscription.psubscribe(self._pattern)
            await self._take(subscription)

    async def _take(self, subscription: PubSub) -> None:
        async for message in subscription.listen():
            if message["type"] == "psubscribe":
                self.is_listening = True
                self._pause = FIRST_PAUSE
                self._back()
            elif message["type"] == "pmessage":
                self._hear(message["channel"].decode(), message["data"])
