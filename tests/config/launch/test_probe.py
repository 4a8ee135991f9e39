"""The probe asks once and never waits."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from config.launch import ports, probe
from config.launch.probe import HttpProbe


class Server(HTTPServer):
    """Notes what it is asked, and answers with one status."""

    def __init__(self, *address_and_handler):
        super().__init__(*address_and_handler)
        self.asked: list[tuple[str, str]] = []
        self.status = 200


class Door(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self):
        self.server.asked.append((self.path, self.headers["Host"]))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server(("127.0.0.1", 0), Door) as found:
        yield found


@pytest.fixture
def ask(server):
    probe = HttpProbe(port=server.server_port, path="/livez")
    yield probe
    probe.hang_up()


def test_a_server_that_does_not_answer_yet_is_not_waited_for(ask):
    assert [ask(), ask()] == [False, False]


def test_the_request_waits_in_the_queue_until_the_server_is_there(server, ask):
    assert not ask()

    server.handle_request()

    assert ask()
    assert server.asked == [("/livez", "localhost")]


def test_a_port_nobody_listens_on_is_not_ready():
    with ports.listen("127.0.0.1", 0, variable="PORT") as ours:
        number = ports.number(ours)

    assert not HttpProbe(port=number, path="/livez")()


@pytest.mark.parametrize(("status", "result"), [(200, 0), (503, 1)])
def test_the_health_check_tells_a_good_answer_from_a_bad_one(server, monkeypatch, status, result):
    monkeypatch.setattr(probe, "PATIENCE", 1.0 if status == 200 else 0.2)
    server.status = status
    answering = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    answering.start()

    assert probe.main(str(server.server_port), "/livez") == result

    server.shutdown()
    answering.join()


def test_it_asks_for_a_host_that_the_site_allows(server, monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "stock.example.com,other.example.com")
    ask = HttpProbe(port=server.server_port, path="/livez")
    assert not ask()

    server.handle_request()

    assert ask()
    assert server.asked == [("/livez", "stock.example.com")]
