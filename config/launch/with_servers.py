"""Runs one command with a PostgreSQL and a Redis of its own, made for tests, and passes its status.

    python -m config.launch.with_servers -- pytest tests/inventory

The command finds them in DATABASE_URL, MIGRATE_DATABASE_URL and REDIS_URL; what the environment
already gives is not started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.launch import process, servers
from config.launch.refusal import CannotStart

STOPPED_BY_SIGNAL = 128  # what shells add to the number of the signal that ended a command


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


def main(argv: Sequence[str]) -> int:
    """Run what follows `--` and return its status; 1 when the servers cannot start."""
    command = argv[1:] if argv[:1] == ["--"] else argv
    if not command:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    with tempfile.TemporaryDirectory(
        prefix="storeroom-test-", ignore_cleanup_errors=True
    ) as folder:
        try:
            with servers.running_for_tests(Path(folder)) as addresses:
                return run(command, env=os.environ | addresses)
        except CannotStart as refusal:
            sys.stderr.write(f"{refusal}\n")
            return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
