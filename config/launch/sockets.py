"""Where the sockets of our servers lie: a fresh folder with a short, unguessable name.

Fresh at every start, so there is no stale socket and no clash of two clones.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from config.launch import account
from config.launch.account import Account
from config.launch.refusal import CannotStart

PREFIX = "storeroom-"
LONGEST_PATH = 107  # bytes; a longer one is cut without a word
LONGEST_NAME = len("/pg/.s.PGSQL.5432.lock")


def make_folder(owner: Account | None) -> Path:
    """A new folder for sockets, with `pg/` inside for the account that runs PostgreSQL."""
    for parent in _candidates():
        folder = _try(parent, owner)
        if folder:
            return folder
    raise CannotStart("There is no place for sockets: make /tmp writable, or set TMPDIR.")


def remove_folder(folder: Path) -> None:
    """Remove a folder made by `make_folder`, also one that a killed launcher left."""
    if folder.name.startswith(PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


def _candidates() -> list[Path]:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return [*([Path(runtime)] if runtime else []), Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 -- mkdtemp inside


def _try(parent: Path, owner: Account | None) -> Path | None:
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    except OSError:
        return None
    for_postgres = folder / "pg"
    for_postgres.mkdir(mode=0o700)
    if owner:
        folder.chmod(0o711)
        os.chown(for_postgres, owner.uid, owner.gid)
    if _is_short(folder) and (
        owner is None or account.may(owner, ["test", "-w", str(for_postgres)])
    ):
        return folder
    remove_folder(folder)
    return None


def _is_short(folder: Path) -> bool:
    return len(os.fsencode(folder)) + LONGEST_NAME <= LONGEST_PATH
