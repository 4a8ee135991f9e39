"""How Square is asked: pages, tokens, limits, and what comes back as answers."""

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
from pos_bridge.providers.square.client import SquareClient
from tests.pos_bridge.providers import samples
from tests.pos_bridge.providers.wire import NOW, Keeper, Wire, reply

SINCE, UNTIL = datetime(2026, 3, 4, 10, tzinfo=UTC), datetime(2026, 3, 4, 11, tzinfo=UTC)
ORDER = samples.document("square", "api.orders.get.completed.json")["order"]
RETURN = samples.document("square", "synthetic.api.orders.get.return_order.json")["order"]


@pytest.fixture
def connect(request):
    def _connect(*replies, **options):
        wire = Wire(list(replies))
        return wire.connect(SquareClient, "square", name=request.node.name, **options), wire

    return _connect


def poll(client):
    return list(client.poll(location="L", since=SINCE, until=UNTIL))


def sent(wire):
    return [json.loads(request.content) for request in wire.requests]


def test_a_poll_reads_every_page_oldest_change_first(connect):
    client, wire = connect(reply({"orders": [ORDER], "cursor": "c2"}), reply({"orders": [RETURN]}))

    first, second = poll(client)

    assert [request.url.path for request in wire.requests] == ["/v2/orders/search"] * 2
    query = {
        "location_ids": ["L"],
        "query": {
            "filter": {
                "date_time_filter": {
                    "updated_at": {
                        "start_at": "2026-03-04T10:00:00.000Z",
                        "end_at": "2026-03-04T11:00:00.000Z",
                    }
                }
            },
            "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"},
        },
        "limit": 100,
        "return_entries": False,
    }
    assert sent(wire) == [query, {**query, "cursor": "c2"}]
    assert (first.cursor, second.cursor) == ("c2", None)
    assert first.answers[0].dedupe == "order:lgwOlEityYPJtcuvKTVKT1pA986YY:4"
    assert json.loads(second.answers[0].body) == {"order": RETURN}


def test_what_was_polled_reads_as_what_square_sent(connect):
    client, _ = connect(reply({"orders": [ORDER]}))

    (page,) = poll(client)

    square = PROVIDERS["square"]
    published = samples.body("square", "api.orders.get.completed.json")
    assert square.read(page.answers[0].body, "answer") == square.read(published, "answer")


def test_nothing_changed_is_an_empty_page(connect):
    client, _ = connect(reply({}))

    (page,) = poll(client)

    assert (page.answers, page.cursor) == ((), None)


def test_pages_in_a_circle_come_to_an_end(connect):
    client, wire = connect(reply({"orders": [], "cursor": "same"}))

    with pytest.raises(ProviderUnavailable):
        poll(client)
    assert len(wire.requests) == 2


def test_an_order_is_fetched_by_its_id(connect):
    client, wire = connect(reply({"orders": [ORDER]}))

    (answer,) = client.fetch(Fetch("order", "../../v2/payments"))

    assert wire.requests[0].url.path == "/v2/orders/batch-retrieve"
    assert sent(wire) == [{"order_ids": ["../../v2/payments"]}]
    assert answer.body.startswith(b'{"order":{')


@pytest.mark.parametrize("found", [{}, {"orders": []}])
def test_an_order_that_is_not_there_is_refused(connect, found):
    client, _ = connect(reply(found))

    with pytest.raises(ProviderRefused) as refused:
        client.fetch(Fetch("order", "o"))
    assert refused.value.status == 404


def test_a_changed_catalogue_is_not_fetched_as_an_answer(connect):
    client, wire = connect(reply({}))

    assert list(client.fetch(Fetch("catalog", ""))) == []
    assert wire.requests == []


def test_the_headers_are_those_of_the_connection(connect):
    client, wire = connect(reply({}), secrets={"api_version": "2025-08-20"})

    client.locations()

    headers = wire.requests[0].headers
    assert headers["authorization"] == "Bearer token-1"
    assert headers["square-version"] == "2025-08-20"


@pytest.mark.parametrize(
    ("environment", "host"),
    [("production", "connect.squareup.com"), ("sandbox", "connect.squareupsandbox.com")],
)
def test_each_environment_has_its_host(connect, environment, host):
    client, wire = connect(reply({}), environment=environment)

    client.locations()

    assert wire.requests[0].url.host == host


RENEWED = {"access_token": "token-2", "expires_at": "2026-04-03T12:00:00Z"}


def test_a_refused_token_is_renewed_once_and_kept(connect):
    keeper = Keeper(Tokens("token-1", NOW + timedelta(days=29), "refresh-1"))
    found = reply({"orders": [ORDER]})
    client, wire = connect(reply({}, 401), reply(RENEWED), found, keeper=keeper)

    client.fetch(Fetch("order", "o"))

    assert [request.url.path for request in wire.requests] == [
        "/v2/orders/batch-retrieve",
        "/oauth2/token",
        "/v2/orders/batch-retrieve",
    ]
    assert sent(wire)[1]["refresh_token"] == "refresh-1"
    assert "authorization" not in wire.requests[1].headers
    assert wire.requests[2].headers["authorization"] == "Bearer token-2"
    assert keeper.tokens == Tokens("token-2", datetime(2026, 4, 3, 12, tzinfo=UTC), "refresh-1")


def test_a_second_refusal_is_the_last_word(connect):
    keeper = Keeper(Tokens("token-1", None, "refresh-1"))
    client, wire = connect(reply({}, 401), reply(RENEWED), reply({}, 401), keeper=keeper)

    with pytest.raises(ProviderRefused) as refused:
        client.locations()
    assert refused.value.status == 401
    assert (keeper.renewals, len(wire.requests)) == (1, 3)


def test_a_token_is_renewed_a_week_after_it_was_given(connect):
    keeper = Keeper(Tokens("token-1", NOW + timedelta(days=22), "refresh-1"))
    client, wire = connect(reply(RENEWED), reply({}), keeper=keeper)

    client.locations()

    assert wire.requests[0].url.path == "/oauth2/token"


def test_a_personal_token_is_used_as_it_is_and_never_renewed(connect):
    client, wire = connect(reply({}, 401), keeper=Keeper(), secrets={"access_token": "personal"})

    with pytest.raises(ProviderRefused):
        client.locations()
    assert [request.headers["authorization"] for request in wire.requests] == ["Bearer personal"]


def test_without_any_token_the_merchant_is_needed(connect):
    client, wire = connect(reply({}), keeper=Keeper())

    with pytest.raises(ProviderRefused) as refused:
        client.locations()
    assert (refused.value.status, wire.requests) == (401, [])


def test_a_refresh_is_sent_only_once(connect):
    keeper = Keeper(Tokens("token-1", NOW, "refresh-1"))
    client, wire = connect(reply({}, 500), keeper=keeper)

    with pytest.raises(ProviderUnavailable):
        client.locations()
    assert len(wire.requests) == 1


@pytest.mark.proves("7.2")
def test_too_often_waits_as_long_as_square_says(connect):
    client, wire = connect(reply({"errors": [{"code": "RATE_LIMITED"}]}, 429, retry_after="7"))

    with pytest.raises(ProviderUnavailable) as unavailable:
        client.locations()
    assert (unavailable.value.retry_after, len(wire.requests)) == (7.0, 1)


@pytest.mark.parametrize(
    "garbage",
    [
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, content=b"\xff"),
        reply([]),
        reply(None),
        reply({"locations": "x"}),
        reply({"locations": [1]}),
        httpx.ReadTimeout("x"),
        httpx.ConnectTimeout("x"),
        reply({}, 502),
    ],
    ids=lambda garbage: getattr(garbage, "text", "error")[:20] or "undecodable",
)
def test_garbage_and_silence_mean_later(connect, garbage):
    client, wire = connect(garbage)

    with pytest.raises(ProviderUnavailable):
        client.locations()
    assert len(wire.requests) == 3


def test_locations_are_told(connect):
    client, _ = connect(reply(samples.document("square", "api.locations.list.json")))

    assert client.locations() == [
        TheirLocation("18YC4JDH91E1H", "Grant Park", "America/Los_Angeles", "USD"),
        TheirLocation("3Z4V4WHQK64X9", "Midtown", "America/New_York", "USD"),
    ]


def test_the_catalogue_is_told_by_variation(connect):
    client, wire = connect(reply(samples.document("square", "api.catalog.search.json")))

    assert list(client.catalogue()) == [
        TheirItem("5GSZPX6EU7MM75S57OONG3V5", "Tea - Black, Regular", price=150, currency="USD"),
        TheirItem("XVLBN7DU6JTWHJTG5F265B43", "Tea - Black, Large", price=225, currency="USD"),
        TheirItem("FHYBVIA6NVBCSOVETA62WEA4", "Tea - Green, Regular", price=150, currency="USD"),
    ]
    assert sent(wire)[0]["object_types"] == ["ITEM", "MODIFIER_LIST"]


def test_modifiers_are_of_the_catalogue_and_each_location_has_its_own(connect):
    modifier = {
        "type": "MODIFIER",
        "id": "oat",
        "modifier_data": {"name": "Oat", "price_money": {"amount": 50, "currency": "USD"}},
        "present_at_all_locations": False,
        "present_at_location_ids": ["L"],
    }
    listed = {
        "type": "MODIFIER_LIST",
        "id": "milk",
        "is_deleted": True,
        "modifier_list_data": {"name": "Milk", "modifiers": [modifier]},
    }
    client, _ = connect(reply({"objects": [listed]}))

    told = TheirItem("oat", "Milk, Oat", price=50, currency="USD", is_deleted=True)
    assert list(client.catalogue(location="L")) == [told]
    assert list(client.catalogue(location="M")) == []
