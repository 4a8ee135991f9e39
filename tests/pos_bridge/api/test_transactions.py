"""What the tills sold, as programs read it: whose locations, which lines, in which order."""

from __future__ import annotations

import pytest

from core import tenancy
from pos_bridge.domain import links
from tests.factories import make_item, make_location
from tests.pos_bridge.rows import ring_up, sold

ALL = "/pos/transactions"
QUERIES = 17


@pytest.fixture
def shop(square, owner):
    made = make_location(code="fitzroy")
    links.link_location(connection=square, external_id="L1", location=made, actor=owner)
    links.link_item(connection=square, external_id="PIE", item=make_item(sku="PIE-1"), actor=owner)
    return made


def orders(answer):
    return [row["order"] for row in answer.json()["results"]]


def test_an_order_comes_with_its_lines_and_what_is_posted_for_them(square, shop, ask):
    made = ring_up(square, sold("PIE", 2), sold("TEA", "0.5"))

    row = ask("get", ALL).json()["results"][0]

    assert row == ask("get", f"{ALL}/{made.pk}").json()
    assert row["connection"] == square.pk
    assert (row["pos_system"], row["order"], row["location"]) == ("square", "ORDER", "fitzroy")
    assert (row["state"], row["currency"], row["total"], row["waiting"]) == (
        "completed",
        "AUD",
        1200,
        1,
    )
    shown = [
        (line["item_ref"], line["item"], line["quantity"], line["posted"], line["state"])
        for line in row["lines"]
    ]
    assert shown == [
        ("PIE", "PIE-1", "2", "-2", "MAPPED"),
        ("TEA", None, "0.5", "0", "UNMAPPED"),
    ]


def test_the_newest_come_first_page_by_page(square, shop, ask):
    for number in range(3):
        ring_up(square, order=f"O{number}", minutes=number)

    first = ask("get", ALL, {"page_size": 2})
    rest = ask.client.get(first.json()["next"])

    assert (orders(first), orders(rest)) == (["O2", "O1"], ["O0"])
    assert rest.json()["next"] is None


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({"location": "fitzroy"}, ["B", "A"]),
        ({"location": "elsewhere"}, []),
        ({"state": "completed"}, ["C", "B", "A"]),
        ({"state": "void"}, []),
        ({"since": "2026-11-20T12:10:00Z"}, ["C", "B"]),
        ({"until": "2026-11-20T12:10:00Z"}, ["A"]),
        ({"waiting": "true"}, ["C"]),
        ({"waiting": "false"}, ["B", "A"]),
        ({"connection": "999999"}, []),
    ],
)
def test_a_list_is_narrowed(square, shop, ask, narrowed, expected):
    ring_up(square, order="A")
    ring_up(square, order="B", minutes=10)
    ring_up(square, order="C", minutes=20, location="UNKNOWN")

    assert orders(ask("get", ALL, narrowed)) == expected


@pytest.mark.parametrize("narrowed", [{"since": "soon"}, {"state": "sold"}, {"cursor": "x"}])
def test_what_cannot_narrow_a_list_is_refused(shop, ask, narrowed):
    assert ask("get", ALL, narrowed).status_code == 400


def test_only_orders_of_locations_the_caller_may_look_at_are_shown(square, shop, program):
    other = make_location(code="brunswick")
    made = ring_up(square)
    lost = ring_up(square, order="LOST", location="UNKNOWN")

    here, there = program("WAREHOUSE", [shop]), program("WAREHOUSE", [other])
    manager = program("MANAGER", [other])
    narrow = program("MANAGER", [other], scopes=["view_stock"])

    assert orders(here("get", ALL)) == ["ORDER"]
    assert orders(there("get", ALL)) == []
    assert there("get", f"{ALL}/{made.pk}").status_code == 404
    assert here("get", f"{ALL}/{lost.pk}").status_code == 404
    assert orders(manager("get", ALL)) == ["LOST"]
    assert orders(narrow("get", ALL)) == []


@pytest.mark.proves("S2")
def test_another_chains_orders_are_not_there(ask, elsewhere):
    with tenancy.acting_for(elsewhere.tenant_id):
        theirs = ring_up(elsewhere)

    assert orders(ask("get", ALL)) == []
    assert ask("get", f"{ALL}/{theirs.pk}").status_code == 404
    assert orders(ask("get", ALL, {"connection": elsewhere.pk})) == []


def test_a_token_without_the_scope_is_refused(program, shop):
    assert program(scopes=["view_connections"])("get", ALL).status_code == 403


def test_the_list_asks_as_often_for_three_orders_as_for_one(
    square, shop, ask, django_assert_num_queries
):
    ring_up(square)
    ask("get", ALL)  # what a process learns once
    with django_assert_num_queries(QUERIES):
        ask("get", ALL)
    ring_up(square, sold("PIE", 1), sold("TEA", 1), order="B")
    ring_up(square, sold("PIE", 1), order="C")

    with django_assert_num_queries(QUERIES):
        assert len(orders(ask("get", ALL))) == 3
