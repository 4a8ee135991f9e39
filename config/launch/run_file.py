"""The note about what runs from a data folder, so that every `manage.py` command finds the servers.

It is `run.json`, readable by us alone. Nothing happens on import, and only the standard library is
used, so settings may read it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from config.launch import data_folder

NAME = "run.json"


def read(folder: Path | None = None) -> dict[str, Any] | None:
    """What runs from the folder now; None when nothing does, whatever a killed launcher noted."""
    folder = folder or data_folder.path()
    return read_left(folder) if data_folder.is_held(folder) else None


def read_left(folder: Path) -> dict[str, Any] | None:
    """The note as it stands, also when whoever wrote it is gone; None when there is none."""
    try:
        note = json.loads((folder / NAME).read_text())
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) else None


def write(note: dict[str, Any], folder: Path) -> None:
    """Write the note in one step."""
    part_made = folder / f"{NAME}.part"
    part_made.touch(mode=0o600)
    part_made.write_text(json.dumps(note, indent=2) + "\n")
    part_made.replace(folder / NAME)


def remove(folder: Path) -> None:
    """Forget what ran."""
    (folder / NAME).unlink(missing_ok=True)
