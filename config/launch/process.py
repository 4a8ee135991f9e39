"""Starts a program as a part of the running system: it ends when we end, and stops when asked.

A part is described once and can be started many times. Spawn from the main thread only: the death
signal fires when the *thread* that forked ends.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.launch.account import Account, identity
from config.launch.refusal import CannotStart

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class Part:
    """A program of the running system, and how it is started, watched and stopped.

    `is_ready` is asked with the program's process number. Output goes to `log`, or to whoever
    starts the part when there is none. `prepare` runs before every start, also after a fall;
    `when_ready` once the part first answers.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    is_ready: Callable[[int], bool]
    prepare: Callable[[], None] = lambda: None
    when_ready: Callable[[], None] = lambda: None
    cwd: Path | None = None
    account: Account | None = None
    fds: Sequence[int] = ()
    log: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    hard_signal: signal.Signals = signal.SIGKILL
    death_signal: signal.Signals = signal.SIGTERM
    patience: float = 20.0
    addresses: Mapping[str, str] = field(default_factory=dict)


def start(part: Part) -> subprocess.Popen[bytes]:
    """Start the part now; its output can be read from `stdout` unless it has a log."""
    part.prepare()
    if part.log is None:
        return _spawn(part, subprocess.PIPE)
    with part.log.open("ab") as log:
        return _spawn(part, log)


def wait_until_ready(part: Part, process: subprocess.Popen[bytes], *, seconds: float = 60) -> None:
    """Return once the part answers; raises CannotStart when it ends or stays silent."""
    give_up_at = time.monotonic() + seconds
    while not part.is_ready(process.pid):
        if process.poll() is not None:
            raise CannotStart(f"{part.name} ended at once. {last_words(part)}")
        if time.monotonic() > give_up_at:
            stop(part, process)
            raise CannotStart(f"{part.name} did not get ready in {seconds:.0f} s.")
        time.sleep(0.01)


def stop(part: Part, process: subprocess.Popen[bytes]) -> None:
    """Ask the part to stop; when its patience is over, end it and its children."""
    ask_to_stop(part, process)
    try:
        process.wait(part.patience)
    except subprocess.TimeoutExpired:
        end(part, process)
        process.wait()


def ask_to_stop(part: Part, process: subprocess.Popen[bytes]) -> None:
    """Send the part the signal it takes as: finish what you do, then stop."""
    process.send_signal(part.stop_signal)


def end(part: Part, process: subprocess.Popen[bytes]) -> None:
    """Send the last signal to the part and everything it started."""
    try:
        os.killpg(process.pid, part.hard_signal)
    except ProcessLookupError:
        return


def last_words(part: Part) -> str:
    """The end of the part's log, for the sentence that says why it fell."""
    if part.log is None:
        return "Its last lines above say why."
    lines = part.log.read_text(errors="replace").splitlines()[-5:]
    return "\n".join(["Its log ends with:", *(f"  {line}" for line in lines)])


def _spawn(part: Part, output: int | IO[bytes]) -> subprocess.Popen[bytes]:
    # Its own process group, so that Ctrl-C reaches us alone and we keep the order of stopping.
    # `cwd` is entered before the change of user, so the account never needs the way to it.
    return subprocess.Popen(  # noqa: S603 -- the programs are ours
        part.argv,
        cwd=part.cwd,
        env=part.env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        pass_fds=part.fds,
        process_group=0,
        umask=0o077,
        preexec_fn=dies_with_us(part.death_signal),  # noqa: PLW1509 -- we have no threads
        **identity(part.account),
    )


def dies_with_us(death_signal: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before its program, so that the kernel ends it when we are killed."""
    if LIBC is None:
        return None
    libc, parent = LIBC, os.getpid()

    def set_death_signal() -> None:
        libc.prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # we were killed between the fork and the line above
            os._exit(1)

    return set_death_signal
