"""An open page as the socket sees it, and the steps of others that it hears of."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.db import connections
from django.test import Client

from config.asgi import application
from core import tenancy
from core.domain import outbox
from core.models import User
from inventory.models.stock import Kind
from reporting.live import guests
from tests import factories

ORIGIN = "http://127.0.0.1:8000"
PATIENCE = 5


class Page:
    """Opens a socket with the cookie of a signed-in person (or none) and reads what it is told."""

    def __init__(self, cookie: str | None, slug: str, *, origin: str = ORIGIN) -> None:
        headers = [(b"origin", origin.encode())]
        if cookie:
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
        self.socket = WebsocketCommunicator(application, f"/ws/{slug}/stock", headers=headers)

    async def open(self) -> bool:
        is_open, _ = await self.socket.connect(timeout=PATIENCE)
        return bool(is_open)

    async def follow(self, location: int, after: int | None = None) -> dict[str, Any]:
        await self.socket.send_json_to({"type": "follow", "location": location, "after": after})
        return await self.hear_no_heartbeat()

    async def is_answered(self) -> None:
        """It is let in for good: what it sends is answered."""
        await self.socket.send_json_to({"type": "ping"})
        assert await self.hear_no_heartbeat() == {"type": "pong"}

    async def send_text(self, text: str) -> None:
        await self.socket.send_input({"type": "websocket.receive", "text": text})

    async def hear_no_heartbeat(self) -> dict[str, Any]:
        told = await self.hear()
        while told["type"] == "heartbeat":
            told = await self.hear()
        return told

    async def hear(self) -> dict[str, Any]:
        told: dict[str, Any] = await self.socket.receive_json_from(timeout=PATIENCE)
        return told

    async def hears_nothing(self) -> bool:
        return bool(await self.socket.receive_nothing(timeout=0.1))

    async def closing_code(self) -> int:
        """The code it is closed with, whatever it is told before."""
        while True:
            message = await self.socket.receive_output(timeout=PATIENCE)
            if message["type"] == "websocket.close":
                return int(message["code"])


class Shop:
    """A chain with one shop and two items on the shelf, committed."""

    def __init__(self) -> None:
        self.tenant = factories.make_tenant()
        with tenancy.acting_for(self.tenant):
            self.place = factories.make_location()
            self.kettle = factories.make_item(name="Kettle")
            self.mug = factories.make_item(name="Mug")
            self.owner = factories.make_member(role="OWNER")
            moves = [(self.kettle, 10, self.place, "4.50"), (self.mug, 20, self.place, "2")]
            factories.post(Kind.OPENING, *moves, actor=self.owner)
        self.id = self.place.pk

    def sell(self, item: Any, quantity: int = 1) -> None:
        with tenancy.acting_for(self.tenant):
            factories.post(Kind.SALE, (item, -quantity, self.place), actor=self.owner)

    def member(self, role: str = "MANAGER", locations: list[Any] | None = None) -> User:
        with tenancy.acting_for(self.tenant):
            return factories.make_member(role=role, locations=locations)

    def acting(self, step: Callable[[], Any]) -> Any:
        with tenancy.acting_for(self.tenant):
            return step()


def cookie_of(user: User) -> str:
    client = Client()
    with tenancy.across_tenants("a test signs in"):
        client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def kettle_row(shop: Shop, on_hand: str, version: int) -> dict[str, Any]:
    return {
        "item": shop.kettle.pk,
        "on_hand": on_hand,
        "reserved": "0",
        "available": on_hand,
        "version": version,
    }


async def elsewhere(step: Callable[..., Any], *args: Any) -> Any:
    """Do something as another process would, in a thread that may wait."""
    return await sync_to_async(step)(*args)


async def relayed(step: Callable[..., Any], *args: Any) -> None:
    """Do something, and relay what it put into the outbox."""
    await elsewhere(step, *args)
    await elsewhere(relay_all)


def relay_all() -> None:
    while outbox.relay():
        pass


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something is so; fail when it does not become so."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 -- what is waited for sets no event
            await asyncio.sleep(0.01)


async def close_connections() -> None:
    """Close the database connections that threads have kept, or the database cannot go."""
    together = threading.Barrier(guests.THREADS)

    def close_mine() -> None:
        together.wait(PATIENCE)
        connections.close_all()

    await asyncio.gather(*(guests.ask(close_mine) for _ in range(guests.THREADS)))
    await sync_to_async(connections.close_all)()
