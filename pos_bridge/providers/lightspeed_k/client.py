"""K-Series over HTTP: closed sales by location, items, and single-use refresh tokens."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx

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
from pos_bridge.providers.tokens import UNAUTHORISED, Bearer

HOSTS = {
    "production": "https://api.lsk.lightspeed.app",
    "sandbox": "https://api.trial.lsk.lightspeed.app",
}
PAGE, ITEMS_PAGE = 100, 1000
MOST_PAGES = 10_000
LONGEST_WINDOW = timedelta(days=364)  # a year is refused from a day more on
BETWEEN_PAGES = 0.5  # seconds: the limits are not published, so two a second
RENEW_EARLY = timedelta(minutes=2)


class LightspeedKClient:
    """One business's K-Series, which may have several business locations."""

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
        breaker = breaker_of("lightspeed", base_url, account.merchant)
        self._caller = http.Caller(breaker=breaker, sleep=sleep, now=now)
        self._bearer = Bearer(
            keeper=account.tokens, exchange=self._refresh, now=now, early=RENEW_EARLY
        )

    def fetch(self, wanted: Fetch) -> Sequence[Answer]:
        """There is no address for one account, and no event of theirs that would need it."""
        raise ProviderRefused(f"K-Series cannot be asked for {wanted}", status=404)

    def poll(self, *, location: str, since: datetime, until: datetime) -> Iterator[Page]:
        """Sales closed in the window; what was corrected later comes when it was corrected."""
        start = since
        while start < until:
            end = min(start + LONGEST_WINDOW, until)
            yield from self._window(location, start, end)
            start = end

    def locations(self) -> Sequence[TheirLocation]:
        found = self._json("/f/data/businesses")
        listed = found.get("_embedded") if isinstance(found, dict) else None
        businesses = _objects(listed.get("businessList") if isinstance(listed, dict) else None)
        return [
            TheirLocation(
                id=answers.text(place.get("blID")),
                name=answers.text(place.get("blName")),
                time_zone=answers.text(place.get("timezone")),
                currency=answers.text(business.get("currencyCode")),
            )
            for business in businesses
            for place in _objects(business.get("businessLocations"))
        ]

    def catalogue(self, *, location: str | None = None) -> Iterator[TheirItem]:
        places = [location] if location else [place.id for place in self.locations()]
        for place in places:
            yield from self._items(place)

    def close(self) -> None:
        self._http.close()

    def _window(self, location: str, start: datetime, end: datetime) -> Iterator[Page]:
        path = f"/f/v2/business-location/{quote(location, safe='')}/sales"
        query = {"from": times.zulu(start), "to": times.zulu(end), "pageSize": str(PAGE)}
        token = ""
        for _ in range(MOST_PAGES):
            found = self._json(path, {**query, "nextPageToken": token} if token else query)
            sales, onward = self._caller.call(partial(_page, found), tries=1)
            yield Page(tuple(self._answer(sale, location) for sale in sales), onward or None)
            if not onward:
                return
            if onward == token:
                break
            token = onward
            self._sleep(BETWEEN_PAGES)
        raise ProviderUnavailable("its pages do not end")

    def _items(self, location: str) -> Iterator[TheirItem]:
        for page in range(MOST_PAGES):
            query = {
                "businessLocationId": location,
                "offset": str(page * ITEMS_PAGE),
                "amount": str(ITEMS_PAGE),
            }
            items = _objects(self._json("/items/v1/items", query))
            yield from (_item(item) for item in items if answers.text(item.get("sku")))
            if len(items) < ITEMS_PAGE:
                return
            self._sleep(BETWEEN_PAGES)

    def _answer(self, sale: dict[str, Any], location: str) -> Answer:
        document = {"businessLocationId": location, "sale": sale}  # a sale does not say where
        return answers.answer(document, read=self._read, merchant=self._account.merchant)

    def _json(self, path: str, query: dict[str, str] | None = None) -> Any:
        def send(token: str) -> Any:
            headers = {"authorization": f"Bearer {token}"}
            return self._caller.call(
                lambda: answers.parse(
                    http.succeed(self._http.get(path, params=query, headers=headers)).content
                )
            )

        return self._bearer.call(send)

    def _refresh(self, stale: Tokens | None) -> Tokens:
        if stale is None or not stale.refresh_token:
            raise ProviderRefused("authorise the connection again", status=UNAUTHORISED)
        at, secrets = self._now(), self._account.secrets
        form = {"grant_type": "refresh_token", "refresh_token": stale.refresh_token}
        client = (secrets.get("client_id", ""), secrets.get("client_secret", ""))
        # Once only: a lost answer has used the token up, and another try would not bring it back.
        return self._caller.call(
            lambda: _tokens(
                http.succeed(self._http.post("/oauth/token", data=form, auth=client)), at
            ),
            tries=1,
        )


def _page(found: Any) -> tuple[list[dict[str, Any]], str]:
    """The sales of a page and the token of the next. Raises Failure."""
    if not isinstance(found, dict):
        raise http.Failure(200)
    return answers.objects(found.get("sales") or []), answers.text(found.get("nextPageToken"))


def _tokens(response: httpx.Response, at: datetime) -> Tokens:
    """The new pair. Raises Failure."""
    found = answers.parse(response.content)
    access = answers.text(found.get("access_token")) if isinstance(found, dict) else ""
    refresh = answers.text(found.get("refresh_token")) if isinstance(found, dict) else ""
    if not access or not refresh:
        raise http.Failure(200)
    return Tokens(access, http.lasting(answers.text(found.get("expires_in")), at), refresh)


def _item(item: dict[str, Any]) -> TheirItem:
    sku, codes = answers.text(item.get("sku")), item.get("barcodes")
    first = answers.text(codes[0]) if isinstance(codes, list) and codes else ""
    return TheirItem(
        id=sku,  # what its sales name, so what is linked by
        name=answers.text(item.get("name")),
        sku=sku,
        barcode=first or answers.text(item.get("barcode")),
        is_deleted=item.get("active") is False,
    )


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
