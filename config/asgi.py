"""The sockets of open pages, for Daphne. Pages, API and webhooks are served by config.wsgi."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import django
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import OriginValidator
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
django.setup()

from reporting import routing  # noqa: E402 -- models exist only after the set-up

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def only_livez(scope: dict[str, Any], receive: object, send: Send) -> None:
    """200 on /livez, for who watches the process; 404 on everything else."""
    status, body = (200, b"ok") if scope["path"] == "/livez" else (404, b"not found")
    headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def origins(listed: Iterable[str], hosts: Iterable[str], base: str) -> list[str]:
    """Whose pages may open a socket: the listed ones, and our hosts where they serve pages.

    Full origins: by host alone, a page of any other port of the same machine would pass.
    """
    known = {*(origin.rstrip("/").lower() for origin in listed if origin), _origin(base)}
    ports = {(urlsplit(origin).scheme, urlsplit(origin).port) for origin in known}
    named = [host.lower() for host in hosts if "*" not in host]
    ours = {
        f"{scheme}://{host}" + (f":{port}" if port else "")
        for scheme, port in ports
        for host in named
    }
    return sorted(known | ours)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


application = ProtocolTypeRouter(
    {
        "http": only_livez,
        "websocket": OriginValidator(
            AuthMiddlewareStack(URLRouter(routing.websocket_urlpatterns)),
            origins(settings.LIVE_ORIGINS, settings.ALLOWED_HOSTS, settings.WEBHOOK_BASE_URL),
        ),
    }
)
