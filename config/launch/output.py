"""What is shown while we run: every line with the name of the part that said it."""

from __future__ import annotations

from contextlib import suppress
from typing import TextIO

WIDTH = 9
COLOURS = (36, 33, 32, 35, 34, 96, 93, 92)


class Output:
    """Writes whole lines, so that parts never speak into each other."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_coloured = stream.isatty()
        self._unfinished: dict[str, bytes] = {}
        self._names: list[str] = []

    def say(self, line: str) -> None:
        """Our own word."""
        self._write(f"{line}\n")

    def show(self, name: str, text: bytes) -> None:
        """Show the lines that are complete; no text means that the part will say no more."""
        *lines, rest = (self._unfinished.pop(name, b"") + text).split(b"\n")
        if rest and not text:
            lines.append(rest)
        elif rest:
            self._unfinished[name] = rest
        mark = self._mark(name)
        self._write("".join(f"{mark}{line.decode(errors='replace')}\n" for line in lines))

    def _mark(self, name: str) -> str:
        if not self._is_coloured:
            return f"{name:<{WIDTH}} | "
        if name not in self._names:
            self._names.append(name)
        colour = COLOURS[self._names.index(name) % len(COLOURS)]
        return f"\x1b[{colour}m{name:<{WIDTH}} |\x1b[0m "

    def _write(self, text: str) -> None:
        with suppress(OSError):  # a closed window must not keep us from stopping in order
            self._stream.write(text)
            self._stream.flush()
