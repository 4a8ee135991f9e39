"""Starts parts, shows what they say, starts the fallen again, and stops all in a given order.

One process and no threads: a selector hears the parts' output and a wake-up descriptor brings
signals, so nothing waits and nothing is missed. SIGINT, SIGTERM and SIGHUP all mean stop; a second
one ends the current step of stopping the hard way.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Self

from config.launch import process
from config.launch.output import Output
from config.launch.process import Part
from config.launch.refusal import CannotStart
from config.launch.stop_requests import StopRequests

FALLS_ALLOWED = 4
FALLS_WITHIN = 120.0
TURN = 0.05


class Stopped(Exception):
    """We were asked to stop while something was starting."""


@dataclass
class Running:
    """A part and the program it is now."""

    part: Part
    program: subprocess.Popen[bytes]
    falls: deque[float] = field(default_factory=deque)
    again_at: float | None = None

    @property
    def has_ended(self) -> bool:
        return self.program.poll() is not None


class Supervisor:
    """Keeps parts running while it is entered; leaving it stops all of them.

    They stop step by step in `stop_order`; what it does not name stops first. A fallen part starts
    again after `first_delay` seconds, then after twice as many. `on_change` hears of every start,
    with the process of each part.
    """

    def __init__(
        self,
        *,
        output: Output,
        stop_order: Sequence[Sequence[str]] = (),
        first_delay: float = 1.0,
        on_change: Callable[[dict[str, int]], None] = lambda _pids: None,
    ) -> None:
        self._stop_order = stop_order
        self._first_delay = first_delay
        self._output = output
        self._on_change = on_change
        self._running: dict[str, Running] = {}
        self._requests = StopRequests()
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> Self:
        self._requests.__enter__()
        self._selector.register(self._requests, selectors.EVENT_READ, self._requests.drain)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        in_order = {name for step in self._stop_order for name in step}
        self._stop([name for name in self._running if name not in in_order])
        for step in self._stop_order:
            self._stop(step)
        self._requests.__exit__(kind, error, trace)
        self._selector.close()

    def start(self, *parts: Part, seconds: float = 180) -> None:
        """Start the parts together and return once all are ready.

        Raises CannotStart when one ends or stays silent, Stopped when we are asked to stop.
        """
        give_up_at = time.monotonic() + seconds
        for part in parts:
            self._launch(part)
        waiting = list(parts)
        while waiting:
            self._turn(TURN)
            waiting = [part for part in waiting if not self._is_ready(part)]
            if waiting and time.monotonic() > give_up_at:
                names = ", ".join(part.name for part in waiting)
                raise CannotStart(f"Not ready in {seconds:.0f} s: {names}.")
        for part in parts:
            part.when_ready()

    def run(self, part: Part) -> None:
        """Run the part once, to its end; raises CannotStart when it fails."""
        self._launch(part)
        running = self._running[part.name]
        while not running.has_ended:
            self._turn(TURN)
            self._raise_if_asked()
        self._read_rest(running)
        del self._running[part.name]
        if running.program.returncode:
            raise CannotStart(f"{part.name} failed: its last lines above say why.")

    def watch(self) -> int:
        """Start the fallen again until we are asked to stop; 1 when one falls too often."""
        while not self._requests.is_asked():
            self._turn(1.0)
            for running in list(self._running.values()):
                if running.again_at is None and running.has_ended:
                    if not self._plan_restart(running):
                        return 1
                elif running.again_at is not None and time.monotonic() >= running.again_at:
                    self._launch(running.part, falls=running.falls)
        return 0

    def _stop(self, names: Sequence[str]) -> None:
        """Stop these parts together, with patience, and return when they are gone."""
        step = [self._running.pop(name) for name in names if name in self._running]
        asked_before = self._requests.count
        patient_until = time.monotonic() + max((each.part.patience for each in step), default=0)
        for running in step:
            if not running.has_ended:
                process.ask_to_stop(running.part, running.program)
        while any(not running.has_ended for running in step):
            if self._requests.count > asked_before or time.monotonic() > patient_until:
                self._end(step)
            self._turn(TURN)
        for running in step:
            self._read_rest(running)

    def _launch(self, part: Part, *, falls: deque[float] | None = None) -> None:
        running = Running(part, process.start(part), falls if falls is not None else deque())
        self._running[part.name] = running
        if running.program.stdout:
            self._hear_output(part.name, running.program.stdout)
        self._on_change({name: each.program.pid for name, each in self._running.items()})

    def _is_ready(self, part: Part) -> bool:
        self._raise_if_asked()
        running = self._running[part.name]
        if running.has_ended:
            self._read_rest(running)
            raise CannotStart(f"{part.name} ended at once. {process.last_words(part)}")
        return part.is_ready(running.program.pid)

    def _plan_restart(self, running: Running) -> bool:
        """Whether it may start again: not after its fifth fall in two minutes."""
        now = time.monotonic()
        running.falls.append(now)
        while running.falls[0] < now - FALLS_WITHIN:
            running.falls.popleft()
        name, status = running.part.name, running.program.returncode
        if len(running.falls) > FALLS_ALLOWED:
            self._output.say(f"{name} fell {len(running.falls)} times in two minutes: giving up.")
            return False
        delay = self._first_delay * 2 ** (len(running.falls) - 1)
        self._output.say(f"{name} fell (status {status}); it starts again in {delay:.0f} s.")
        running.again_at = now + delay
        return True

    def _end(self, step: Sequence[Running]) -> None:
        for running in step:
            process.end(running.part, running.program)

    def _turn(self, seconds: float) -> None:
        """Wait for something to happen, at most this long or to the next restart, and hear it."""
        restarts = [each.again_at for each in self._running.values() if each.again_at is not None]
        until_restart = min(restarts, default=float("inf")) - time.monotonic()
        for key, _ in self._selector.select(max(0.0, min(seconds, until_restart))):
            key.data()

    def _hear_output(self, name: str, stream: IO[bytes]) -> None:
        os.set_blocking(stream.fileno(), False)
        self._selector.register(stream, selectors.EVENT_READ, lambda: self._read(name, stream))

    def _read(self, name: str, stream: IO[bytes]) -> bool:
        """Show what came; whether more may come."""
        try:
            text = os.read(stream.fileno(), 65536)
        except BlockingIOError:
            return False
        self._output.show(name, text)
        if not text:
            self._selector.unregister(stream)
            stream.close()
        return bool(text)

    def _read_rest(self, running: Running) -> None:
        stream = running.program.stdout
        while stream and not stream.closed and self._read(running.part.name, stream):
            pass

    def _raise_if_asked(self) -> None:
        if self._requests.is_asked():
            raise Stopped
