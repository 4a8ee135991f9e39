"""Real PostgreSQL for every test: made by the owner, used by the login of the running product.

`tenant` acts for a new chain inside the test's transaction, which is rolled back. Tests that need
commits (threads, processes) take `committing` and leave their tenant there, for history refuses to
go.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases
from playwright.sync_api import Browser, sync_playwright

from config.env import database
from config.launch.browser import find as find_browser
from core import tenancy
from core.models import Tenant, User
from tests import factories


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """Migrate as the owner of the tables, then go on as the product's own login."""
    app = dict(connection.settings_dict)
    owner = database(settings.MIGRATE_DATABASE_URL)
    with django_db_blocker.unblock():
        _become(owner["USER"], owner["PASSWORD"])
        made = setup_databases(verbosity=0, interactive=False, parallel=0)
        _become(app["USER"], app["PASSWORD"])
    yield
    with django_db_blocker.unblock():
        for each in connections.all(initialized_only=True):
            each.close()
        _become(owner["USER"], owner["PASSWORD"])
        teardown_databases(made, verbosity=0)


def _become(user: str, password: str) -> None:
    connection.close()
    connection.settings_dict.update(USER=user, PASSWORD=password)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each xdist worker has a database of its own."""


@pytest.fixture
def committing(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database without a transaction around the test: what it writes stays."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()


@pytest.fixture
def tenant(db: None) -> Iterator[Tenant]:
    """A chain to act for, and its owner in `tenant_owner`."""
    made = factories.make_tenant()
    with tenancy.acting_for(made):
        yield made


@pytest.fixture
def owner(tenant: Tenant) -> User:
    return factories.make_member(role="OWNER")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the process: a second one beside it would not start."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],  # root has no sandbox to offer
        )
        yield browser
        browser.close()
