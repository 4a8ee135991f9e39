"""A browser that is served our pages and our scripts, and no network: what leaves the page ends
here. The content policy is the product's own, so an inline script or style fails the test.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Browser, Page, Route, WebSocketRoute

HOST = "http://storeroom.test"


class Line:
    """The server's end of one socket: what the page said, and a way to answer."""

    def __init__(self, socket: WebSocketRoute) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []
        socket.on_message(lambda text: self.heard.append(json.loads(text)))

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def changes(self, after: int, seq: int, *rows: dict[str, Any], location: int = 1) -> None:
        self.say(type="changes", location=location, after=after, seq=seq, rows=list(rows))


class Site:
    """Our pages by path, as the page on trial sees them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pages: dict[str, str] = {}
        self.asked: list[str] = []
        self.sizes: dict[str, int] = {}
        self.lines: list[Line] = []
        self.problems: list[str] = []
        self.is_up = True
        self.is_strict = True
        page.route("**/*", self._answer)
        page.route_web_socket("**/ws/*/stock", self._connect)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._note)

    def put(self, path: str, template: str, context: dict[str, Any]) -> None:
        """Answer `path` with `template` from now on."""
        request = RequestFactory().get(path)
        self.pages[urlsplit(path).path] = render_to_string(template, context, request=request)

    def open(self, path: str) -> Page:
        self.page.goto(HOST + path)
        return self.page

    @property
    def line(self) -> Line:
        return self.lines[-1]

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        self.asked.append(route.request.url.removeprefix(HOST))
        if path.startswith(settings.STATIC_URL):
            self._file(route, path)
        elif path in self.pages:
            headers = {"Content-Security-Policy": policy()} if self.is_strict else {}
            route.fulfill(body=self.pages[path], content_type="text/html", headers=headers)
        else:
            route.fulfill(status=404, body="")

    def _file(self, route: Route, path: str) -> None:
        found = finders.find(path.removeprefix(settings.STATIC_URL))
        assert found, f"{path} is not there"
        content = Path(str(found)).read_bytes()
        self.sizes[path] = len(content)
        route.fulfill(body=content, content_type=guess_type(path)[0] or "font/woff2")

    def _connect(self, socket: WebSocketRoute) -> None:
        if self.is_up:
            self.lines.append(Line(socket))
        else:
            socket.close(code=1011)

    def _note(self, message: Any) -> None:
        if message.type == "error" and "404" not in message.text:
            self.problems.append(message.text)


def policy() -> str:
    """The product's content policy as a header."""
    directives: dict[str, list[str]] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    kept = {name: sources for name, sources in directives.items() if name != "connect-src"}
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in kept.items())


@pytest.fixture
def site(chromium: Browser) -> Iterator[Site]:
    """The page on trial; a script error or a refused resource fails the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 960})
    made = Site(context.new_page())
    yield made
    context.close()
    assert made.problems == []
