"""What a list of levels holds, in which order, and how it goes on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core import tenancy
from inventory.domain.ledger import Kind
from inventory.models import Barcode
from inventory.queries import levels, stock_list
from inventory.queries.levels import State
from inventory.queries.stock_list import Counts, Position, Sort, Sought
from tests.factories import make_item, make_location, make_tenant, post


@pytest.fixture
def shop(tenant):
    return make_location()


def names(rows):
    return [row.item.name for row in rows]


def all_pages(places, sought, size):
    after, found = None, []
    for _ in range(20):
        rows, after = stock_list.page_at(places, sought, after=after, size=size)
        found += rows
        if after is None:
            return found
    raise AssertionError("The list does not end.")


def stock(name, quantity, place, **fields):
    item = make_item(name=name, **fields)
    post(Kind.OPENING, (item, quantity, place))
    return item


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_pages_hold_every_row_once_in_the_order_of_names(shop, size):
    for name in ["Cup", "apple", "Cup", "Bag", "Zest"]:
        stock(name, 3, shop)
    make_item(name="Never here")

    rows = all_pages([shop.pk], Sought(), size)

    assert sorted(names(rows)) == sorted(["Cup", "apple", "Cup", "Bag", "Zest", "Never here"])
    assert len({row.item.pk for row in rows}) == 6
    assert names(rows) == names(all_pages([shop.pk], Sought(), 50))


@pytest.mark.parametrize("size", [1, 2, 50])
def test_over_several_locations_each_held_item_has_a_row_at_each(shop, size):
    other = make_location()
    cup = stock("Cup", 3, shop)
    post(Kind.OPENING, (cup, 5, other))
    stock("Bag", 1, other)
    make_item(name="Never moved")

    rows = all_pages([shop.pk, other.pk], Sought(), size)

    assert [(row.item.name, row.location, row.on_hand) for row in rows] == [
        ("Bag", other.pk, 1),
        ("Cup", shop.pk, 3),
        ("Cup", other.pk, 5),
    ]


def test_the_state_says_what_the_numbers_mean(shop):
    stock("fine", 9, shop, low_below=5)
    stock("few", 4, shop, low_below=5)
    stock("no limit", 1, shop)
    gone = stock("gone", 2, shop)
    post(Kind.SALE, (gone, -2, shop))
    below = make_item(name="below")
    post(Kind.SALE, (below, -1, shop))
    make_item(name="new")

    rows, _ = stock_list.page_at([shop.pk], Sought())

    assert {row.item.name: row.state.value for row in rows} == {
        "fine": "ok",
        "few": "low",
        "no limit": "ok",
        "gone": "out",
        "below": "below",
        "new": "none",
    }
    for row in rows:
        found, _ = stock_list.page_at([shop.pk], Sought(state=row.state))
        assert row.item.name in names(found)
        assert {each.state for each in found} == {row.state}
        assert stock_list.count_at([shop.pk], Sought(state=row.state)) == len(found)


def test_tabs_count_each_state_and_all_items(shop):
    stock("few", 4, shop, low_below=5)
    stock("many", 40, shop, low_below=5)
    post(Kind.SALE, (make_item(), -1, shop))
    make_item()
    elsewhere = make_location()
    stock("few elsewhere", 1, elsewhere, low_below=5)

    assert stock_list.counts_at([shop.pk]) == Counts(
        5, {State.LOW: 1, State.OUT: 0, State.BELOW: 1}
    )
    assert stock_list.counts_at([shop.pk, elsewhere.pk]) == Counts(
        4, {State.LOW: 2, State.OUT: 0, State.BELOW: 1}
    )


def test_where_too_many_stand_the_states_are_not_counted(shop, monkeypatch):
    monkeypatch.setattr(stock_list, "LOOKED_AT", 1)
    stock("one", 1, shop)
    stock("two", 2, shop)
    assert stock_list.counts_at([shop.pk]).by_state == {
        State.LOW: None,
        State.OUT: None,
        State.BELOW: None,
    }


def test_a_count_ends_just_beyond_what_is_said_exactly(shop, monkeypatch):
    monkeypatch.setattr(stock_list, "COUNTED_TO", 2)
    for number in range(4):
        stock(f"item {number}", 1, shop)
    assert stock_list.count_at([shop.pk], Sought()) == 3
    assert stock_list.count_at([shop.pk, make_location().pk], Sought()) == 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("oat", ["Oat milk 1 l"]),
        ("milk oat", ["Oat milk 1 l"]),
        ("OM-1", ["Oat milk 1 l"]),
        ("9300675024235", ["Oat milk 1 l"]),
        ("93006750", []),
        ("%", ["50% cocoa"]),
        ("_", []),
        ("\\", []),
        ("nothing like it", []),
    ],
)
def test_search_finds_names_and_skus_by_words_and_barcodes_whole(shop, tenant, text, found):
    milk = stock("Oat milk 1 l", 1, shop, sku="OM-1")
    Barcode.objects.create(tenant=tenant, item=milk, code="9300675024235")
    stock("50% cocoa", 1, shop, sku="COCOA")

    assert names(stock_list.page_at([shop.pk], Sought(text=text))[0]) == found
    both = [shop.pk, make_location().pk]
    assert names(stock_list.page_at(both, Sought(text=text))[0]) == found


def test_where_many_items_are_found_the_list_is_the_same(shop, monkeypatch):
    monkeypatch.setattr(stock_list, "FEW", 1)
    stock("Oat milk", 1, shop)
    stock("Soy milk", 1, shop)
    stock("Beans", 1, shop)
    places = [shop.pk, make_location().pk]
    assert names(stock_list.page_at(places, Sought(text="milk"))[0]) == ["Oat milk", "Soy milk"]
    assert stock_list.count_at(places, Sought(text="milk")) == 2


def test_a_category_holds_what_its_parts_hold(shop, tenant):
    milk = stock("Oat milk", 1, shop, category="Milk")
    stock("Beans", 1, shop, category="Coffee")
    drinks = stock("Cola", 1, shop, category="Drinks").product.category
    milk.product.category.parent = drinks
    milk.product.category.save()

    rows, _ = stock_list.page_at([shop.pk], Sought(category=drinks.pk))

    assert names(rows) == ["Cola", "Oat milk"]


def test_an_archived_item_is_not_listed_and_not_counted(shop):
    stock("Old", 1, shop, is_active=False)
    assert stock_list.page_at([shop.pk], Sought()) == ([], None)
    assert stock_list.counts_at([shop.pk]).all == 0


def test_a_list_goes_on_after_an_item_that_is_gone(shop):
    stock("Cup", 1, shop)
    rows, after = stock_list.page_at([shop.pk], Sought(), after=Position(10**9, shop.pk))
    assert (names(rows), after) == (["Cup"], None)


@pytest.mark.proves("S1")
def test_another_chains_stock_is_not_there(tenant, shop):
    stock("Ours", 1, shop)
    with tenancy.acting_for(make_tenant()):
        assert stock_list.page_at([shop.pk], Sought()) == ([], None)


@pytest.mark.parametrize("size", [1, 2, 50])
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.NAME, ["Bag", "Cup", "Mug", "New"]),
        (Sort.NAME_DOWN, ["New", "Mug", "Cup", "Bag"]),
        (Sort.AVAILABLE, ["Mug", "New", "Bag", "Cup"]),
        (Sort.ON_HAND_DOWN, ["Cup", "Bag", "New", "Mug"]),
    ],
)
def test_one_location_can_be_sorted_by_name_or_quantity_either_way(shop, size, sort, expected):
    stock("Cup", 9, shop)
    stock("Bag", 4, shop)
    post(Kind.SALE, (make_item(name="Mug"), -1, shop))
    make_item(name="New")

    assert names(all_pages([shop.pk], Sought(sort=sort), size)) == expected
    below_ten = Sought(sort=sort, state=State.OK)
    in_stock = [name for name in expected if name in {"Bag", "Cup"}]
    assert names(all_pages([shop.pk], below_ten, size)) == in_stock


def test_a_row_without_a_level_reads_as_nothing(shop):
    row = levels.row_of(make_item(), shop.pk)
    assert (row.on_hand, row.reserved, row.available) == (Decimal(0),) * 3
