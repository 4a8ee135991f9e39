"""Sockets on a real database and a real Redis, with their own threads: everything is committed."""

from __future__ import annotations

import pytest

from reporting.live import hub
from reporting.live.hub import Hub, Pace
from tests.reporting.live.page import (
    Page,
    Shop,
    close_connections,
    cookie_of,
    elsewhere,
    relay_all,
    until,
)


@pytest.fixture
def pace(monkeypatch):
    """How fast the hub goes; nothing happens by time alone unless a test says so."""

    def choose(**seconds):
        quiet = {"window": 0.05, "heartbeat": 60, "recheck": 60, "poll": 60, "slow": 60}
        monkeypatch.setattr(Hub, "pace", Pace(**{**quiet, **seconds}))

    choose()
    return choose


@pytest.fixture
async def shop(committing, pace):
    made = await elsewhere(Shop)
    await elsewhere(relay_all)  # what is told from here on is what the test does
    yield made
    await close_connections()


@pytest.fixture
async def open_page(shop):
    """Opens a page of a person (the shop's owner unless said) and waits until it hears."""
    pages = []

    async def open_as(user=None, *, slug=None):
        cookie = await elsewhere(cookie_of, user or shop.owner)
        page = Page(cookie, slug or shop.tenant.slug)
        assert await page.open()
        pages.append(page)
        await page.is_answered()
        await until(lambda: hub.here().is_listening)
        return page

    yield open_as
    for page in pages:
        await page.socket.disconnect()
