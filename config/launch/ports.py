"""Takes the ports before anything starts, so that nobody slips in and nothing starts in vain.

We listen and hand the socket on: a web server that is started again keeps its queue.
"""

from __future__ import annotations

import errno
import socket

from config.launch.refusal import CannotStart

BACKLOG = 2048


def listen(host: str, port: int, *, variable: str) -> socket.socket:
    """Listen on the port; raises CannotStart, naming the variable that chooses another."""
    listener = socket.socket(_family(host))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Two binds with SO_REUSEADDR succeed while nobody listens; two listeners never do.
        listener.listen(BACKLOG)
    except OSError as reason:
        listener.close()
        raise CannotStart(_sentence(port, variable, reason)) from reason
    return listener


def require_free(host: str, port: int, *, variable: str) -> None:
    """Return when the port could be taken now, for a program that opens it by itself."""
    listen(host, port, variable=variable).close()


def number(listener: socket.socket) -> int:
    """The port it listens on."""
    return int(listener.getsockname()[1])


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _sentence(port: int, variable: str, reason: OSError) -> str:
    if isinstance(reason, PermissionError):
        return f"Port {port} is not ours to open: choose one above 1023 with {variable}=."
    if reason.errno != errno.EADDRINUSE:
        return f"Port {port} cannot be opened: {reason.strerror}."
    return (
        f"Port {port} is in use: stop what uses it, or choose another,"
        f" for example make run {variable}={port + 10}."
    )
