"""A database of our own, made by the owner and used through the product's login."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from django.db import connections

from config.env import database
from config.launch import servers
from config.launch.data_folder import PROJECT

PATIENCE = 10.0  # seconds for the last session of ours to be gone


@dataclass(frozen=True, slots=True)
class Scratch:
    """The addresses of the database: of the product's login, and of the owner of its tables."""

    app: str
    owner: str

    def run_as_owner(self, statements: str, *values: object) -> None:
        _run(self.owner, statements, *values)

    def ask_as_owner(self, question: str) -> tuple[Any, ...]:
        """The one row it answers."""
        with _connected(self.owner) as session, session.cursor() as cursor:
            cursor.execute(question)
            [row] = cursor.fetchall()
            return tuple(row)


@contextmanager
def made() -> Iterator[Scratch]:
    """A migrated database that Django and every program started meanwhile use; dropped at the end.

    Raises KeyError when the environment gives no server.
    """
    given = servers.given()
    name = f"storeroom_benchmark_{os.getpid()}"
    scratch = Scratch(
        app=_renamed(given["DATABASE_URL"], name),
        owner=_renamed(given["MIGRATE_DATABASE_URL"], name),
    )
    owner = given["MIGRATE_DATABASE_URL"]
    _run(owner, f"CREATE DATABASE {name}")
    try:
        _migrate(scratch)
        with _used(scratch):
            yield scratch
    finally:
        _drop(owner, name)


@contextmanager
def _used(scratch: Scratch) -> Iterator[None]:
    settings = connections["default"].settings_dict
    former = settings["NAME"], os.environ.get("DATABASE_URL")
    connections.close_all()
    settings["NAME"] = database(scratch.app)["NAME"]
    os.environ["DATABASE_URL"] = scratch.app
    try:
        yield
    finally:
        connections.close_all()
        settings["NAME"] = former[0]
        if former[1] is not None:
            os.environ["DATABASE_URL"] = former[1]


def _migrate(scratch: Scratch) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--noinput", "-v", "0"],
        cwd=PROJECT,
        env=os.environ | {"DATABASE_URL": scratch.owner},
        check=True,
    )


def _drop(owner: str, name: str) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while True:
        try:
            _run(owner, f"DROP DATABASE IF EXISTS {name}")
        except psycopg2.errors.ObjectInUse:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.1)
        else:
            return


def _run(address: str, statements: str, *values: object) -> None:
    with _connected(address) as session, session.cursor() as cursor:
        cursor.execute(statements, values or None)


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    session = psycopg2.connect(**keywords(address))
    session.autocommit = True
    try:
        yield session
    finally:
        session.close()


def keywords(address: str) -> dict[str, Any]:
    """The address as libpq names its parts."""
    parts = database(address)
    named = {
        "dbname": parts["NAME"],
        "user": parts["USER"],
        "password": parts["PASSWORD"],
        "host": parts["HOST"],
        "port": parts["PORT"],
    }
    return {key: value for key, value in named.items() if value}


def _renamed(address: str, name: str) -> str:
    return urlsplit(address)._replace(path=f"/{name}").geturl()
