"""Asks a web server whether it answers, without ever waiting for it."""

from __future__ import annotations

import select
import socket
from contextlib import suppress


class HttpProbe:
    """One request on one connection: it waits in the server's queue until the server is there."""

    def __init__(self, *, host: str, port: int, path: str) -> None:
        self._address = (host, port)
        request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
        self._request = request.encode()
        self._connection: socket.socket | None = None

    def __call__(self, _pid: int = 0) -> bool:
        """Whether a good answer has come by now."""
        try:
            if self._connection is None:
                self._ask()
            answer = self._answer()
        except OSError:
            self._hang_up()
            return False
        if answer is None:
            return False
        self._hang_up()
        return answer.startswith(b"HTTP/1.1 200")

    def _ask(self) -> None:
        self._connection = socket.create_connection(self._address, timeout=1)
        self._connection.sendall(self._request)

    def _answer(self) -> bytes | None:
        """The start of the answer; None while there is none."""
        connection = self._connection
        if connection is None or not select.select([connection], [], [], 0)[0]:
            return None
        return connection.recv(4096)

    def _hang_up(self) -> None:
        if self._connection:
            with suppress(OSError):
                self._connection.close()
        self._connection = None
