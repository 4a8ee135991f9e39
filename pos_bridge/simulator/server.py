"""The HTTP server: hands each call to the provider whose path it is, faults first.

Plain http.server from the standard library, one thread per connection, 127.0.0.1 unless told
otherwise. Nothing here knows what a provider means by its answers.
"""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pos_bridge.simulator.wire import Answer, Request

#: Nobody needs to send a till more than this.
LARGEST_BODY = 4 * 1024 * 1024
_IDLE_SECONDS = 30


class Server:
    """Listens from the moment it is made; `stop` ends it within a moment."""

    def __init__(self, answer: Callable[[Request], Answer], *, host: str, port: int) -> None:
        handler = type("Handler", (_Handler,), {"answer": staticmethod(answer)})
        self._http = _Http((host, port), handler)
        self.url = f"http://{host}:{self._http.server_port}"
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def start(self) -> None:
        """Answer calls from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more; calls still open are dropped."""
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()
        self._http.drop_connections()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: set[Any] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        """Close what clients keep open, or their threads would sit there reading."""
        for request in list(self._open):
            self.shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to print a traceback for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS
    answer: Callable[[Request], Answer]

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            self._write(Answer(413, {"detail": "too large"}))
            return
        request = Request(
            method=self.command,
            target=self.path,
            headers=dict(self.headers.items()),
            body=self.rfile.read(length),
            base_url=f"http://{self.headers.get('Host', '')}",
        )
        self._write(self.answer(request))

    def _write(self, answer: Answer) -> None:
        if answer.hang_up:
            self.close_connection = True
            return
        body = answer.encode()
        self.send_response(answer.status)
        kind = "text/html" if isinstance(answer.body, str) else "application/json"
        for name, value in {"Content-Type": kind, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 -- the names http.server asks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- http.server's name
        """Say nothing: the state endpoint tells what happened."""
