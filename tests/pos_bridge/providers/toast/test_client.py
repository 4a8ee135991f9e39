"""How Toast is asked: windows and pages, one login for all, and what comes back as answers."""

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
from pos_bridge.providers.toast.client import ToastClient
from tests.pos_bridge.providers import samples
from tests.pos_bridge.providers.wire import NOW, Keeper, Wire, reply

SINCE, UNTIL = datetime(2026, 3, 4, 10, tzinfo=UTC), datetime(2026, 3, 4, 11, tzinfo=UTC)
ORDER = samples.document("toast", "api.orders.get.dine_in_paid.json")
OPEN = samples.document("toast", "api.orders.get.open_takeout.json")
LOGIN = {"token": {"accessToken": "token-2", "expiresIn": 19168}}
NEXT = '<https://elsewhere.example/orders?page=9>; rel="next"'


@pytest.fixture
def connect(request):
    def _connect(*replies, **options):
        wire = Wire(list(replies))
        return wire.connect(ToastClient, "toast", name=request.node.name, **options), wire

    return _connect


def test_a_poll_reads_every_page_of_the_window(connect):
    client, wire = connect(reply([ORDER], link=NEXT), reply([OPEN]))

    first, second = client.poll(location="r", since=SINCE, until=UNTIL)

    assert [str(request.url) for request in wire.requests] == [
        "https://ws-api.toasttab.com/orders/v2/ordersBulk"
        "?startDate=2026-03-04T10%3A00%3A00.000%2B0000"
        f"&endDate=2026-03-04T11%3A00%3A00.000%2B0000&pageSize=100&page={page}"
        for page in (1, 2)
    ]
    assert {request.headers["toast-restaurant-external-id"] for request in wire.requests} == {"r"}
    assert (first.cursor, second.cursor) == ("2", None)
    assert json.loads(first.answers[0].body) == {"restaurantGuid": "r", "order": ORDER}
    assert [page.answers[0].dedupe for page in (first, second)] == [
        "order:017fdd94-4a30-4657-9475-b1a684758531:2019-02-25T11:05:00.024Z",
        "order:df8cd211-c5c9-4fe4-b56b-fa0db87eb80b:2017-10-04T13:54:01.024Z",
    ]
    assert wire.slept == [0.2]


def test_what_was_polled_knows_its_restaurant(connect):
    client, _ = connect(reply([ORDER]))

    (page,) = client.poll(location="r", since=SINCE, until=UNTIL)

    (order,) = PROVIDERS["toast"].read(page.answers[0].body, "answer").orders
    assert (order.location, page.answers[0].merchant) == ("r", "r")


def test_a_long_history_is_asked_in_months_with_a_rest_between(connect):
    client, wire = connect(reply([]))

    pages = list(client.poll(location="r", since=SINCE, until=SINCE + timedelta(days=60)))

    windows = [
        (request.url.params["startDate"][:10], request.url.params["endDate"][:10])
        for request in wire.requests
    ]
    assert windows == [
        ("2026-03-04", "2026-04-01"),
        ("2026-04-01", "2026-04-29"),
        ("2026-04-29", "2026-05-03"),
    ]
    assert (len(pages), wire.slept) == (3, [5.0, 5.0])


def test_an_order_is_fetched_by_its_guid_and_no_other_path(connect):
    client, wire = connect(reply(ORDER))

    (answer,) = client.fetch(Fetch("order", "../menus?x=1"))

    assert wire.requests[0].url.raw_path == b"/orders/v2/orders/..%2Fmenus%3Fx%3D1"
    assert PROVIDERS["toast"].read(answer.body, "answer").orders[0].order == ORDER["guid"]


def test_menus_are_fetched_as_they_are(connect):
    client, wire = connect(reply(samples.document("toast", "api.menus.get.excerpt.json")))

    (answer,) = client.fetch(Fetch("menus", "r"))

    assert wire.requests[0].headers["toast-restaurant-external-id"] == "r"
    assert answer.dedupe.startswith("menus:sha256:")
    assert PROVIDERS["toast"].read(answer.body, "answer").status == "ignored"


def test_the_first_call_logs_in_and_all_others_share_the_token(connect):
    keeper = Keeper()
    client, wire = connect(reply(LOGIN), reply([]), keeper=keeper)

    client.locations()
    client.locations()

    assert [request.url.path for request in wire.requests] == [
        "/authentication/v1/authentication/login",
        "/partners/v1/restaurants",
        "/partners/v1/restaurants",
    ]
    assert json.loads(wire.requests[0].content)["userAccessType"] == "TOAST_MACHINE_CLIENT"
    assert keeper.tokens == Tokens("token-2", NOW + timedelta(seconds=19168))


def test_a_refused_token_is_dropped_once(connect):
    client, wire = connect(reply({}, 401), reply(LOGIN), reply([]))

    client.locations()

    tokens = [request.headers.get("authorization") for request in wire.requests]
    assert tokens == ["Bearer token-1", None, "Bearer token-2"]


def test_a_token_another_worker_renewed_is_used(connect):
    keeper = Keeper(Tokens("token-1", None))
    client, wire = connect(reply({}, 401), reply([]), keeper=keeper)

    wire.meanwhile = lambda: setattr(keeper, "tokens", Tokens("token-9", None))
    client.locations()

    assert wire.requests[1].headers["authorization"] == "Bearer token-9"
    assert keeper.renewals == 0


def test_no_more_than_two_logins_an_hour(connect):
    keeper = Keeper()
    client, wire = connect(reply({}, 500), keeper=keeper)

    for _ in range(3):
        with pytest.raises(ProviderUnavailable):
            client.locations()

    assert len(wire.requests) == 2


def test_a_token_lasts_until_its_last_half_minute(connect):
    keeper = Keeper(Tokens("token-1", NOW + timedelta(seconds=31)))
    client, wire = connect(reply([]), keeper=keeper)

    client.locations()

    assert [request.url.path for request in wire.requests] == ["/partners/v1/restaurants"]


@pytest.mark.proves("7.2")
def test_too_often_waits_as_long_as_toast_says(connect):
    client, wire = connect(reply({}, 429, retry_after="12"))

    with pytest.raises(ProviderUnavailable) as unavailable:
        list(client.poll(location="r", since=SINCE, until=UNTIL))
    assert (unavailable.value.retry_after, len(wire.requests)) == (12.0, 1)


@pytest.mark.parametrize(
    "garbage",
    [httpx.Response(200, content=b"<html>"), reply({}), reply([None]), httpx.ReadTimeout("x")],
    ids=["html", "object", "null", "timeout"],
)
def test_garbage_and_silence_mean_later(connect, garbage):
    client, _ = connect(garbage)

    with pytest.raises(ProviderUnavailable):
        list(client.poll(location="r", since=SINCE, until=UNTIL))


@pytest.mark.parametrize("login", [{}, [], {"token": {}}, {"token": "x"}])
def test_a_login_without_a_token_means_later(connect, login):
    client, _ = connect(reply(login), keeper=Keeper())

    with pytest.raises(ProviderUnavailable):
        client.locations()


def test_what_is_not_allowed_is_refused(connect):
    client, _ = connect(reply({}, 403))

    with pytest.raises(ProviderRefused) as refused:
        client.locations()
    assert refused.value.status == 403


def test_restaurants_are_told_but_not_those_that_left(connect):
    place = {
        "restaurantGuid": "r",
        "restaurantName": "Cafe",
        "locationName": "Main Street",
        "restaurantTimezone": "America/New_York",
    }
    client, _ = connect(reply([place, {**place, "deleted": True}]))

    assert client.locations() == [TheirLocation("r", "Cafe, Main Street", "America/New_York")]


def test_the_menu_is_told_by_item_and_option(connect):
    client, _ = connect(reply(samples.document("toast", "api.menus.get.excerpt.json")))

    assert list(client.catalogue(location="r")) == [
        TheirItem("95c5d500-8d92-46f2-bec4-fb2a42a46621", "Cheese Pizza"),
        TheirItem("fa24fee9-76c4-40ba-ae3c-7dfccafdd8d3", "Mushrooms"),
        TheirItem("afee6be7-8280-4c69-a170-9fdf4c76bf7b", "Onions"),
        TheirItem("352244f2-a952-4a3a-a3ae-7775fa221ce7", "Small", price=800),
        TheirItem("4ff89bca-b448-4892-bc4c-62c37a28ac44", "Large", price=1000),
    ]


def test_an_item_on_two_menus_is_told_once_by_its_shared_id(connect):
    item = {"guid": "g", "multiLocationId": "m", "name": "Pie", "sku": "PIE-1", "price": 12.5}
    inner = {"menuItems": [item], "menuGroups": [{"menuItems": [item]}]}
    menus = {"menus": [{"menuGroups": [inner]}, {"menuGroups": [inner]}]}
    client, _ = connect(reply(menus))

    assert list(client.catalogue()) == [TheirItem("m", "Pie", sku="PIE-1", price=1250)]
