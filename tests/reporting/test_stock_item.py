"""One item at one location: what it shows, and that its sum adds up before one's eyes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from core import tenancy
from inventory.domain import ledger
from inventory.domain.ledger import Kind
from inventory.models.stock import StockLevel
from tests.factories import make_item, make_location, make_member, make_tenant, post
from tests.web import HTMX, asked_of_tables, browser

MINUS = "\N{MINUS SIGN}"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(tenant):
    return make_location(name="Harbour Street", code="harbour-street")


@pytest.fixture
def milk(tenant):
    return make_item(name="Oat milk", sku="OM/1 L", low_below=5)


@pytest.fixture
def client_of_manager(shop):
    return browser(make_member("MANAGER", [shop], name="Priya Nair"))


def address(place, sku="OM/1%20L"):
    return f"/{place.tenant.slug}/{place.code}/stock/{sku}/"


def sum_of(response):
    return [(line["label"], line["value"]) for line in response.context["why"]]


def test_the_sum_runs_from_the_last_count_to_what_is_available(shop, milk, client_of_manager):
    now = timezone.now()
    mia = make_member(name="Mia Chen")
    post(Kind.OPENING, (milk, 40, shop), at=now - 90 * MINUTE)
    ledger.count(
        location=shop.pk,
        counted=[(milk.pk, Decimal(38))],
        actor=mia,
        counted_at=now - 60 * MINUTE,
        key="count:1",
    )
    post(Kind.SALE, (milk, -3, shop), at=now - 9 * MINUTE)
    post(Kind.SALE, (milk, -1, shop), at=now - 8 * MINUTE)
    post(Kind.RECEIPT, (milk, "24.5", shop, "1"), at=now - 7 * MINUTE)

    response = client_of_manager.get(address(shop))

    assert response.status_code == 200
    assert sum_of(response) == [
        ("Counted", "38"),
        ("Sold", f"{MINUS}4"),
        ("Received", "+24.5"),
        ("On hand", "58.5"),
        ("Held", "0"),
        ("Available", "58.5"),
    ]
    assert response.context["why"][0]["note"].endswith(", Mia Chen")
    assert response.context["why"][1]["note"] == "in 2 sales"
    assert [
        (line["kind_label"], line["signed"], line["balance"], line["tone"])
        for line in response.context["history"]
    ] == [
        ("Received", "+24.5", "58.5", "in"),
        ("Sale", f"{MINUS}1", "34", "out"),
        ("Sale", f"{MINUS}3", "35", "out"),
        ("Counted", f"{MINUS}2", "38", "out"),
        ("Opening stock", "+40", "40", "in"),
    ]


def test_a_figure_that_does_not_add_up_says_so(shop, milk, client_of_manager, caplog):
    post(Kind.OPENING, (milk, 40, shop))
    StockLevel.objects.filter(item=milk).update(on_hand=41)

    response = client_of_manager.get(address(shop))

    assert ("This does not add up", "41") in sum_of(response)
    assert ("On hand", "40") in sum_of(response)
    assert "not what its entries add up to" in caplog.text


def test_a_sale_that_came_late_says_when_it_was_and_when_it_came(shop, milk, client_of_manager):
    now = timezone.now()
    post(Kind.SALE, (milk, -1, shop), at=now - 11 * MINUTE)
    post(Kind.SALE, (milk, -1, shop), at=now - 9 * MINUTE)

    prompt, late = client_of_manager.get(address(shop)).context["history"]

    assert (prompt["late"], late["late"]) == (False, True)
    assert late["note"].startswith("Late sale, ")
    assert ", received " in late["note"]
    assert (late["kind_label"], late["tone"]) == ("Sale below zero", "alert")


def test_the_order_a_sale_came_from_is_named(shop, milk, client_of_manager):
    ledger.post(
        kind=Kind.SALE,
        moves=[ledger.Move(shop.pk, milk.pk, Decimal(-1))],
        actor=make_member(name="Square, till 1"),
        effective_at=timezone.now(),
        key="pos:1:A17:1:1",
        source="pos:1:A17",
    )
    [line] = client_of_manager.get(address(shop)).context["history"]
    assert (line["who"], line["note"]) == ("Square, till 1", "order A17")


def test_older_movements_follow_without_end(shop, milk, client_of_manager):
    for _ in range(52):
        post(Kind.SALE, (milk, -1, shop))

    first = client_of_manager.get(address(shop))
    older = client_of_manager.get(first.context["older_url"])

    balances = [line["balance"] for line in [*first.context["history"], *older.context["history"]]]
    assert balances == [f"{MINUS}{number}" for number in range(52, 0, -1)]
    assert older.context["older_url"] is None
    assert older.context["newer_url"] == address(shop)


def test_the_drawer_is_the_same_without_the_page(shop, milk, client_of_manager):
    post(Kind.OPENING, (milk, 40, shop))
    headers = {**HTMX, "HX-Target": "drawer"}

    drawer = client_of_manager.get(address(shop), headers=headers)

    assert "<html" not in drawer.content.decode()
    assert 'id="drawer-title">Oat milk' in drawer.content.decode()
    assert drawer.context["item"] == client_of_manager.get(address(shop)).context["item"]
    assert drawer.context["item"]["state"] == "ok"
    assert drawer.context["more_url"] == address(shop)


def test_an_item_that_never_moved_here_is_not_counted_rather_than_nothing(
    shop, milk, client_of_manager
):
    response = client_of_manager.get(address(shop))
    assert response.context["item"]["state_label"] == "Not counted"
    assert sum_of(response)[-1] == ("Available", "0")


def test_at_all_locations_it_goes_to_one_that_holds_it(shop, milk, tenant):
    fitzroy = make_location(name="Fitzroy", code="fitzroy")
    post(Kind.OPENING, (milk, 4, shop))
    client = browser(make_member("OWNER"))
    response = client.get(f"/{tenant.slug}/all/stock/OM/1%20L/")
    assert (response.status_code, response["Location"]) == (302, address(shop))
    cup = make_item(sku="CUP")
    response = client.get(f"/{tenant.slug}/all/stock/{cup.sku}/")
    assert response["Location"] == address(fitzroy, "CUP")


@pytest.mark.parametrize("sales", [1, 3])
def test_it_asks_the_tables_the_same_however_much_moved(shop, milk, client_of_manager, sales):
    for _ in range(sales):
        post(Kind.SALE, (milk, -1, shop), actor=make_member())
    client_of_manager.get(address(shop))

    with asked_of_tables() as statements:
        client_of_manager.get(address(shop))

    assert len(statements) == 16  # of 20 a page may ask


@pytest.mark.proves("S2")
def test_an_item_or_place_of_others_answers_like_a_missing_one(shop, milk, client_of_manager):
    hidden = make_location()
    stranger = make_tenant()
    with tenancy.acting_for(stranger):
        make_item(sku="THEIRS")
    missing = client_of_manager.get(address(shop, "NO-SUCH"))

    for path in [
        address(shop, "THEIRS"),
        address(hidden),
        f"/{stranger.slug}/{shop.code}/stock/THEIRS/",
        address(shop, "%00"),
        address(shop, "x" * 65),
    ]:
        answer = client_of_manager.get(path)
        assert (answer.status_code, answer.content) == (404, missing.content), path


def test_nobody_signed_in_is_asked_to_sign_in(shop, milk):
    assert Client().get(address(shop))["Location"].startswith("/sign-in?next=")
