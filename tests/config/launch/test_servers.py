"""The servers we start: what they are, who may do what in them, and what is left of them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest
import redis as client

from config.launch import postgres, process, servers, sockets
from config.launch.data_folder import PROJECT
from config.launch.refusal import CannotStart

ASK_AT_MOST = 30.0


def ask(url, sql, *parameters):
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()
    finally:
        connection.close()


def until(condition):
    give_up_at = time.monotonic() + ASK_AT_MOST
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


def test_no_login_of_the_product_is_a_superuser_or_walks_past_row_security(addresses):
    assert ask(
        addresses["DATABASE_URL"],
        "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreatedb, rolinherit"
        " FROM pg_roles WHERE rolname LIKE 'storeroom%%' ORDER BY rolname",
    ) == [
        ("storeroom_app", False, False, True, False, False),
        ("storeroom_owner", False, False, True, True, True),
        ("storeroom_system", False, False, False, False, True),
        ("storeroom_tenant", False, False, False, False, True),
    ]


def test_the_logins_may_become_tenant_and_system_but_inherit_nothing(addresses):
    assert ask(
        addresses["DATABASE_URL"],
        "SELECT member::regrole::text, roleid::regrole::text,"
        " set_option, inherit_option, admin_option"
        " FROM pg_auth_members WHERE member::regrole::text LIKE 'storeroom%%' ORDER BY 1, 2",
    ) == [
        ("storeroom_app", "storeroom_system", True, False, False),
        ("storeroom_app", "storeroom_tenant", True, False, False),
        ("storeroom_owner", "storeroom_system", True, False, False),
        ("storeroom_owner", "storeroom_tenant", True, False, False),
    ]


def test_the_product_sees_a_table_only_after_it_became_a_role_that_may(addresses):
    connection = psycopg2.connect(addresses["MIGRATE_DATABASE_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE shelf (held int); INSERT INTO shelf VALUES (7)")
        cursor.execute("GRANT SELECT ON shelf TO storeroom_tenant")
    connection.close()

    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(addresses["DATABASE_URL"], "SELECT held FROM shelf")
    seen = ask(addresses["DATABASE_URL"], "SET ROLE storeroom_tenant; SELECT held FROM shelf")
    assert seen == [(7,)]


def test_the_product_cannot_become_the_owner(addresses):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(addresses["DATABASE_URL"], "SET ROLE storeroom_owner; SELECT 1")


def test_the_owner_makes_test_databases_extensions_and_functions_of_the_system(addresses):
    url = addresses["MIGRATE_DATABASE_URL"]
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE test_of_the_owner")
    connection.close()

    connection = psycopg2.connect(url.replace("/storeroom?", "/test_of_the_owner?"))
    with connection, connection.cursor() as cursor:
        for extension in ("pg_trgm", "btree_gist", "unaccent"):
            cursor.execute(f"CREATE EXTENSION {extension}")
        cursor.execute("CREATE FUNCTION route() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        cursor.execute("ALTER FUNCTION route() OWNER TO storeroom_system")
        cursor.execute("SELECT proowner::regrole::text FROM pg_proc WHERE proname = 'route'")
        assert cursor.fetchall() == [("storeroom_system",)]
    connection.close()


def test_making_the_roles_again_changes_nothing(addresses):
    roles = "SELECT oid, rolname FROM pg_roles ORDER BY oid"
    before = ask(addresses["DATABASE_URL"], roles)

    postgres.make_roles(sockets=Path(addresses["DATABASE_URL"].partition("host=")[2]))

    assert ask(addresses["DATABASE_URL"], roles) == before


def test_a_role_that_walks_past_row_security_is_not_accepted(addresses):
    sockets_of_postgres = Path(addresses["DATABASE_URL"].partition("host=")[2])
    url = addresses["DATABASE_URL"].replace("storeroom_app@/storeroom?", "postgres@/postgres?")

    ask(url, "ALTER ROLE storeroom_app BYPASSRLS; COMMIT; SELECT 1")
    with pytest.raises(CannotStart, match="bypasses row security: alter it first"):
        postgres.make_roles(sockets=sockets_of_postgres)
    ask(url, "ALTER ROLE storeroom_app NOBYPASSRLS; COMMIT; SELECT 1")

    postgres.make_roles(sockets=sockets_of_postgres)


def test_trigrams_keep_accented_letters(addresses):
    url = addresses["MIGRATE_DATABASE_URL"].replace("/storeroom?", "/postgres?")
    locale = ask(url, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname='storeroom'")

    assert locale == [("b", "C.UTF-8")]


def test_postgres_listens_on_no_network_address(addresses):
    assert ask(addresses["DATABASE_URL"], "SHOW listen_addresses") == [("",)]


def test_redis_answers_and_evicts_nothing(addresses):
    redis = client.Redis.from_url(addresses["REDIS_URL"])

    assert redis.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    redis.close()


def test_given_servers_are_not_started(monkeypatch, tmp_path):
    monkeypatch.setenv("POS_DATABASE_URL", "postgresql://stock@db.example.com/stock")
    monkeypatch.setenv("REDIS_URL", "redis://cache.example.com:6379/0")
    for name in ("DATABASE_URL", "MIGRATE_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)

    with servers.running(tmp_path, is_durable=False) as found:
        assert found == {
            "DATABASE_URL": "postgresql://stock@db.example.com/stock",
            "MIGRATE_DATABASE_URL": "postgresql://stock@db.example.com/stock",
            "REDIS_URL": "redis://cache.example.com:6379/0",
        }
        assert list(tmp_path.iterdir()) == []


def test_a_lock_file_that_names_a_living_stranger_does_not_stop_the_start(tmp_path):
    owner = postgres.account_to_use(data=tmp_path / "postgres")
    place = sockets.make_folder(owner)
    part = postgres.part(
        data=tmp_path / "postgres",
        sockets=place / "pg",
        owner=owner,
        log=tmp_path / "log",
        for_tests=True,
    )
    (tmp_path / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")

    program = process.start(part)
    try:
        process.wait_until_ready(part, program)
    finally:
        process.stop(part, program)
        sockets.remove_folder(place)

    assert program.returncode == 0
    assert not place.exists()


def test_the_status_of_the_command_is_passed_on(bare_environment):
    done = subprocess.run(
        [sys.executable, "-m", "config.launch.with_servers", "--", "sh", "-c", "exit 7"],
        cwd=PROJECT,
        env=bare_environment,
        check=False,
    )

    assert done.returncode == 7


def test_nothing_is_left_running_when_with_servers_is_killed(bare_environment, tmp_path):
    script = 'echo "$DATABASE_URL" > "$0.part" && mv "$0.part" "$0" && sleep 600'
    told = tmp_path / "told"
    killed = subprocess.Popen(
        [sys.executable, "-m", "config.launch.with_servers", "--", "sh", "-c", script, str(told)],
        cwd=PROJECT,
        env={**bare_environment, "TMPDIR": str(tmp_path)},
    )
    until(told.exists)
    place = Path(told.read_text().strip().partition("host=")[2])
    assert (place / ".s.PGSQL.5432").exists()

    killed.send_signal(signal.SIGKILL)
    killed.wait()

    until(lambda: not (place / ".s.PGSQL.5432").exists())
    sockets.remove_folder(place.parent)
