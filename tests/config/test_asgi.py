"""What the socket server lets in, and what it says over plain HTTP."""

from __future__ import annotations

import pytest
from asgiref.testing import ApplicationCommunicator

from config.asgi import application, origins


@pytest.mark.parametrize(
    ("path", "status"), [("/livez", 200), ("/", 404), ("/ws/chain/stock", 404)]
)
async def test_http_is_answered_for_who_watches_and_for_nobody_else(path, status):
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    server = ApplicationCommunicator(application, scope)
    await server.send_input({"type": "http.request"})
    assert (await server.receive_output())["status"] == status
    await server.receive_output()


@pytest.mark.proves("S10")
def test_our_hosts_may_open_sockets_from_where_they_serve_pages():
    found = origins(["http://127.0.0.1:8000"], ["localhost", "[::1]"], "http://127.0.0.1:8000")
    assert found == ["http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost:8000"]


def test_in_production_they_are_https_origins():
    found = origins(
        ["https://Shop.example/"], ["shop.example", ".team.example"], "https://in.example"
    )
    assert found == ["https://.team.example", "https://in.example", "https://shop.example"]


def test_a_host_pattern_that_means_everybody_lets_nobody_in():
    assert origins([], ["*"], "https://in.example") == ["https://in.example"]


async def test_an_unknown_address_is_refused():
    scope = {
        "type": "websocket",
        "path": "/ws/elsewhere",
        "headers": [(b"origin", b"http://127.0.0.1:8000")],
    }
    server = ApplicationCommunicator(application, scope)
    await server.send_input({"type": "websocket.connect"})
    assert (await server.receive_output())["type"] == "websocket.close"
