"""Hears the requests to stop: signals, and a terminal that is gone."""

from __future__ import annotations

import os
import signal
from types import FrameType, TracebackType
from typing import Self

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequests:
    """Counts them while it is entered. A selector that waits for it wakes up at every signal."""

    def __init__(self) -> None:
        self.count = 0
        self._has_terminal = os.isatty(0)

    def __enter__(self) -> Self:
        self._wake_up, self._written = os.pipe()
        for end in (self._wake_up, self._written):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._written, warn_on_full_buffer=False)
        # SIGCHLD is no request, but a fallen part shall end the waiting as well.
        self._handlers = {
            number: signal.signal(number, self._hear) for number in (*STOP_SIGNALS, signal.SIGCHLD)
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        os.close(self._wake_up)
        os.close(self._written)

    def fileno(self) -> int:
        """What a selector waits for."""
        return self._wake_up

    def drain(self) -> None:
        """Take note that we are awake."""
        os.read(self._wake_up, 4096)

    def is_asked(self) -> bool:
        """Whether we shall stop."""
        # make keeps SIGHUP to itself when its window is closed, so the terminal is looked at too.
        return self.count > 0 or (self._has_terminal and not os.isatty(0))

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self.count += number in STOP_SIGNALS
