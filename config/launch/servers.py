"""PostgreSQL and Redis: which of them are given, and which we start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.launch import data_folder, postgres, process, redis, sockets
from config.launch.account import Account
from config.launch.process import Part


def given() -> dict[str, str]:
    """The addresses of the servers that the environment gives; these are not started."""
    found = {
        "DATABASE_URL": os.environ.get("DATABASE_URL") or os.environ.get("POS_DATABASE_URL"),
        "REDIS_URL": os.environ.get("REDIS_URL"),
    }
    found["MIGRATE_DATABASE_URL"] = os.environ.get("MIGRATE_DATABASE_URL") or found["DATABASE_URL"]
    return {name: url for name, url in found.items() if url}


def postgres_account(folder: Path) -> Account | None:
    """Whose account the PostgreSQL we start needs; None when it is ours, or we start none."""
    if "DATABASE_URL" in given():
        return None
    return postgres.account_to_use(data=folder / "postgres")


def parts(
    *, folder: Path, place: Path, owner: Account | None, for_tests: bool = False
) -> list[Part]:
    """The servers to start, in order, with their data in `folder` and their sockets in `place`."""
    wanted = []
    if "DATABASE_URL" not in given():
        wanted.append(
            postgres.part(
                data=folder / "postgres",
                sockets=place / "pg",
                owner=owner,
                log=data_folder.log(folder, "postgres"),
                for_tests=for_tests,
            )
        )
    if "REDIS_URL" not in given():
        log = data_folder.log(folder, "redis")
        wanted.append(
            redis.part(data=folder / "redis", sockets=place, log=log, for_tests=for_tests)
        )
    return wanted


def addresses(started: list[Part]) -> dict[str, str]:
    """The addresses of all servers, given or started, as environment variables."""
    return given() | {name: url for part in started for name, url in part.addresses.items()}


@contextmanager
def running(folder: Path, *, is_durable: bool) -> Iterator[dict[str, str]]:
    """The addresses of all servers while they run, for one command."""
    owner = postgres_account(folder)
    place = sockets.make_folder(owner)
    with ExitStack() as stack:
        stack.callback(sockets.remove_folder, place)
        wanted = parts(folder=folder, place=place, owner=owner, for_tests=not is_durable)
        for part in wanted:
            stack.enter_context(_running(part))
        yield addresses(wanted)


@contextmanager
def _running(part: Part) -> Iterator[None]:
    started = process.start(part)
    try:
        process.wait_until_ready(part, started)
        part.when_ready()
        yield
    finally:
        process.stop(part, started)
