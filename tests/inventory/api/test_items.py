"""Items, as programs read them."""

from __future__ import annotations

import pytest
from django.test import Client

from core import tenancy
from inventory.models import Barcode
from tests.factories import make_item, make_location, make_member, make_tenant
from tests.web import api, asked_of_tables, browser, program


@pytest.fixture
def milk(tenant):
    item = make_item(name="Oat milk", sku="OM/1", category="Milk", price=450, low_below="2.50")
    Barcode.objects.create(tenant=tenant, item=item, code="0012345", factor=12)
    return item


def test_an_item_is_read_with_its_barcodes_and_exact_numbers(tenant, milk):
    found = program(tenant).get(api(tenant, "items/OM/1")).json()
    assert found == {
        "id": milk.pk,
        "sku": "OM/1",
        "name": "Oat milk",
        "product": "Oat milk",
        "brand": "",
        "category": "Milk",
        "unit": "each",
        "price": 450,
        "currency": "AUD",
        "low_below": "2.5",
        "is_active": True,
        "barcodes": [{"code": "0012345", "factor": "12"}],
    }


@pytest.mark.parametrize(
    ("asked", "skus"),
    [
        ({}, ["A", "B", "OM/1"]),
        ({"sku": "B"}, ["B"]),
        ({"barcode": "0012345"}, ["OM/1"]),
        ({"category": "Milk"}, ["OM/1"]),
        ({"name": "MILK"}, ["OM/1"]),
        ({"is_active": "false"}, ["B"]),
        ({"sku": "none"}, []),
    ],
)
def test_filters_are_named_as_fields(tenant, milk, asked, skus):
    make_item(name="Apple", sku="A")
    make_item(name="Bag", sku="B", is_active=False)
    found = program(tenant).get(api(tenant, "items"), asked).json()
    assert [item["sku"] for item in found["results"]] == skus


def test_pages_go_on_to_the_end_without_missing_or_repeating(tenant):
    for name in ["Cup", "Bag", "Cup", "Mug", "Cup"]:
        make_item(name=name)
    client, address, found = program(tenant), api(tenant, "items?page_size=2"), []
    while address:
        page = client.get(address).json()
        found += [(item["name"], item["id"]) for item in page["results"]]
        address = page["next"]
    assert found == sorted(found)
    assert [name for name, _ in found] == ["Bag", "Cup", "Cup", "Cup", "Mug"]


@pytest.mark.parametrize(
    "asked",
    [
        {"page_size": "201"},
        {"page_size": "0"},
        {"page_size": "NaN"},
        {"page_size": "9" * 400},
        {"cursor": "x"},
        {"cursor": "bnVsbA"},
        {"cursor": "WyJcdTAwMDAiLCAxXQ"},
        {"sku": "\0"},
    ],
)
def test_a_question_that_makes_no_sense_is_answered_as_one(tenant, milk, asked):
    response = program(tenant).get(api(tenant, "items"), asked)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (400, "invalid")
    assert list(problem["errors"]) == list(asked)
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_asks_the_tables_the_same_however_many_rows(tenant, rows):
    for _ in range(rows):
        Barcode.objects.create(tenant=tenant, item=make_item(category="X"), code=f"{_}")
    client = program(tenant)
    client.get(api(tenant, "items"))
    with asked_of_tables() as statements:
        client.get(api(tenant, "items"))
    assert len(statements) == 5  # the token, its chain, its membership, the page, its barcodes


def test_it_needs_the_scope_and_somebody_signed_in(tenant, milk):
    for path in ("items", "items/OM/1"):
        assert program(tenant, scopes=["see_costs"]).get(api(tenant, path)).status_code == 403
        assert Client().get(api(tenant, path)).status_code == 401
        assert browser(make_member()).get(api(tenant, path)).status_code == 200


def test_another_chains_item_answers_like_a_missing_one(tenant, milk):
    make_location()
    stranger = make_tenant()
    with tenancy.acting_for(stranger):
        make_item(sku="THEIRS")
    client = program(tenant)
    name = {"X-Request-Id": "the-same-name"}
    theirs = client.get(api(tenant, "items/THEIRS"), headers=name)
    missing = client.get(api(tenant, "items/NONE"), headers=name)
    assert (theirs.status_code, theirs.content) == (404, missing.content)
    assert client.get(api(tenant, "items"), {"sku": "THEIRS"}).json()["results"] == []
