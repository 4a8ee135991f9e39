"""The folder of all data of `make run`, closed to others, and the lock of whoever runs from it.

The lock is the kernel's: it is free at once when its holder is killed, whatever files stay behind.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.launch.refusal import CannotStart

PROJECT = Path(__file__).resolve().parents[2]
LARGEST_LOG = 10 * 1024**2
LOCK = "lock"


def path() -> Path:
    """STOREROOM_DATA, or `.storeroom` beside manage.py."""
    return Path(os.environ.get("STOREROOM_DATA") or PROJECT / ".storeroom").absolute()


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Make the folder and keep it for us; raises CannotStart when something runs from it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / LOCK).open("a+")
    except OSError as reason:
        raise CannotStart(f"The folder {folder} cannot be used: {reason.strerror}.") from reason
    with lock:
        if not _take(lock.fileno()):
            lock.seek(0)
            raise CannotStart(
                f"It already runs from this folder (process {lock.read().strip()}):"
                " use that one, or stop it first."
            )
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def is_held(folder: Path) -> bool:
    """Whether something runs from the folder now."""
    try:
        with (folder / LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def log(folder: Path, name: str) -> Path:
    """The log of a server; one that grew large makes room and is kept once."""
    file = folder / f"{name}.log"
    if file.exists() and file.stat().st_size > LARGEST_LOG:
        file.replace(file.with_suffix(".log.1"))
    return file


def _take(lock: int) -> bool:
    # More than one try: `is_held` keeps the lock for the blink of an eye.
    for _ in range(5):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
        else:
            return True
    return False
