"""A set of our own servers for the tests that ask what the launcher makes of them."""

import os

import pytest

from config.launch import servers

GIVEN = ("DATABASE_URL", "MIGRATE_DATABASE_URL", "POS_DATABASE_URL", "REDIS_URL")


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """The addresses of servers started for this module, whatever the environment gives."""
    with pytest.MonkeyPatch.context() as environment:
        for name in GIVEN:
            environment.delenv(name, raising=False)
        folder = tmp_path_factory.mktemp("servers")
        with servers.running(folder, is_durable=False) as found:
            yield found


@pytest.fixture
def bare_environment():
    """The environment of a program for which no server is given."""
    return {name: value for name, value in os.environ.items() if name not in GIVEN}
