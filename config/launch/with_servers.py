"""Runs one command with a PostgreSQL and a Redis of its own, and passes its status.

    python -m config.launch.with_servers [--durable] -- python -m pytest tests/inventory

The command finds them in DATABASE_URL, MIGRATE_DATABASE_URL and REDIS_URL, and our Python first in
its path. What the environment already gives is not started. The servers are quick and careless;
`--durable` makes them as careful as those of `make run`, for measuring.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.launch import data_folder, process, servers
from config.launch.refusal import CannotStart

STOPPED_BY_SIGNAL = 128  # what shells add to the number of the signal that ended a command


def main(argv: Sequence[str]) -> int:
    """Run what follows `--` and return its status; 1 when the servers cannot start."""
    is_durable = argv[:1] == ["--durable"]
    dashes, *command = (argv[1:] if is_durable else argv) or [""]
    if dashes != "--" or not command:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        with (
            tempfile.TemporaryDirectory(prefix="with-servers-", dir=_place(is_durable)) as folder,
            servers.running(Path(folder), is_durable=is_durable) as addresses,
        ):
            return run(command, env=os.environ | addresses | {"PATH": _path()})
    except CannotStart as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1


def run(command: Sequence[str], *, env: Mapping[str, str]) -> int:
    """Run the command in our terminal and return its status; signals to stop reach it."""
    child = subprocess.Popen(  # noqa: S603 -- the caller's own command
        command,
        env=env,
        preexec_fn=process.dies_with_us(signal.SIGTERM),  # noqa: PLW1509 -- we have no threads
    )
    # Ctrl-C reaches the command by itself: it is in our group, so that debuggers have the terminal.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: child.send_signal(received))
    status = child.wait()
    return status if status >= 0 else STOPPED_BY_SIGNAL - status


def _place(is_durable: bool) -> Path | None:
    """Temporary folders may lie in memory, where durability costs nothing and proves nothing."""
    if not is_durable:
        return None
    data_folder.path().mkdir(mode=0o700, parents=True, exist_ok=True)
    return data_folder.path()


def _path() -> str:
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
