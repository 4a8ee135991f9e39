"""The cluster's superuser, for tests that do what no role of the product can."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

NAME = "postgres"  # of the cluster that config.launch.with_servers makes


@contextmanager
def as_superuser() -> Iterator[None]:
    """The default connection signs in as the superuser, and as the product's login afterwards."""
    own = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(USER=NAME, PASSWORD="")
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(USER=own["USER"], PASSWORD=own["PASSWORD"])
