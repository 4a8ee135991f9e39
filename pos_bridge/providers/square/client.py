"""Square over HTTP, through its own SDK: the SDK knows the API, the Caller keeps the limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

import httpx
import square
from square.core.api_error import ApiError
from square.core.request_options import RequestOptions

from pos_bridge.providers import answers, http, times
from pos_bridge.providers.base import (
    Account,
    Answer,
    Fetch,
    Page,
    ProviderRefused,
    ProviderUnavailable,
    TheirItem,
    TheirLocation,
    Tokens,
)
from pos_bridge.providers.breaker import breaker_of
from pos_bridge.providers.square import catalogue
from pos_bridge.providers.square.authorisation import Authorisation, granted, refresh_token_of
from pos_bridge.providers.tokens import Bearer

HOSTS = {
    "production": "https://connect.squareup.com",
    "sandbox": "https://connect.squareupsandbox.com",
}
API_VERSION = "2026-09-16"  # the one the pinned SDK was made for; a connection may pin another
PAGE = 100
MOST_PAGES = 10_000
RENEW_EARLY = timedelta(days=23)  # of 30: Square wants a refresh every week
OMIT: Any = ...  # how the SDK spells "not sent"
ONCE: RequestOptions = {"max_retries": 0}  # trying again is the Caller's


class SquareClient:
    """One seller's Square. Not for two threads at once."""

    def __init__(
        self,
        account: Account,
        *,
        read: answers.Read,
        transport: httpx.BaseTransport | None = None,
        sleep: http.Sleep = time.sleep,
        now: http.Now = http.now,
    ) -> None:
        base_url = account.base_url or HOSTS[account.environment]
        self._account, self._read = account, read
        self._token: str | None = None
        self._http = http.open_client(base_url, transport)
        self._sdk = square.Square(
            token=lambda: cast("str", self._token),  # None, as the SDK takes it: no header
            base_url=base_url,
            version=account.secrets.get("api_version") or API_VERSION,
            httpx_client=self._http,
        )
        breaker = breaker_of("square", base_url, account.merchant)
        self._caller = http.Caller(breaker=breaker, sleep=sleep, now=now)
        self._bearer = Bearer(
            keeper=Authorisation(account), exchange=self._exchange, now=now, early=RENEW_EARLY
        )

    def fetch(self, wanted: Fetch) -> Sequence[Answer]:
        if wanted.kind != "order":  # which objects of the catalogue changed, catalogue() says
            return ()
        # Asked by body, not by path: an id out of an event never becomes part of an address.
        orders = self._ask(self._get_orders, "orders", [wanted.id]).rows
        if not orders:
            raise ProviderRefused(f"{wanted} is not there", status=404)
        return [self._answer(order) for order in orders]

    def poll(self, *, location: str, since: datetime, until: datetime) -> Iterator[Page]:
        window = {"start_at": times.zulu(since), "end_at": times.zulu(until)}
        for found in self._pages("orders", partial(self._search_orders, location, window)):
            yield Page(tuple(self._answer(order) for order in found.rows), found.cursor or None)

    def locations(self) -> Sequence[TheirLocation]:
        return [
            TheirLocation(
                id=answers.text(place.get("id")),
                name=answers.text(place.get("name")),
                time_zone=answers.text(place.get("timezone")),
                currency=answers.text(place.get("currency")),
            )
            for place in self._ask(self._list_locations, "locations").rows
        ]

    def catalogue(self, *, location: str | None = None) -> Iterator[TheirItem]:
        for found in self._pages("objects", self._search_catalogue):
            for thing in found.rows:
                yield from catalogue.entries(thing, location)

    def close(self) -> None:
        self._http.close()

    def _get_orders(self, ids: list[str]) -> Any:
        return self._sdk.orders.batch_get(order_ids=ids, request_options=ONCE)

    def _search_orders(self, location: str, window: Any, cursor: str) -> Any:
        return self._sdk.orders.search(
            location_ids=[location],
            query={
                "filter": {"date_time_filter": {"updated_at": window}},
                # Sorted by the filtered field, or Square refuses.
                "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"},
            },
            limit=PAGE,
            cursor=cursor or OMIT,
            return_entries=False,
            request_options=ONCE,
        )

    def _list_locations(self) -> Any:
        return self._sdk.locations.list(request_options=ONCE)

    def _search_catalogue(self, cursor: str) -> Any:
        return self._sdk.catalog.search(
            object_types=["ITEM", "MODIFIER_LIST"],
            include_deleted_objects=True,
            limit=PAGE,
            cursor=cursor or OMIT,
            request_options=ONCE,
        )

    def _refresh(self, refresh_token: str) -> Any:
        return self._sdk.o_auth.obtain_token(
            client_id=self._account.secrets.get("client_id", ""),
            client_secret=self._account.secrets.get("client_secret", ""),
            grant_type="refresh_token",
            refresh_token=refresh_token,
            request_options=ONCE,
        )

    def _answer(self, order: dict[str, Any]) -> Answer:
        return answers.answer({"order": order}, read=self._read, merchant=self._account.merchant)

    def _pages(self, field: str, ask: Callable[[str], Any]) -> Iterator[Rows]:
        """Every page; the cursor must move on, or a provider in a loop would keep us for ever."""
        cursor = ""
        for _ in range(MOST_PAGES):
            found = self._ask(ask, field, cursor)
            yield found
            if not found.cursor:
                return
            if found.cursor == cursor:
                break
            cursor = found.cursor
        raise ProviderUnavailable("its pages do not end")

    def _ask(self, ask: Callable[..., Any], field: str, *given: Any) -> Rows:
        def send(token: str) -> Rows:
            self._token = token
            return self._caller.call(lambda: Rows(_plain(partial(ask, *given)), field))

        return self._bearer.call(send)

    def _exchange(self, stale: Tokens | None) -> Tokens:
        self._token = None
        refresh = partial(self._refresh, refresh_token_of(stale))
        # Once only: a lost answer may already have used the token up.
        return granted(self._caller.call(lambda: _plain(refresh), tries=1), stale)


class Rows:
    """One answer's list, and its cursor. Raises Failure when it is no list of objects."""

    def __init__(self, answer: dict[str, Any], field: str) -> None:
        self.rows = answers.objects(answer.get(field) or [])
        self.cursor = answers.text(answer.get("cursor"))


def _plain(ask: Callable[[], Any]) -> dict[str, Any]:
    """What the SDK answers, as plain data. Raises Failure when it answers nonsense.

    The SDK reads JSON fractions as floats. Square writes none where goods and money are: its
    quantities are strings and its amounts whole numbers.
    """
    try:
        plain = ask().model_dump(by_alias=True, exclude_unset=True, warnings=False)
    except ApiError as error:
        raise http.Failure(error.status_code or 200, error.headers) from error
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise http.Failure(200) from error
    if not isinstance(plain, dict):
        raise http.Failure(200)
    return plain
