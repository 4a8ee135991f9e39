"""The default connection under another name, for tests that do what the product's login can not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from config.env import database

SUPERUSER = "postgres"  # of the cluster that config.launch.with_servers makes


@contextmanager
def as_superuser() -> Iterator[None]:
    with _signed_in(SUPERUSER, ""):
        yield


@contextmanager
def as_owner() -> Iterator[None]:
    """The owner of the tables, who migrates."""
    owner = database(settings.MIGRATE_DATABASE_URL)
    with _signed_in(owner["USER"], owner["PASSWORD"]):
        yield


@contextmanager
def _signed_in(user: str, password: str) -> Iterator[None]:
    own = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    connection.close()
    connection.settings_dict.update(USER=user, PASSWORD=password)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(own)
