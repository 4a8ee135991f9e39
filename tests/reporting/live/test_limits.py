"""What a socket may send, and what becomes of one that does not read."""

from __future__ import annotations

import asyncio

import pytest

from reporting.live.seat import MOST_PLACES
from tests.reporting.live.page import Page, cookie_of, elsewhere, relayed, until

UNREADABLE, TOO_SLOW, TOO_MANY, TOO_LARGE = 4400, 4408, 4429, 1009

pytestmark = pytest.mark.proves("S11")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "null",
        '{"type": "follow"}',
        '{"type": "follow", "location": "7"}',
        '{"type": "follow", "location": true}',
        '{"type": "follow", "location": -1}',
        '{"type": "follow", "location": 1.5}',
        '{"type": "follow", "location": 9007199254740993}',
        '{"type": "follow", "location": 1, "after": "0"}',
        '{"type": "follow", "location": 1, "after": NaN}',
        '{"type": "follow", "location": 1e999}',
    ],
)
async def test_what_no_page_of_ours_sends_closes_the_socket(open_page, text):
    page = await open_page()
    await page.send_text(text)
    assert await page.closing_code() == UNREADABLE


async def test_a_frame_of_bytes_closes_the_socket(open_page):
    page = await open_page()
    await page.socket.send_to(bytes_data=b"\x00\xff")
    assert await page.closing_code() == UNREADABLE


async def test_a_frame_over_64_kib_closes_the_socket(open_page):
    page = await open_page()
    await page.socket.send_to(text_data='{"type": "ping", "x": "' + "x" * 64 * 1024 + '"}')
    assert await page.closing_code() == TOO_LARGE


async def test_a_flood_closes_the_socket(open_page):
    page = await open_page()
    for _ in range(300):
        await page.socket.send_json_to({"type": "ping"})
    assert await page.closing_code() == TOO_MANY


async def test_a_page_may_follow_many_places_at_once_but_not_endlessly(open_page, monkeypatch):
    monkeypatch.setattr("reporting.live.seat.MOST_PLACES", 2)
    page = await open_page()
    for location in (1_000_000_001, 1_000_000_002, 1_000_000_003):
        await page.socket.send_json_to({"type": "follow", "location": location})
    told = [await page.hear() for _ in range(3)]
    assert {message["type"] for message in told} == {"refused"}
    assert MOST_PLACES >= 200


async def test_who_does_not_read_is_cut_and_holds_up_nobody(shop, open_page, pace):
    pace(poll=0.05, slow=0.1)
    slow, quick = Page(await elsewhere(cookie_of, shop.owner), shop.tenant.slug), await open_page()
    never = asyncio.Event()
    closed = []

    async def stuck(message):
        """A connection that takes the beginning and then nothing."""
        if message["type"] == "websocket.close":
            closed.append(message["code"])
        elif message["type"] == "websocket.send" and b"changes" in message["text"].encode():
            await never.wait()
        else:
            await slow.socket.output_queue.put(message)

    slow.socket = reading_through(slow.socket, stuck)
    assert await slow.open()
    await slow.follow(shop.id)
    await quick.follow(shop.id)
    await relayed(shop.sell, shop.kettle)

    assert (await quick.hear())["seq"] == 3
    await until(lambda: closed == [TOO_SLOW])
    await slow.socket.disconnect()


def reading_through(socket, send):
    """The same socket with a line of its own for what is sent to it."""
    application = socket.application

    async def through(scope, receive, _):
        await application(scope, receive, send)

    socket.application = through
    return socket
