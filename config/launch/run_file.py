"""The note about what runs from a data folder, so that every `manage.py` command finds the servers.

It stands in `run.json`, readable by us alone. Nothing is done on import, and nothing but the
standard library is used, so settings may read it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
NAME = "run.json"


def data_folder() -> Path:
    """The folder of all data: STOREROOM_DATA, or `.storeroom` beside manage.py."""
    return Path(os.environ.get("STOREROOM_DATA") or PROJECT / ".storeroom").resolve()


def read(folder: Path | None = None) -> dict[str, Any] | None:
    """What runs from the folder, or None when nothing does: a killed launcher's note is not told."""
    note = read_any(folder)
    return note if note and _is_alive(note["launcher"]) else None


def read_any(folder: Path | None = None) -> dict[str, Any] | None:
    """The note as it stands, also when whoever wrote it is gone; None when there is none."""
    try:
        note: dict[str, Any] = json.loads(_path(folder).read_text())
    except (OSError, ValueError):
        return None
    return note if isinstance(note.get("launcher"), int) else None


def write(note: dict[str, Any], folder: Path | None = None) -> None:
    """Write the note in one step, with this process as its launcher."""
    path = _path(folder)
    part_made = path.with_suffix(".part")
    part_made.touch(mode=0o600)
    part_made.write_text(json.dumps({"launcher": os.getpid(), **note}, indent=2) + "\n")
    part_made.replace(path)


def remove(folder: Path | None = None) -> None:
    """Forget what ran."""
    _path(folder).unlink(missing_ok=True)


def _path(folder: Path | None) -> Path:
    return (folder or data_folder()) / NAME


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
