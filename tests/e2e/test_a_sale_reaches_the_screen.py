"""The promise of the product, as its user sees it: a sale at a till changes the open page."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("shop")]

KETTLE = "KETL-GN-WHT"
PRIYA, LENA, SAM = "priya@northbean.example", "lena@northbean.example", "sam@northbean.example"


def available(page, sku):
    return page.locator(f"tr:has-text('{sku}') [data-cell=available]").first


def figure(cell):
    return int(cell.inner_text().split()[0])


@pytest.mark.proves("9.3")
def test_a_sale_at_a_till_changes_the_open_page_without_a_reload(shop, sign_in):
    page = sign_in(PRIYA)
    page.goto(f"{shop.web}/northbean/harbour-street/stock/?q=gooseneck")
    expect(page.locator(".live").first).to_contain_text("Live")
    page.evaluate("window.isStillTheSamePage = true")
    before = figure(available(page, KETTLE))

    shop.sell(KETTLE)

    until(lambda: figure(available(page, KETTLE)) == before - 1, seconds=30)
    assert page.evaluate("window.isStillTheSamePage")


def test_ring_up_sells_at_a_till_and_says_what(shop):
    done = shop.manage("ring_up", "--provider", "toast", "--sku", KETTLE, "--count", "2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Fitzroy sold") == 2


def test_the_drawer_says_why_and_ends_at_what_the_list_says(shop, sign_in):
    page = sign_in(PRIYA)
    page.goto(f"{shop.web}/northbean/harbour-street/stock/?q=Sencha")
    row = page.locator("tr:has-text('TEA-SEN-100')")
    row.click()
    why = page.locator(".sum")
    expect(why).to_contain_text("Counted")
    expect(why.locator("> *").last).to_contain_text(str(figure(available(page, "TEA-SEN-100"))))
    page.keyboard.press("Escape")
    expect(why).not_to_be_visible()


@pytest.mark.proves("S2")
def test_a_manager_sees_only_her_own_store(shop, sign_in):
    page = sign_in(PRIYA)
    assert page.goto(f"{shop.web}/northbean/harbour-street/stock/").status == 200
    assert page.goto(f"{shop.web}/northbean/fitzroy/stock/").status == 404
    assert page.goto(f"{shop.web}/another-chain/fitzroy/stock/").status == 404


@pytest.mark.proves("F1")
def test_a_page_says_when_it_is_cut_off_and_catches_up_when_it_is_back(shop, sign_in):
    page = sign_in(PRIYA)
    page.goto(f"{shop.web}/northbean/harbour-street/stock/?q=gooseneck")
    expect(page.locator(".live").first).to_contain_text("Live")
    before = figure(available(page, KETTLE))

    shop.kill("live")
    expect(page.locator("[data-live=banner]")).to_contain_text("Connection lost", timeout=30_000)
    shop.sell(KETTLE)

    until(lambda: figure(available(page, KETTLE)) == before - 1, seconds=60)
    expect(page.locator("[data-live=banner]")).not_to_contain_text("Connection lost")


@pytest.mark.proves("F1")
def test_a_killed_worker_loses_and_doubles_nothing(shop, sign_in):
    page = sign_in(SAM)
    page.goto(f"{shop.web}/northbean/fitzroy/stock/?q=gooseneck")
    before = figure(available(page, KETTLE))

    shop.sell(KETTLE, provider="toast")
    shop.kill("worker")
    shop.sell(KETTLE, provider="toast")

    until(lambda: figure(available(page, KETTLE)) == before - 2, seconds=120)
    verified = json.loads(shop.manage("verify_ledger", "--json").stdout)
    assert verified["ok"], verified


def test_the_page_fits_a_phone_and_opens_an_item_as_a_page(shop, sign_in):
    page = sign_in(LENA, viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto(f"{shop.web}/northbean/warehouse-west/stock/?q=gooseneck")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("a:has-text('Gooseneck kettle, white')").first.click()
    expect(page.locator("h1")).to_contain_text("Gooseneck kettle, white")


@pytest.mark.proves("F2")
@pytest.mark.parametrize("part", ["postgres", "redis"])
def test_a_killed_server_comes_back_and_the_sale_is_there_once(shop, sign_in, part):
    page = sign_in(PRIYA)
    page.goto(f"{shop.web}/northbean/harbour-street/stock/?q=gooseneck")
    before = figure(available(page, KETTLE))

    shop.sell(KETTLE)
    shop.kill(part)

    def shown():
        answer = page.goto(f"{shop.web}/northbean/harbour-street/stock/?q=gooseneck")
        return answer.ok and figure(available(page, KETTLE)) == before - 1

    until(shown, seconds=120)
    verified = json.loads(shop.manage("verify_ledger", "--json").stdout)
    assert verified["ok"], verified
