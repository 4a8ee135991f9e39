"""A Redis of our own, reached by a socket only: the system's, or the one unpacked by bootstrap."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

from config.launch.process import Part
from config.launch.refusal import CannotStart

UNPACKED = Path(sys.prefix) / "redis"


def part(*, data: Path, sockets: Path, log: Path, for_tests: bool = False) -> Part:
    """The server whose files lie in `data`. Harmless to lose: it holds doorbells only."""
    data.mkdir(mode=0o700, exist_ok=True)
    address = sockets / "redis.sock"
    options = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "dir": str(data),
        "daemonize": "no",
        "databases": "64",
        "save": "",
        "appendonly": "no" if for_tests else "yes",
        "appendfsync": "everysec",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",  # evicting would lose queue entries without a word
    }
    return Part(
        name="redis",
        argv=[
            _program(),
            *(word for name, value in options.items() for word in (f"--{name}", value)),
        ],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        log=log,
        is_ready=lambda _pid: _answers(address),
        addresses=urls(sockets),
    )


def urls(sockets: Path) -> dict[str, str]:
    """The address of the server."""
    return {"REDIS_URL": f"unix://{sockets / 'redis.sock'}?db=0"}


def _program() -> str:
    found = shutil.which("redis-server") or next(map(str, UNPACKED.rglob("redis-server")), None)
    if found is None:
        raise CannotStart(
            "There is no Redis: apt-get install redis-server, or set REDIS_URL, then run again."
        )
    if not os.access(found, os.X_OK):
        Path(found).chmod(0o755)
    return found


def _answers(address: Path) -> bool:
    # It says -LOADING while it reads its log, so a connection alone proves nothing.
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(address))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
