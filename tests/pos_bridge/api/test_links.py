"""Linking their items and locations through the API: what waited posts, at its true time."""

from __future__ import annotations

import pytest

from core import tenancy
from inventory.queries import history
from pos_bridge.models import ItemLink, LocationLink, RawEventState, Transaction
from tests.factories import NOON, make_item, make_location
from tests.pos_bridge.rows import ring_up

ITEMS, LOCATIONS = "/item-links", "/location-links"
QUERIES = 15


@pytest.fixture
def pie():
    return make_item(sku="PIE-1")


@pytest.fixture
def shop():
    return make_location(code="fitzroy")


@pytest.fixture
def stock(pie, shop):
    """Both."""


def pie_link(square, **fields):
    return {"connection": square.pk, "external_id": "PIE", "item": "PIE-1", **fields}


def shop_link(square, **fields):
    return {"connection": square.pk, "external_id": "L1", "location": "fitzroy", **fields}


@pytest.mark.proves("7.5")
def test_linking_the_location_and_the_item_posts_the_sale_that_waited(ask, square, pie, shop):
    sale = ring_up(square)

    assert ask("post", LOCATIONS, shop_link(square)).status_code == 201
    assert RawEventState.objects.get().state == "UNMAPPED"
    answer = ask("post", ITEMS, pie_link(square, factor="6", name="Pie, six"))

    assert answer.status_code == 201
    link = ItemLink.objects.get()
    assert answer.json() == {
        "id": link.pk,
        "connection": square.pk,
        "external_id": "PIE",
        "name": "Pie, six",
        "item": "PIE-1",
        "factor": "6",
        "created_at": answer.json()["created_at"],
    }
    [line], _ = history.lines_of(location=shop.pk, item=pie.pk)
    assert (line.quantity, line.effective_at) == (-12, NOON)
    assert Transaction.objects.get(pk=sale.pk).waiting == 0
    assert RawEventState.objects.get().state == "POSTED"


def test_an_item_may_be_linked_to_no_stock(ask, square):
    assert ask("post", ITEMS, pie_link(square, item=None)).json()["item"] is None


def test_the_same_id_again_changes_its_link(ask, square, pie):
    make_item(sku="PIE-2")

    first = ask("post", ITEMS, pie_link(square)).json()
    second = ask("post", ITEMS, pie_link(square, item="PIE-2")).json()

    assert (second["id"], second["item"]) == (first["id"], "PIE-2")
    assert ItemLink.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"item": "NO-SUCH"}, "item"),
        ({"factor": "0"}, "factor"),
        ({"factor": "-1"}, "factor"),
        ({"factor": "1e999999"}, "factor"),
        ({"factor": "NaN"}, "factor"),
        ({"connection": 999999}, "connection"),
        ({"external_id": ""}, "external_id"),
    ],
)
def test_a_link_that_cannot_be_is_refused(ask, square, pie, change, field):
    answer = ask("post", ITEMS, pie_link(square, **change))

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not ItemLink.objects.exists()


def test_lists_are_narrowed_to_a_connection(ask, square, pie, shop):
    ask("post", ITEMS, pie_link(square))
    ask("post", LOCATIONS, shop_link(square))

    for path in (ITEMS, LOCATIONS):
        assert len(ask("get", path, {"connection": square.pk}).json()["results"]) == 1
        assert ask("get", path, {"connection": 999999}).json()["results"] == []


def test_who_may_only_look_links_nothing(program, square, pie, shop):
    ask = program("MANAGER")

    assert ask("get", ITEMS).status_code == ask("get", LOCATIONS).status_code == 200
    assert ask("post", ITEMS, pie_link(square)).status_code == 403
    assert ask("post", LOCATIONS, shop_link(square)).status_code == 403


@pytest.mark.proves("S2")
def test_ids_of_another_chain_in_a_body_are_unknown(ask, square, pie, shop, elsewhere):
    with tenancy.acting_for(elsewhere.tenant_id):
        make_item(sku="THEIRS")
        make_location(code="theirs")

    asked = [
        ask("post", ITEMS, pie_link(elsewhere)),
        ask("post", ITEMS, pie_link(square, item="THEIRS")),
        ask("post", LOCATIONS, shop_link(elsewhere)),
        ask("post", LOCATIONS, shop_link(square, location="theirs")),
    ]

    assert [answer.status_code for answer in asked] == [400] * 4
    assert not ItemLink.objects.exists()
    assert not LocationLink.objects.exists()


@pytest.mark.parametrize("path", [ITEMS, LOCATIONS])
def test_a_list_asks_as_often_for_three_links_as_for_one(
    ask, square, stock, path, django_assert_num_queries
):
    def link(number):
        ask("post", ITEMS, pie_link(square, external_id=f"I{number}"))
        ask("post", LOCATIONS, shop_link(square, external_id=f"L{number}"))

    link(1)
    ask("get", path)  # what a process learns once
    with django_assert_num_queries(QUERIES):
        ask("get", path)
    link(2)
    link(3)

    with django_assert_num_queries(QUERIES):
        assert len(ask("get", path).json()["results"]) == 3
