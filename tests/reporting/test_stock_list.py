"""The list of stock, as a browser gets it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client

from core import tenancy
from inventory.domain.ledger import Kind
from inventory.queries import stock_list
from locations.models import Location
from tests.factories import make_item, make_location, make_member, make_tenant, post
from tests.web import HTMX, asked_of_tables, browser

MINUS = "\N{MINUS SIGN}"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202egnp.exe\u2066\u200f العربية",
    "{{ 7|add:7 }}{% now 'Y' %}",
    "x" * 160,
    "%00%0a'; DROP TABLE inventory_item; --",
    "🥐\u0301\u200d",
]
JUNK = [
    "NaN",
    "-1",
    "1e999999",
    "9" * 400,
    "Infinity",
    "\0",
    "%00",
    "<script>",
    "1_1_NaN",
    "1.1.1",
    "\N{FULLWIDTH DIGIT ONE}_\N{FULLWIDTH DIGIT TWO}",
    "' OR 1=1",
]


@pytest.fixture
def shop(tenant):
    return make_location(name="Harbour Street", code="harbour-street")


@pytest.fixture
def manager(shop):
    return make_member("MANAGER", [shop])


def address(place):
    code = place.code if isinstance(place, Location) else place
    return f"/{place.tenant.slug}/{code}/stock/"


def stock(name, quantity, place, **fields):
    item = make_item(name=name, **fields)
    post(Kind.OPENING, (item, quantity, place))
    return item


def rows(response):
    """Names and numbers as they stand in the table."""
    found = re.findall(r'<tr id="row-.*?</tr>', response.content.decode(), re.DOTALL)
    return [[unescape(text).strip() for text in _cells(row)] for row in found]


def _cells(row):
    name = re.search(r"<b>(.*?)</b>", row, re.DOTALL)[1]
    return [name, *re.findall(r"data-number>(.*?)</span>", row, re.DOTALL)]


def test_a_manager_sees_what_stands_at_the_location(shop, manager):
    stock("Oat milk", "1284", shop)
    below = make_item(name="Beans")
    post(Kind.SALE, (below, -3, shop))
    make_item(name="Cup")

    response = browser(manager).get(address(shop))

    assert response.status_code == 200
    assert rows(response) == [
        ["Beans", f"{MINUS}3", f"{MINUS}3", "0", "0"],
        ["Cup", "0", "0", "0", "0"],
        ["Oat milk", "1,284", "1,284", "0", "0"],
    ]
    assert "Below zero" in response.content.decode()
    assert "3 items" in response.content.decode()
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_the_page_says_from_which_change_the_feed_goes_on(shop, manager):
    stock("Oat milk", 2, shop)
    [place] = browser(manager).get(address(shop)).context["live"]["locations"]
    assert place == {"id": shop.pk, "code": shop.code, "name": shop.name, "seq": 1}


def test_all_locations_are_those_the_person_may_see(shop, manager, tenant):
    hidden = make_location(name="Fitzroy")
    other = make_location(name="Carlton")
    item = stock("Oat milk", 2, shop)
    post(Kind.OPENING, (item, 7, hidden), (item, 5, other))
    both = make_member("MANAGER", [shop, other])

    response = browser(both).get(f"/{tenant.slug}/all/stock/")

    assert [row["location_name"] for row in response.context["rows"]] == [shop.name, other.name]
    assert [row["available"] for row in response.context["rows"]] == ["2", "5"]
    assert response.context["count_label"] == "2 rows in 2 locations"
    assert [place["code"] for place in response.context["locations"]] == [
        "all",
        other.code,
        shop.code,
    ]


def test_search_category_and_state_narrow_the_list_and_stand_in_the_address(shop, manager):
    stock("Oat milk", 2, shop, low_below=5, category="Milk", sku="OM")
    stock("Soy milk", 9, shop, low_below=5, category="Milk")
    category = stock("Beans", 1, shop, low_below=5, category="Coffee").product.category
    client = browser(manager)

    def found(**said):
        return [row["name"] for row in client.get(address(shop), said).context["rows"]]

    assert found(q="milk") == ["Oat milk", "Soy milk"]
    assert found(q="om") == ["Oat milk"]
    assert found(state="low") == ["Beans", "Oat milk"]
    assert found(state="low", category=category.pk) == ["Beans"]
    assert found(sort="-available") == ["Soy milk", "Oat milk", "Beans"]

    context = client.get(address(shop), {"q": "milk", "state": "low"}).context
    assert context["chips"][0] == {
        "field": "Search",
        "value": "milk",
        "remove_url": f"{address(shop)}?state=low",
    }
    assert [(tab["label"], tab["count"], tab["is_current"]) for tab in context["views"]] == [
        ("All items", "3", False),
        ("Running low", "2", True),
        ("Out", "0", False),
        ("Below zero", "0", False),
    ]
    assert context["views"][2]["url"] == f"{address(shop)}?q=milk&state=out"
    assert context["count_label"] == "1 item"


def test_the_next_rows_are_fetched_as_rows_alone(shop, manager, monkeypatch):
    monkeypatch.setattr(stock_list.page_at, "__kwdefaults__", {"after": None, "size": 2})
    for name in ["Bag", "Cup", "Mug"]:
        stock(name, 1, shop)
    client = browser(manager)

    first = client.get(address(shop))
    second = client.get(first.context["next_url"], headers={**HTMX, "HX-Target": "more"})

    assert [row[0] for row in rows(first)] == ["Bag", "Cup"]
    assert [row[0] for row in rows(second)] == ["Mug"]
    assert "<html" not in second.content.decode()
    assert second.context["next_url"] is None
    assert client.get(first.context["next_url"]).content.decode().count("<html") == 1


def test_a_filter_fetches_the_list_alone(shop, manager):
    stock("Bag", 1, shop)
    headers = {**HTMX, "HX-Target": "stock"}
    response = browser(manager).get(address(shop), {"q": "bag"}, headers=headers)
    text = response.content.decode()
    assert text.lstrip().startswith('<div id="stock"')
    assert "<html" not in text
    assert "HX-Target" in response["Vary"]


def test_an_open_item_stays_open_when_the_page_is_read_again(shop, manager):
    item = stock("Oat milk", 2, shop)
    response = browser(manager).get(address(shop), {"open": f"{item.pk}.{shop.pk}"})
    assert response.context["item"]["name"] == "Oat milk"
    assert 'id="drawer-title">Oat milk' in response.content.decode()


def test_an_open_item_elsewhere_is_not_shown(shop, manager):
    hidden = make_location()
    item = stock("Oat milk", 2, hidden)
    response = browser(manager).get(address(shop), {"open": f"{item.pk}.{hidden.pk}"})
    assert "item" not in response.context


@pytest.mark.parametrize("rows_made", [1, 3])
def test_a_page_asks_the_tables_the_same_however_many_rows(shop, manager, rows_made):
    for number in range(rows_made):
        stock(f"Item {number}", 1, shop, low_below=5, category=f"Kind {number}")
    client = browser(manager)
    client.get(address(shop))  # content types are read once a process

    with asked_of_tables() as statements:
        client.get(address(shop))

    assert len(statements) == 14  # of 20 a page may ask


@pytest.mark.proves("S25")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_it_is_written(shop, manager, name):
    sku = name[:64]
    item = stock(name, 1, shop, sku=sku, category=name[:80])
    client = browser(manager)

    page = client.get(address(shop), {"open": f"{item.pk}.{shop.pk}", "q": name[:90]})
    assert rows(page) == [[name, "1", "1", "0", "0"]]
    own = client.get(page.context["rows"][0]["url"])
    assert own.context["item"]["name"] == name
    for text in (page.content.decode(), own.content.decode()):
        assert "<script>alert" not in text
        assert "<img src=x" not in text


@pytest.mark.parametrize("field", ["q", "state", "category", "sort", "after", "open", "before"])
def test_nonsense_in_the_address_never_breaks_the_page(shop, manager, field):
    stock("Oat milk", 1, shop)
    client = browser(manager)
    answers = {value: client.get(address(shop), {field: value}).status_code for value in JUNK}
    assert answers == dict.fromkeys(JUNK, 200)


def test_nobody_signed_in_is_asked_to_sign_in_and_comes_back(shop):
    response = Client().get(address(shop), {"q": "milk"})
    assert response.status_code == 302
    assert response["Location"] == f"/sign-in?next={address(shop)}%3Fq%3Dmilk"


def test_a_fragment_for_nobody_sends_the_whole_page_to_sign_in(shop):
    response = Client().get(address(shop), headers={**HTMX, "HX-Target": "stock"})
    assert (response.status_code, response["HX-Redirect"]) == (200, "/sign-in?next=/")


@pytest.mark.proves("S2")
def test_what_is_not_the_persons_answers_like_what_is_not(shop, manager):
    hidden = make_location()
    stranger_to = make_tenant()
    client = browser(manager)
    missing = client.get(f"/{shop.tenant.slug}/no-such-place/stock/")

    for path in [
        f"/{shop.tenant.slug}/{hidden.code}/stock/",
        f"/{stranger_to.slug}/all/stock/",
        f"/{stranger_to.slug}/{shop.code}/stock/",
        "/no-such-chain/all/stock/",
    ]:
        answer = client.get(path)
        assert (answer.status_code, answer.content) == (404, missing.content)


def test_a_till_without_a_place_has_nothing_to_open(shop):
    response = browser(make_member("TILL", [])).get(address(shop))
    assert "Nothing to open yet" in response.content.decode()


def test_the_rail_holds_only_what_the_person_may_open(shop, manager, owner):
    owner.is_staff = True
    with tenancy.across_tenants("a test's person"):
        owner.save()
    keys = [
        [entry["key"] for entry in browser(who).get(address(shop)).context["nav"]]
        for who in (manager, owner)
    ]
    assert keys == [["stock"], ["stock", "admin"]]


def test_the_newest_line_is_in_the_locations_own_time(shop, manager):
    item = make_item(name="Oat milk")
    at = datetime(2026, 11, 20, 22, 41, tzinfo=UTC)  # 9:41 am the next day in Melbourne
    post(Kind.OPENING, (item, 1, shop), at=at)
    page = browser(manager).get(address(shop), {"open": f"{item.pk}.{shop.pk}"})
    assert page.context["history"][0]["time_label"].endswith("21 Nov, 9:41 am") or (
        "21 Nov 2026" in page.context["history"][0]["time_label"]
    )
