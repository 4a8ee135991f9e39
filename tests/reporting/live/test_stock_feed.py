"""What an open page is told of stock."""

from __future__ import annotations

import pytest

from inventory.models.stock import Kind
from locations.domain import memberships
from reporting.live import guests
from tests.factories import make_location, post
from tests.reporting.live.page import elsewhere, kettle_row, relayed

pytestmark = pytest.mark.proves("9.2")


async def test_a_page_is_told_what_stands_there_and_then_of_each_change(shop, open_page):
    page = await open_page()

    assert await page.follow(shop.id) == {
        "type": "snapshot",
        "location": shop.id,
        "seq": 2,
        "rows": [
            kettle_row(shop, "10", 1),
            {**kettle_row(shop, "20", 1), "item": shop.mug.pk},
        ],
    }

    await relayed(shop.sell, shop.kettle, 3)
    assert await page.hear() == {
        "type": "changes",
        "location": shop.id,
        "after": 2,
        "seq": 3,
        "rows": [kettle_row(shop, "7", 2)],
    }


async def test_a_page_that_comes_back_is_told_exactly_what_it_missed(shop, open_page):
    await relayed(shop.sell, shop.kettle)
    await relayed(shop.sell, shop.kettle)
    page = await open_page()

    assert await page.follow(shop.id, after=2) == {
        "type": "changes",
        "location": shop.id,
        "after": 2,
        "seq": 4,
        "rows": [kettle_row(shop, "8", 3)],
    }


async def test_a_page_that_missed_nothing_is_told_so(shop, open_page):
    page = await open_page()
    told = await page.follow(shop.id, after=2)
    assert (told["after"], told["seq"], told["rows"]) == (2, 2, [])


@pytest.mark.parametrize("after", [3, 2**53], ids=["not come yet", "absurd"])
async def test_a_number_that_has_not_come_yet_means_fetch_the_page_again(shop, open_page, after):
    page = await open_page()
    assert await page.follow(shop.id, after) == {"type": "resync", "location": shop.id}


async def test_a_page_too_far_behind_is_told_to_fetch_itself_again(shop, open_page, monkeypatch):
    monkeypatch.setattr(guests, "MOST_CHANGES", 1)
    page = await open_page()
    assert await page.follow(shop.id, after=0) == {"type": "resync", "location": shop.id}
    assert (await page.follow(shop.id, after=1))["seq"] == 2


async def test_one_socket_follows_several_places_each_with_its_own_number(shop, open_page):
    def second_shop():
        place = make_location()
        memberships.extend_to(place)
        post(Kind.OPENING, (shop.kettle, 4, place), actor=shop.owner)
        return place

    other = await elsewhere(shop.acting, second_shop)
    page = await open_page()
    assert (await page.follow(shop.id))["seq"] == 2
    assert (await page.follow(other.pk))["seq"] == 1

    await relayed(shop.sell, shop.kettle)
    told = await page.hear()
    assert (told["location"], told["seq"]) == (shop.id, 3)
    assert await page.hears_nothing()


async def test_the_heartbeat_says_how_far_each_place_is(shop, open_page, pace):
    pace(heartbeat=0.05)
    page = await open_page()
    await page.follow(shop.id)
    await relayed(shop.sell, shop.kettle)
    told = await page.hear()
    while told != {"type": "heartbeat", "seqs": {str(shop.id): 3}}:
        told = await page.hear()


async def test_a_ping_is_answered(shop, open_page):
    page = await open_page()
    await page.is_answered()


async def test_what_a_newer_page_may_ask_is_passed_over(shop, open_page):
    page = await open_page()
    await page.socket.send_json_to({"type": "sing"})
    await page.is_answered()
