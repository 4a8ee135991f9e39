"""How K-Series is asked: closed sales by location, refresh tokens that work once."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import (
    Fetch,
    ProviderRefused,
    ProviderUnavailable,
    TheirItem,
    TheirLocation,
    Tokens,
)
from pos_bridge.providers.lightspeed_k.client import LightspeedKClient
from tests.pos_bridge.providers import samples
from tests.pos_bridge.providers.wire import NOW, Keeper, Wire, reply

SINCE, UNTIL = datetime(2026, 3, 4, 10, tzinfo=UTC), datetime(2026, 3, 4, 11, tzinfo=UTC)
PAGE = samples.document("lightspeed_k", "api.financial.v2.sales.page1.json")
RENEWED = {"access_token": "token-2", "refresh_token": "refresh-2", "expires_in": 3600}
BUSINESSES = {
    "_embedded": {
        "businessList": [
            {
                "businessName": "Chain",
                "currencyCode": "GBP",
                "businessLocations": [
                    {"blID": 247158188015618, "blName": "Soho", "timezone": "Europe/London"}
                ],
            }
        ]
    }
}


@pytest.fixture
def connect(request):
    def _connect(*replies, **options):
        wire = Wire(list(replies))
        name = request.node.name
        return wire.connect(LightspeedKClient, "lightspeed", name=name, **options), wire

    return _connect


def poll(client):
    return list(client.poll(location="42", since=SINCE, until=UNTIL))


def test_a_poll_reads_every_page(connect):
    client, wire = connect(reply(PAGE), reply({"sales": []}))

    first, second = poll(client)

    path = "/f/v2/business-location/42/sales"
    assert [request.url.path for request in wire.requests] == [path] * 2
    query = {
        "from": "2026-03-04T10:00:00.000Z",
        "to": "2026-03-04T11:00:00.000Z",
        "pageSize": "100",
    }
    assert [dict(request.url.params) for request in wire.requests] == [
        query,
        {**query, "nextPageToken": "eyJvIjoxfQ=="},
    ]
    assert (first.cursor, second.cursor, second.answers) == ("eyJvIjoxfQ==", None, ())
    assert first.answers[0].dedupe == "order:A65315.17:2023-02-14T20:04:08.734Z"
    assert json.loads(first.answers[0].body) == {
        "businessLocationId": "42",
        "sale": PAGE["sales"][0],
    }
    assert wire.slept == [0.5]


def test_what_was_polled_knows_its_location(connect):
    client, _ = connect(reply({"sales": PAGE["sales"]}))

    (page,) = poll(client)

    (order,) = PROVIDERS["lightspeed"].read(page.answers[0].body, "answer").orders
    assert order.location == "42"


def test_a_long_history_is_asked_in_years(connect):
    client, wire = connect(reply({"sales": []}))

    list(client.poll(location="42", since=SINCE, until=SINCE + timedelta(days=500)))

    assert [request.url.params["from"][:10] for request in wire.requests] == [
        "2026-03-04",
        "2027-03-03",
    ]


def test_pages_in_a_circle_come_to_an_end(connect):
    client, wire = connect(reply(PAGE))

    with pytest.raises(ProviderUnavailable):
        poll(client)
    assert len(wire.requests) == 2


def test_a_refresh_token_is_used_once_and_the_new_pair_kept(connect):
    keeper = Keeper(Tokens("token-1", NOW + timedelta(minutes=1), "refresh-1"))
    client, wire = connect(reply(RENEWED), reply(BUSINESSES), keeper=keeper)

    client.locations()

    login, call = wire.requests
    assert login.url.path == "/oauth/token"
    assert login.content == b"grant_type=refresh_token&refresh_token=refresh-1"
    assert login.headers["authorization"].startswith("Basic ")
    assert call.headers["authorization"] == "Bearer token-2"
    assert keeper.tokens == Tokens("token-2", NOW + timedelta(hours=1), "refresh-2")


def test_a_refused_token_is_renewed_once(connect):
    client, wire = connect(reply({}, 401), reply(RENEWED), reply(BUSINESSES))

    client.locations()

    assert len(wire.requests) == 3


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply({}, 400), ProviderRefused),
        (reply({}, 500), ProviderUnavailable),
        (httpx.ReadTimeout("x"), ProviderUnavailable),
        (reply({"access_token": "token-2"}), ProviderUnavailable),
    ],
    ids=["refused", "down", "lost", "half"],
)
def test_a_refresh_is_never_tried_twice(connect, answer, error):
    keeper = Keeper(Tokens("token-1", NOW, "refresh-1"))
    client, wire = connect(answer, keeper=keeper)

    with pytest.raises(error):
        client.locations()
    assert len(wire.requests) == 1
    assert keeper.tokens == Tokens("token-1", NOW, "refresh-1")


def test_without_a_refresh_token_the_merchant_is_needed(connect):
    client, wire = connect(reply({}), keeper=Keeper())

    with pytest.raises(ProviderRefused) as refused:
        client.locations()
    assert (refused.value.status, wire.requests) == (401, [])


@pytest.mark.proves("7.2")
@pytest.mark.parametrize("status", [429, 503])
def test_busy_waits_as_long_as_it_says(connect, status):
    client, wire = connect(reply({}, status, retry_after="9"))

    with pytest.raises(ProviderUnavailable) as unavailable:
        poll(client)
    assert (unavailable.value.retry_after, len(wire.requests)) == (9.0, 1)


@pytest.mark.parametrize(
    "garbage",
    [httpx.Response(200, content=b"<html>"), reply([]), reply({"sales": "x"}), reply(None)],
    ids=["html", "list", "text", "null"],
)
def test_garbage_means_later(connect, garbage):
    client, _ = connect(garbage)

    with pytest.raises(ProviderUnavailable):
        poll(client)


def test_one_account_cannot_be_asked_for(connect):
    client, wire = connect(reply({}))

    with pytest.raises(ProviderRefused):
        client.fetch(Fetch("order", "A1.17"))
    assert wire.requests == []


def test_locations_are_told(connect):
    client, wire = connect(reply(BUSINESSES))

    assert client.locations() == [
        TheirLocation("247158188015618", "Soho", "Europe/London", "GBP"),
    ]
    assert wire.requests[0].url.host == "api.lsk.lightspeed.app"


def test_items_are_told_by_the_sku_their_sales_carry(connect):
    burger = {"id": 1, "sku": "52", "name": "Burger", "barcodes": ["10011101100"], "active": True}
    retired = {"id": 2, "sku": "53", "name": "Old", "barcode": "1", "active": False}
    client, wire = connect(reply([burger, retired, {"id": 3, "name": "no sku"}]))

    assert list(client.catalogue(location="42")) == [
        TheirItem("52", "Burger", sku="52", barcode="10011101100"),
        TheirItem("53", "Old", sku="53", barcode="1", is_deleted=True),
    ]
    assert dict(wire.requests[0].url.params) == {
        "businessLocationId": "42",
        "offset": "0",
        "amount": "1000",
    }


def test_without_a_location_the_items_of_all_are_told(connect):
    client, wire = connect(reply(BUSINESSES), reply([]))

    assert list(client.catalogue()) == []
    assert wire.requests[1].url.params["businessLocationId"] == "247158188015618"
