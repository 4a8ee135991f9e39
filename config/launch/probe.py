"""Asks a web server on this machine whether it answers, without ever waiting for it.

python -m config.launch.probe 8000 /livez
"""

from __future__ import annotations

import os
import select
import socket
import sys
import time

HERE = "127.0.0.1"
PATIENCE = 4.0


class HttpProbe:
    """One request on one connection: it waits in the server's queue until the server is there."""

    def __init__(self, *, port: int, path: str) -> None:
        self._address = (HERE, port)
        self._request = _request(path)
        self._connection: socket.socket | None = None

    def __call__(self, _pid: int = 0) -> bool:
        """Whether a good answer has come by now."""
        try:
            if self._connection is None:
                self._ask()
            answer = self._answer()
        except OSError:
            self.hang_up()
            return False
        if answer is None:
            return False
        self.hang_up()
        return answer.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200"))

    def hang_up(self) -> None:
        """Forget the request; the next call asks anew."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _ask(self) -> None:
        self._connection = socket.create_connection(self._address, timeout=1)
        self._connection.sendall(self._request)

    def _answer(self) -> bytes | None:
        """The start of the answer; None while there is none."""
        connection = self._connection
        if connection is None or not select.select([connection], [], [], 0)[0]:
            return None
        return connection.recv(4096)


def _request(path: str) -> bytes:
    # As the proxy would ask: with a name that is allowed, and over https.
    allowed = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip()
    host = allowed if allowed and allowed[0] not in "*." else "localhost"
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "X-Forwarded-Proto: https"]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode()


def main(port: str, path: str) -> int:
    """0 when the server answers in time, as a health check wants it."""
    probe, give_up_at = HttpProbe(port=int(port), path=path), time.monotonic() + PATIENCE
    while time.monotonic() < give_up_at:
        if probe():
            return 0
        time.sleep(0.05)
    probe.hang_up()
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
