"""Toast over HTTP: orders by time of change, menus, restaurants, and one shared login."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from pos_bridge.providers import answers, http, identities
from pos_bridge.providers.base import (
    Account,
    Answer,
    Fetch,
    Page,
    ProviderUnavailable,
    TheirItem,
    TheirLocation,
    Tokens,
)
from pos_bridge.providers.breaker import allowance_of, breaker_of
from pos_bridge.providers.toast import catalogue
from pos_bridge.providers.tokens import Bearer

HOSTS = {
    "production": "https://ws-api.toasttab.com",
    "sandbox": "https://ws-sandbox-api.eng.toasttab.com",
}
RESTAURANT = "Toast-Restaurant-External-ID"
PAGE = 100
MOST_PAGES = 10_000
LONGEST_WINDOW = timedelta(days=28)  # Toast asks for a month at most, and a pause between
BETWEEN_WINDOWS, BETWEEN_PAGES = 5.0, 0.2  # seconds: ordersBulk allows five a second
LOGINS, LOGIN_WINDOW = 2, 3600.0
RENEW_EARLY = timedelta(seconds=30)  # a login before the last minute only repeats the old token


class ToastClient:
    """One restaurant group's Toast; the restaurant of a call is its location or the account's."""

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
        self._account, self._read, self._sleep, self._now = account, read, sleep, now
        self._http = http.open_client(base_url, transport)
        breaker = breaker_of("toast", base_url, account.merchant)
        self._caller = http.Caller(breaker=breaker, sleep=sleep, now=now)
        self._logins = allowance_of(
            "toast", base_url, account.secrets.get("client_id", ""),
            times=LOGINS, window=LOGIN_WINDOW,
        )  # fmt: skip
        self._bearer = Bearer(
            keeper=account.tokens, exchange=self._log_in, now=now, early=RENEW_EARLY
        )

    def fetch(self, wanted: Fetch) -> Sequence[Answer]:
        if wanted.kind == "menus":
            body = self._get("/menus/v2/menus", wanted.id).content
            return [Answer(body, f"menus:{identities.fingerprint(body)}", wanted.id)]
        if wanted.kind != "order":
            return ()
        restaurant = self._account.merchant
        order = self._json(f"/orders/v2/orders/{quote(wanted.id, safe='')}", restaurant)
        return [self._answer(order, restaurant)]

    def poll(self, *, location: str, since: datetime, until: datetime) -> Iterator[Page]:
        start = since
        while start < until:
            end = min(start + LONGEST_WINDOW, until)
            yield from self._window(location, start, end)
            if end < until:
                self._sleep(BETWEEN_WINDOWS)
            start = end

    def locations(self) -> Sequence[TheirLocation]:
        found = self._list("/partners/v1/restaurants", self._account.merchant)
        return [
            TheirLocation(
                id=answers.text(place.get("restaurantGuid")),
                name=_name(place),
                time_zone=answers.text(place.get("restaurantTimezone")),
            )
            for place in found
            if place.get("deleted") is not True
        ]

    def catalogue(self, *, location: str | None = None) -> Iterator[TheirItem]:
        menus = self._json("/menus/v2/menus", location or self._account.merchant)
        yield from catalogue.entries(menus)

    def close(self) -> None:
        self._http.close()

    def _window(self, location: str, start: datetime, end: datetime) -> Iterator[Page]:
        query = {"startDate": _written(start), "endDate": _written(end), "pageSize": str(PAGE)}
        for page in range(1, MOST_PAGES):
            response = self._get("/orders/v2/ordersBulk", location, {**query, "page": str(page)})
            orders = self._caller.call(
                lambda body=response.content: answers.objects(answers.parse(body)),  # type: ignore[misc]
                tries=1,
            )
            # Only whether there is a next page is believed of the link, never its address.
            more = 'rel="next"' in response.headers.get("link", "")
            found = tuple(self._answer(order, location) for order in orders)
            yield Page(found, str(page + 1) if more else None)
            if not more:
                return
            self._sleep(BETWEEN_PAGES)
        raise ProviderUnavailable("its pages do not end")

    def _answer(self, order: Any, restaurant: str) -> Answer:
        document = {"restaurantGuid": restaurant, "order": order}  # an order does not say where
        return answers.answer(document, read=self._read, merchant=restaurant)

    def _json(self, path: str, restaurant: str) -> Any:
        body = self._get(path, restaurant).content
        return self._caller.call(lambda: answers.parse(body), tries=1)

    def _list(self, path: str, restaurant: str) -> list[dict[str, Any]]:
        body = self._get(path, restaurant).content
        return self._caller.call(lambda: answers.objects(answers.parse(body)), tries=1)

    def _get(
        self, path: str, restaurant: str, query: dict[str, str] | None = None
    ) -> httpx.Response:
        def send(token: str) -> httpx.Response:
            headers = {"authorization": f"Bearer {token}", RESTAURANT: restaurant}
            return self._caller.call(
                lambda: http.succeed(self._http.get(path, params=query, headers=headers))
            )

        return self._bearer.call(send)

    def _log_in(self, stale: Tokens | None) -> Tokens:
        self._logins.take()
        secrets = self._account.secrets
        login = {
            "clientId": secrets.get("client_id", ""),
            "clientSecret": secrets.get("client_secret", ""),
            "userAccessType": "TOAST_MACHINE_CLIENT",
        }
        at = self._now()
        return self._caller.call(
            lambda: _token(
                http.succeed(
                    self._http.post("/authentication/v1/authentication/login", json=login)
                ),
                at,
            ),
            tries=1,
        )


def _token(response: httpx.Response, at: datetime) -> Tokens:
    """The token of a login. Raises Failure."""
    login = answers.parse(response.content)
    token = login.get("token") if isinstance(login, dict) else None
    access = answers.text(token.get("accessToken")) if isinstance(token, dict) else ""
    if not access or not isinstance(token, dict):
        raise http.Failure(200)
    return Tokens(access, http.lasting(answers.text(token.get("expiresIn")), at))


def _name(place: dict[str, Any]) -> str:
    names = (answers.text(place.get(field)) for field in ("restaurantName", "locationName"))
    return ", ".join(name for name in names if name)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")
