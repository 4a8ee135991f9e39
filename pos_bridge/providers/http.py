"""HTTP as every client here speaks it: bounded in time and size, retried a little, errors in two
words. A Caller raises ProviderUnavailable or ProviderRefused and nothing else.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar, cast

import httpx

from pos_bridge.providers.base import ProviderRefused, ProviderUnavailable
from pos_bridge.providers.breaker import Breaker

CONNECT, READ, WHOLE = 3.0, 10.0, 30.0  # seconds
LARGEST_ANSWER = 32 * 1024 * 1024
LONGEST_WAIT = 3600.0  # whatever Retry-After says
TRIES = 3
BUSY = 429
AGAIN = {408, 425, BUSY}  # refusals that only mean "not now"

T = TypeVar("T")
Sleep = Callable[[float], None]
Now = Callable[[], datetime]


class Failure(Exception):
    """An answer that is no success, or a success that cannot be read (its status is 2xx)."""

    def __init__(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = httpx.Headers(dict(headers or {}))


def now() -> datetime:
    return datetime.now(UTC)


def open_client(base_url: str, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """An httpx client that cannot wait or read without end, and follows no redirect."""
    return httpx.Client(
        base_url=base_url,
        transport=_Bounded(transport or httpx.HTTPTransport()),
        timeout=httpx.Timeout(READ, connect=CONNECT),
        headers={"accept": "application/json", "accept-encoding": "identity"},
    )


class Caller:
    """Asks, judges the answer, and asks again where that can help."""

    def __init__(
        self, *, breaker: Breaker, sleep: Sleep = time.sleep, now: Now = now, tries: int = TRIES
    ) -> None:
        self._breaker, self._sleep, self._now, self._tries = breaker, sleep, now, tries

    def call(self, send: Callable[[], T], *, tries: int | None = None) -> T:
        """What `send` answers. It raises Failure or an httpx error when there is no answer.

        A connection that drops and a 5xx are tried again shortly after; a wait the provider asked
        for is not sat out here but told to whoever keeps the queue.
        """
        left = tries or self._tries
        while True:
            self._breaker.check()
            left -= 1
            try:
                answer = send()
            except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
                self._breaker.failed()
                unavailable = ProviderUnavailable(f"no answer: {type(error).__name__}")
            except Failure as failure:
                unavailable = self._judge(failure)
            else:
                self._breaker.succeeded()
                return answer
            if not left or unavailable.retry_after is not None:
                raise unavailable
            self._sleep(random.uniform(0.1, 0.4) * 2 ** (self._tries - left))  # noqa: S311 -- jitter

    def _judge(self, failure: Failure) -> ProviderUnavailable:
        status = failure.status
        if status < 500 and status not in AGAIN and not 200 <= status < 300:  # noqa: PLR2004 -- HTTP
            self._breaker.succeeded()  # it is up: it said no
            raise ProviderRefused(f"refused with HTTP {status}", status=status)
        wait = retry_after(failure.headers, self._now())
        if status == BUSY:  # it is up, and says when to come back
            raise ProviderUnavailable("asked too often (HTTP 429)", retry_after=wait)
        self._breaker.failed()
        return ProviderUnavailable(f"no useful answer (HTTP {status})", retry_after=wait)


def succeed(response: httpx.Response) -> httpx.Response:
    """The response, if it is a success. Raises Failure."""
    if not response.is_success:
        raise Failure(response.status_code, response.headers)
    return response


def lasting(seconds: str, at: datetime) -> datetime | None:
    """When something ends that lasts so many seconds; None when that is not said."""
    if not seconds.isdecimal() or len(seconds) > 9:  # noqa: PLR2004 -- 30 years, then nonsense
        return None
    return at + timedelta(seconds=int(seconds))


def retry_after(headers: httpx.Headers, at: datetime) -> float | None:
    """Seconds to wait, from seconds or an HTTP date, at most an hour; None when not said."""
    said = headers.get("retry-after", "").strip()
    if said.replace(".", "", 1).isdecimal() and said.isascii():
        return min(float(said), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(said)
        aware = until if until.tzinfo else until.replace(tzinfo=UTC)
        wait = (aware - at).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, 0.0), LONGEST_WAIT)


class _Bounded(httpx.BaseTransport):
    """Keeps the limits even where a library around it sets its own."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["timeout"] = {
            "connect": CONNECT,
            "read": READ,
            "write": READ,
            "pool": CONNECT,
        }
        response = self._inner.handle_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            response.close()  # what unpacks can grow without end, and we asked for plain bytes
            raise httpx.DecodingError("a packed answer", request=request)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_BoundedStream(response.stream),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._inner.close()


class _BoundedStream(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream | httpx.AsyncByteStream) -> None:
        self._inner = cast("httpx.SyncByteStream", inner)  # what a synchronous transport answers
        self._until = time.monotonic() + WHOLE

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._inner:
            size += len(chunk)
            if size > LARGEST_ANSWER:
                raise httpx.DecodingError("an answer too large")
            if time.monotonic() > self._until:
                raise httpx.ReadTimeout("an answer too slow")
            yield chunk

    def close(self) -> None:
        self._inner.close()
