"""Levels, entries, the feed and why, as programs read them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from core import tenancy
from inventory.domain.ledger import Kind
from tests.factories import NOON, make_item, make_location, make_member, make_tenant, post
from tests.web import api, asked_of_tables, browser, program

HOUR = timedelta(hours=1)


@pytest.fixture
def shop(tenant):
    return make_location(code="harbour-street")


@pytest.fixture
def milk(shop):
    item = make_item(name="Oat milk", sku="OM", low_below=10)
    post(Kind.OPENING, (item, "8.5", shop, "2"), at=NOON - HOUR)
    post(Kind.SALE, (item, -1, shop), at=NOON, key="sale:1")
    return item


def get(client, tenant, path, **asked):
    return client.get(api(tenant, path), asked)


def results(client, tenant, path, **asked):
    return get(client, tenant, path, **asked).json()["results"]


def test_a_level_is_read_with_exact_strings(tenant, shop, milk):
    [level] = results(program(tenant), tenant, "levels")
    assert level == {
        "location": "harbour-street",
        "item": "OM",
        "unit": "each",
        "on_hand": "7.5",
        "reserved": "0",
        "available": "7.5",
        "state": "low",
        "version": 2,
        "last_counted_at": None,
        "last_sold_at": "2026-11-20T12:00:00Z",
        "unit_cost": "2",
        "value": "15",
    }


def test_levels_are_narrowed_by_location_item_and_state(tenant, shop, milk):
    other = make_location(code="fitzroy")
    cup = make_item(sku="CUP")
    post(Kind.OPENING, (milk, 50, other), (cup, 1, other))
    post(Kind.SALE, (cup, -1, other))
    client = program(tenant)

    def found(**asked):
        return [
            (row["location"], row["item"]) for row in results(client, tenant, "levels", **asked)
        ]

    assert found(location="fitzroy") == [("fitzroy", "OM"), ("fitzroy", "CUP")]
    assert found(item="OM") == [("harbour-street", "OM"), ("fitzroy", "OM")]
    assert found(state="out") == [("fitzroy", "CUP")]
    assert found(state="low") == [("harbour-street", "OM")]
    assert found(location="nowhere") == []
    assert get(client, tenant, "levels", state="none").status_code == 400


def test_levels_are_paged_without_missing_or_repeating(tenant, shop):
    other = make_location()
    items = [make_item() for _ in range(3)]
    for place in (other, shop):
        post(Kind.OPENING, *((item, 1, place) for item in items))
    client, address, found = program(tenant), api(tenant, "levels?page_size=2"), []
    while address:
        page = client.get(address).json()
        found += [(row["location"], row["item"]) for row in page["results"]]
        address = page["next"]
    assert len(found) == len(set(found)) == 6


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_asks_the_tables_the_same_however_many_rows(tenant, shop, rows):
    for _ in range(rows):
        post(Kind.OPENING, (make_item(), 1, shop))
    client = program(tenant)
    get(client, tenant, "levels")
    with asked_of_tables() as statements:
        get(client, tenant, "levels")
    assert len(statements) == 7  # token, chain, membership (for each right once), page, costs


@pytest.mark.proves("S7")
def test_costs_need_the_right_at_that_location_and_the_scope(tenant, shop, milk):
    post(Kind.OPENING, (milk, 1, make_location(), "3"))

    def costs(client, path="levels", **asked):
        return [row["unit_cost"] for row in results(client, tenant, path, **asked)]

    assert costs(program(tenant)) == ["2", "3"]
    assert costs(program(tenant, role="WAREHOUSE")) == [None, None]
    assert costs(program(tenant, scopes=["view_stock"])) == [None, None]
    warehouse = program(tenant, role="WAREHOUSE")
    assert costs(warehouse, "entries", location=shop.code) == [None, None]
    assert costs(program(tenant), "entries", location=shop.code) == ["2", "2"]


@pytest.mark.proves("S2")
def test_only_the_callers_locations_are_there(tenant, shop, milk):
    hidden = make_location(code="hidden")
    post(Kind.OPENING, (milk, 1, hidden))
    client = program(tenant, role="MANAGER", locations=[shop])
    named = {"X-Request-Id": "the-same-name"}

    assert [row["location"] for row in results(client, tenant, "levels")] == [shop.code]
    assert results(client, tenant, "levels", location="hidden") == []
    assert [row["code"] for row in results(client, tenant, "locations")] == [shop.code]
    for path in ["entries?location={}", "feed?location={}", "items/OM/locations/{}/explain"]:
        theirs = client.get(api(tenant, path.format("hidden")), headers=named)
        missing = client.get(api(tenant, path.format("missing")), headers=named)
        assert (theirs.status_code, theirs.content) == (404, missing.content)


def test_entries_go_on_after_a_change_number(tenant, shop, milk):
    client = program(tenant)
    [entry] = results(client, tenant, "entries", location=shop.code, after=1)
    entry.pop("actor"), entry.pop("posting"), entry.pop("recorded_at")
    assert entry == {
        "seq": 2,
        "item": "OM",
        "kind": "SALE",
        "quantity": "-1",
        "on_hand_after": "7.5",
        "version": 2,
        "source": "sale:1",
        "occurred_at": "2026-11-20T12:00:00Z",
        "effective_at": "2026-11-20T12:00:00Z",
        "reason": "",
        "note": "",
        "unit_cost": "2",
        "value": "-2",
    }
    assert [e["seq"] for e in results(client, tenant, "entries", location=shop.code)] == [1, 2]
    [opening] = results(client, tenant, "entries", location=shop.code, kind="OPENING", item="OM")
    assert opening["quantity"] == "8.5"


@pytest.mark.parametrize("asked", [{}, {"location": ""}, {"location": "\0"}])
def test_entries_and_feed_are_those_of_one_location(tenant, shop, milk, asked):
    for path in ("entries", "feed"):
        response = get(program(tenant), tenant, path, **asked)
        assert (response.status_code, list(response.json()["errors"])) == (400, ["location"])


@pytest.mark.parametrize("after", ["NaN", "-1", "1e999999", "9" * 40, "x", "\0"])
def test_a_change_number_that_is_none_is_refused(tenant, shop, milk, after):
    for path in ("entries", "feed"):
        response = get(program(tenant), tenant, path, location=shop.code, after=after)
        assert (response.status_code, list(response.json()["errors"])) == (400, ["after"])


def test_the_feed_tells_each_changed_level_once_as_it_stands(tenant, shop, milk):
    client = program(tenant)
    begin = get(client, tenant, "feed", location=shop.code).json()
    assert begin == {"location": shop.code, "after": None, "seq": 2, "rows": []}
    post(Kind.SALE, (milk, -1, shop), (milk, -2, shop))

    news = get(client, tenant, "feed", location=shop.code, after=begin["seq"]).json()

    assert (news["after"], news["seq"]) == (2, 4)
    assert news["rows"] == [
        {"item": milk.pk, "on_hand": "4.5", "reserved": "0", "available": "4.5", "version": 4}
    ]


@pytest.mark.proves("9.2")
def test_a_change_that_has_not_come_asks_the_caller_to_begin_again(tenant, shop, milk):
    response = get(program(tenant), tenant, "feed", location=shop.code, after=3)
    assert (response.status_code, response.json()["code"]) == (410, "too_old")


def test_a_figure_is_explained_now_and_as_of_an_instant(tenant, shop, milk):
    client, path = program(tenant), "items/OM/locations/harbour-street/explain"
    now = get(client, tenant, path).json()
    assert now == {
        "location": "harbour-street",
        "item": "OM",
        "at": None,
        "counted_at": None,
        "start": "8.5",
        "terms": [{"kind": "SALE", "quantity": "-1", "postings": 1}],
        "on_hand": "7.5",
        "reserved": "0",
        "available": "7.5",
        "level": "7.5",
        "is_true": True,
    }
    then = get(client, tenant, path, at="2026-11-20T11:30:00Z").json()
    assert (then["on_hand"], then["terms"], then["available"]) == ("8.5", [], None)
    assert get(client, tenant, path, at="yesterday").status_code == 400


def test_everything_needs_the_scope_and_somebody_signed_in(tenant, shop, milk):
    for path in [
        "levels",
        "locations",
        f"entries?location={shop.code}",
        f"feed?location={shop.code}",
        f"items/OM/locations/{shop.code}/explain",
    ]:
        address = api(tenant, path)
        anonymous = Client().get(address)
        assert (anonymous.status_code, anonymous["WWW-Authenticate"]) == (401, "Bearer")
        assert program(tenant, scopes=["see_costs"]).get(address).status_code == 403
        assert browser(make_member("AUDITOR")).get(address).status_code == 200


def test_another_chains_rows_are_not_there(tenant, shop, milk):
    stranger = make_tenant()
    with tenancy.acting_for(stranger):
        client = program(stranger)
        assert results(client, stranger, "levels") == []
        assert get(client, stranger, "levels", location=shop.code).json()["results"] == []
        assert get(client, stranger, f"entries?location={shop.code}").status_code == 404
