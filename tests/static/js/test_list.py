"""The stock list and its drawer by pointer and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.static import samples

pytestmark = pytest.mark.e2e

PATH = "/acme/harbour-street/stock/"
KETTLE = "/acme/harbour-street/stock/KETL-GN-BLK/"


@pytest.fixture
def stock(site):
    site.put(PATH, "reporting/stock_list.html", samples.stock())
    for item, (_, sku, *_rest) in enumerate(samples.GOODS, start=1):
        detail = samples.detail(item)
        site.put(f"{PATH}{sku}/drawer/", "reporting/_drawer.html", detail)
        site.put(f"{PATH}{sku}/", "reporting/item_page.html", samples.shell() | detail)
    return site.open(PATH)


def drawer(page):
    return page.get_by_role("dialog", name="Gooseneck kettle, black")


def test_a_row_opens_its_drawer_and_the_address_remembers_it(stock):
    stock.locator("#row-3-1 td").nth(3).click()

    expect(drawer(stock)).to_contain_text("Why 26 available")
    expect(stock.locator("#row-3-1")).to_have_class("open")
    assert stock.url.endswith("?open=3.1")


def test_escape_closes_the_drawer_and_the_focus_returns_to_its_row(stock):
    stock.locator("#row-3-1 a").click()
    expect(drawer(stock)).to_be_focused()
    stock.keyboard.press("Escape")

    expect(drawer(stock)).to_have_count(0)
    expect(stock.locator("#row-3-1 a")).to_be_focused()
    assert "open" not in stock.url


def test_a_shared_address_opens_the_same_drawer(site, stock):
    stock = site.open(f"{PATH}?open=3.1")

    expect(drawer(stock)).to_be_visible()


def test_the_drawer_steps_to_the_next_and_the_previous_item(stock):
    stock.locator("#row-3-1 a").click()
    expect(drawer(stock)).to_be_visible()
    stock.get_by_role("button", name="Next item").click()
    expect(stock.get_by_role("dialog", name="Cascara tea tin, 90 g")).to_be_visible()
    stock.get_by_role("button", name="Previous item").click()

    expect(drawer(stock)).to_be_visible()


def test_on_a_narrow_screen_an_item_is_a_page(stock):
    stock.set_viewport_size({"width": 1024, "height": 800})
    stock.locator("#row-3-1 a").click()

    expect(stock).to_have_url(f"http://storeroom.test{KETTLE}")
    expect(stock.get_by_role("heading", level=1)).to_have_text("Gooseneck kettle, black")


def test_an_open_drawer_follows_the_feed_and_reads_its_history_again(site, stock):
    stock.clock.install()
    stock.locator("#row-3-1 a").click()
    expect(drawer(stock)).to_be_visible()
    fresh = samples.detail(3)
    fresh["why"][1]["label"] = "Sold since"
    site.put(f"{KETTLE}drawer/", "reporting/_drawer.html", fresh)
    row = {"item": 3, "on_hand": "28", "reserved": "4", "available": "24", "version": 1}
    site.line.changes(10, 11, row)
    stock.clock.run_for(1000)
    expect(drawer(stock).locator("[data-cell=on-hand] [data-number]")).to_have_text("28")
    stock.clock.run_for(3000)

    expect(drawer(stock)).to_contain_text("Sold since")


def test_j_and_k_move_and_enter_opens(stock):
    stock.keyboard.press("j")
    expect(stock.locator("#row-1-1 a")).to_be_focused()
    stock.keyboard.press("j")
    stock.keyboard.press("j")
    stock.keyboard.press("j")
    stock.keyboard.press("k")
    expect(stock.locator("#row-3-1 a")).to_be_focused()
    stock.keyboard.press("Enter")

    expect(drawer(stock)).to_be_visible()


def test_a_slash_goes_to_the_search_and_is_not_typed(stock):
    stock.keyboard.press("/")

    expect(stock.locator("#q")).to_be_focused()
    expect(stock.locator("#q")).to_have_value("")


def test_letters_typed_into_the_search_are_letters(stock):
    stock.locator("#q").fill("")
    stock.keyboard.type("jk?")

    expect(stock.locator("#q")).to_have_value("jk?")
    expect(stock.locator("#keys")).to_be_hidden()


def test_a_question_mark_shows_the_keys_and_single_keys_can_be_turned_off(stock):
    stock.keyboard.press("?")
    expect(stock.locator("#keys")).to_be_visible()
    stock.get_by_label("Use single keys").uncheck()
    stock.keyboard.press("Escape")
    stock.keyboard.press("j")

    expect(stock.locator("#row-1-1 a")).not_to_be_focused()


def test_searching_asks_for_the_list_only_and_keeps_what_else_was_chosen(site, stock):
    site.put(
        PATH,
        "reporting/stock_list.html",
        samples.stock(
            rows=[samples.row(3, 1)],
            count_label="1 item",
            query={"q": "kett", "state": "low", "category": "", "sort": "-name"},
        ),
    )
    stock.locator("#q").press_sequentially("kett")
    expect(stock.locator(".count")).to_have_text("1 item")
    stock.locator("#q").press_sequentially("le")
    stock.wait_for_url("**q=kettle*")

    lists = [address for address in site.asked if address.startswith(PATH)]
    assert lists[-1] == f"{PATH}?q=kettle&state=low&sort=-name"
    expect(stock.locator("#q")).to_be_focused()


def test_show_more_adds_the_next_rows_in_place_of_the_button(site, stock):
    site.put(PATH, "reporting/stock_list.html", samples.stock(next_url="/acme/next/"))
    rest = {"rows": [samples.row(4, 2)], "next_url": None, "location": {"code": "hs"}}
    site.put("/acme/next/", "reporting/_rows.html", rest)
    stock = site.open(PATH)
    stock.get_by_role("link", name="Show more").click()

    expect(stock.locator("#row-4-2")).to_be_visible()
    expect(stock.get_by_role("link", name="Show more")).to_have_count(0)


def test_a_sort_is_announced_by_its_column(stock):
    head = stock.get_by_role("columnheader", name="Item")

    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(head.locator("a")).to_have_attribute("href", "?sort=-name")


def test_what_did_not_load_is_said_and_nothing_else_changes(site, stock):
    del site.pages[f"{KETTLE}drawer/"]
    stock.locator("#row-3-1 a").click()

    expect(stock.locator("[data-toast]")).to_contain_text("That did not load. Nothing was changed.")
    expect(stock.locator("#drawer > *")).to_have_count(0)


def test_a_menu_closes_by_escape_and_the_focus_returns(stock):
    stock.locator(".menu-place > summary").click()
    expect(stock.get_by_role("link", name="Carlton")).to_be_visible()
    stock.keyboard.press("Escape")

    expect(stock.get_by_role("link", name="Carlton")).to_be_hidden()
    expect(stock.locator(".menu-place > summary")).to_be_focused()


def test_the_chosen_theme_is_kept_and_shown_before_the_first_paint(site, stock):
    stock.get_by_role("button", name="Dark").click()
    assert stock.evaluate("document.documentElement.dataset.theme") == "dark"
    stock = site.open(PATH)

    expect(stock.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert stock.evaluate("getComputedStyle(document.body).colorScheme") == "dark"


def test_the_theme_of_a_person_is_kept_with_the_person(site, stock):
    site.put(PATH, "reporting/stock_list.html", samples.stock(theme="dark", csrf_token="token"))
    stock = site.open(PATH)
    assert stock.evaluate("getComputedStyle(document.body).colorScheme") == "dark"

    with stock.expect_request("**/account/theme") as sent:
        stock.get_by_role("button", name="Light").click()
    assert sent.value.post_data == "theme=light&csrfmiddlewaretoken=token"


def test_the_page_of_an_item_reads_its_history_again_when_the_item_moves(site, stock):
    fresh = samples.shell() | samples.detail(3)
    stock.clock.install()
    stock = site.open(KETTLE)
    stock.wait_for_selector("[data-live=badge][data-state=live]")
    fresh["why"][1]["label"] = "Sold since"
    site.put(KETTLE, "reporting/item_page.html", fresh)
    row = {"item": 3, "on_hand": "28", "reserved": "4", "available": "24", "version": 1}
    site.line.changes(10, 11, row)
    stock.clock.run_for(4000)

    expect(stock.locator("#movements")).to_contain_text("Sold since")


def test_the_whole_history_can_be_walked_page_by_page(site, stock):
    detail = samples.detail(3) | {"older_url": "?before=9", "newer_url": KETTLE}
    site.put(KETTLE, "reporting/item_page.html", samples.shell() | detail)
    stock = site.open(KETTLE)
    older = stock.get_by_role("link", name="Older movements")

    expect(older).to_have_attribute("href", "?before=9")
    expect(stock.get_by_role("link", name="Newest movements")).to_have_attribute("href", KETTLE)
