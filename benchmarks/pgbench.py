"""pgbench: what PostgreSQL does when nothing stands before it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks import scratch
from config.launch import wheel
from config.launch.refusal import CannotStart

HERE = Path(__file__).parent
CLIENTS = 2
_RATE = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
_LIBPQ = {
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "host": "PGHOST",
    "port": "PGPORT",
}


def rate(
    *, keys: str, sale: str, address: str, names: Mapping[str, int], seconds: int, options: str = ""
) -> float:
    """Sales a second of two clients that send one prepared statement at a time.

    `keys` and `sale` are files beside this one: how a sale is drawn, and the statement.
    """
    given = {_LIBPQ[key]: str(value) for key, value in scratch.keywords(address).items()}
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write((HERE / keys).read_text() + (HERE / sale).read_text())
        script.flush()
        done = subprocess.run(  # noqa: S603 -- our own program
            [
                _program(),
                *(f"--client={CLIENTS} --jobs={CLIENTS} --protocol=prepared --no-vacuum".split()),
                *(f"--time={seconds}", f"--file={script.name}"),
                *(f"--define={name}={value}" for name, value in names.items()),
            ],
            env=os.environ | given | {"PGOPTIONS": options},
            capture_output=True,
            text=True,
            check=False,
        )
    found = _RATE.search(done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(f"pgbench failed: {done.stderr[-2000:]}")
    return float(found[1])


def _program() -> str:
    try:
        return str(wheel.programs() / "pgbench")
    except CannotStart:
        return shutil.which("pgbench") or "pgbench"
