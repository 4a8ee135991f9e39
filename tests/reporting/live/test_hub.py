"""How news spreads inside a process: merged, in order, and whole whatever happens to Redis."""

from __future__ import annotations

import pytest
from django.conf import settings as project
from redis import Redis

from core import tenancy
from core.models import OutboxMessage
from reporting.live import channels, guests, hub, publisher
from reporting.live.hints import Hint
from tests.reporting.live.page import Page, cookie_of, elsewhere, kettle_row, relayed, until


def hint(shop, after, seq, on_hand, version):
    rows = [kettle_row(shop, on_hand, version)]
    return Hint.of({"location": shop.id, "after": after, "seq": seq, "rows": rows})


def tell(shop, *hints):
    for each in hints:
        publisher.publish({(shop.tenant.pk, shop.id): [each]})


async def test_a_change_after_a_quiet_time_goes_out_at_once_and_what_follows_is_merged(
    shop, open_page, pace
):
    pace(window=0.2)
    page = await open_page()
    await page.follow(shop.id)

    await elsewhere(
        tell,
        shop,
        hint(shop, 2, 3, "9", 2),
        hint(shop, 3, 4, "8", 3),
        hint(shop, 4, 5, "7", 4),
        hint(shop, 5, 6, "6", 5),
    )

    first, then = await page.hear(), await page.hear()
    assert (first["after"], first["seq"]) == (2, 3)
    assert (then["after"], then["seq"], then["rows"]) == (3, 6, [kettle_row(shop, "6", 5)])
    assert await page.hears_nothing()


async def test_hints_that_overtake_each_other_are_told_in_order(shop, open_page, pace):
    pace(window=0.2)
    page = await open_page()
    await page.follow(shop.id)

    await elsewhere(tell, shop, hint(shop, 3, 4, "8", 3), hint(shop, 2, 3, "9", 2))

    told = await page.hear()
    assert (told["after"], told["seq"], told["rows"]) == (2, 4, [kettle_row(shop, "8", 3)])


@pytest.mark.proves("9.1")
async def test_what_a_lost_hint_told_is_asked_of_the_database_once_for_all(
    shop, open_page, monkeypatch
):
    asked = []

    def counted(*args, missed=guests.missed):
        asked.append(args)
        return missed(*args)

    monkeypatch.setattr(guests, "missed", counted)
    pages = [await open_page(), await open_page()]
    for page in pages:
        await page.follow(shop.id)
    await elsewhere(shop.sell, shop.kettle)
    await elsewhere(lose_news)
    await relayed(shop.sell, shop.mug)

    for page in pages:
        told = await page.hear()
        assert (told["after"], told["seq"]) == (2, 4)
        assert {row["item"]: row["on_hand"] for row in told["rows"]} == {
            shop.kettle.pk: "9",
            shop.mug.pk: "19",
        }
    assert asked == [((shop.tenant.pk, shop.id), 2)]


def lose_news():
    """As when Redis is emptied between the relay and the page."""
    with tenancy.across_tenants("a test loses news"):
        OutboxMessage.objects.filter(state="PENDING").update(state="DELIVERED")


@pytest.mark.proves("9.3")
async def test_the_heartbeat_finds_what_no_hint_told(shop, open_page, pace):
    pace(heartbeat=0.05)
    page = await open_page()
    await page.follow(shop.id)
    await elsewhere(shop.sell, shop.kettle)
    await elsewhere(lose_news)

    told = await page.hear_no_heartbeat()
    assert (told["after"], told["seq"], told["rows"]) == (2, 3, [kettle_row(shop, "9", 2)])


@pytest.mark.proves("9.3")
async def test_without_redis_the_page_is_still_told(shop, pace, settings):
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    pace(poll=0.05)
    page = Page(await elsewhere(cookie_of, shop.owner), shop.tenant.slug)
    assert await page.open()
    await page.follow(shop.id)

    await elsewhere(shop.sell, shop.kettle)
    told = await page.hear()
    assert (told["after"], told["seq"], told["rows"]) == (2, 3, [kettle_row(shop, "9", 2)])
    await page.socket.disconnect()


async def test_a_cut_connection_to_redis_is_made_anew_and_what_was_missed_is_told(shop, open_page):
    page = await open_page()
    await page.follow(shop.id)

    def cut():
        with Redis.from_url(project.REDIS_URL) as redis:
            redis.client_kill_filter(_type="pubsub")

    await elsewhere(cut)
    await until(lambda: not hub.here().is_listening)
    await relayed(shop.sell, shop.kettle)

    told = await page.hear()
    assert (told["after"], told["seq"]) == (2, 3)
    await until(lambda: hub.here().is_listening)
    await relayed(shop.sell, shop.kettle)
    assert (await page.hear())["seq"] == 4


async def test_more_than_can_be_told_sends_every_page_to_fetch_itself_again(
    shop, open_page, monkeypatch
):
    page = await open_page()
    await page.follow(shop.id)
    monkeypatch.setattr(guests, "MOST_CHANGES", 1)
    for _ in range(3):
        await elsewhere(shop.sell, shop.kettle)
    await elsewhere(tell, shop, hint(shop, 4, 5, "7", 4))

    assert await page.hear() == {"type": "resync", "location": shop.id}
    await relayed(shop.sell, shop.kettle)
    assert await page.hears_nothing()  # until it follows again


async def test_unreadable_news_stops_nothing(shop, open_page):
    page = await open_page()
    await page.follow(shop.id)

    def shout():
        with Redis.from_url(project.REDIS_URL) as redis:
            for channel in (channels.access(), channels.stock((shop.tenant.pk, shop.id))):
                redis.publish(channel, b"{not json")
                redis.publish(channel, b"[]")

    await elsewhere(shout)
    await relayed(shop.sell, shop.kettle)
    assert (await page.hear())["seq"] == 3


async def test_the_relay_does_not_mind_a_redis_that_is_away(shop, settings):
    publisher._redis.cache_clear()
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    try:
        await relayed(shop.sell, shop.kettle)
    finally:
        publisher._redis.cache_clear()

    def waiting():
        return OutboxMessage.objects.exclude(state="DELIVERED").count()

    assert await elsewhere(shop.acting, waiting) == 0


async def test_the_last_page_that_goes_ends_the_subscription(shop, open_page):
    page = await open_page()
    await page.follow(shop.id)
    here = hub.here()
    await page.socket.disconnect()

    await until(lambda: not here._running)
    assert (here.seats, here.places, here.is_listening) == (set(), {}, False)
