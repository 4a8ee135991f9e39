"""PostgreSQL and Redis for one command: started unless given, and stopped when it is done."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.launch import postgres, process, redis, sockets
from config.launch.process import Part


@contextmanager
def running(folder: Path, *, for_tests: bool) -> Iterator[dict[str, str]]:
    """Their addresses, as environment variables, while they run with their data in `folder`.

    DATABASE_URL or REDIS_URL in the environment mean that this server is given, not started.
    """
    with ExitStack() as running_parts:
        owner = postgres.account_to_use() if "DATABASE_URL" not in os.environ else None
        place = sockets.make_folder(owner)
        running_parts.callback(sockets.remove_folder, place)
        addresses = given()
        if "DATABASE_URL" not in addresses:
            addresses |= running_parts.enter_context(
                _running(
                    postgres.part(
                        data=folder / "postgres",
                        sockets=place / "pg",
                        owner=owner,
                        log=folder / "postgres.log",
                        for_tests=for_tests,
                    )
                )
            )
            postgres.make_roles(sockets=place / "pg")
        if "REDIS_URL" not in addresses:
            addresses |= running_parts.enter_context(
                _running(
                    redis.part(
                        data=folder / "redis",
                        sockets=place,
                        log=folder / "redis.log",
                        for_tests=for_tests,
                    )
                )
            )
        yield addresses


def given() -> dict[str, str]:
    """The addresses of the servers that the environment gives."""
    names = ("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL")
    return {name: os.environ[name] for name in names if os.environ.get(name)}


@contextmanager
def _running(part: Part) -> Iterator[dict[str, str]]:
    started = process.start(part)
    try:
        process.wait_until_ready(part, started)
        yield dict(part.addresses)
    finally:
        process.stop(part, started)
