"""The two doors: what is seen behind each, and that each closes."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError, ProgrammingError, connection, connections, transaction

from core import tenancy
from core.models import Tenant
from tests.factories import make_tenant


def seen():
    return set(Tenant.objects.values_list("pk", flat=True))


def settings_now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user, current_setting('app.tenant', true)")
        role, login, tenant = cursor.fetchone()
    return ("login" if role == login else role, tenant or "")


CLOSED = ("login", "")


@pytest.fixture
def two(committing):
    return make_tenant(), make_tenant()


@pytest.mark.proves("S1")
def test_inside_exactly_one_tenant_exists(two):
    with tenancy.acting_for(two[0]):
        assert seen() == {two[0].pk}
        assert tenancy.current_tenant() == two[0].pk
    assert tenancy.current_tenant() is None


def test_a_tenant_can_be_named_by_its_id(two):
    with tenancy.acting_for(two[0].pk):
        assert seen() == {two[0].pk}


@pytest.mark.proves("S1")
def test_after_the_transaction_nothing_is_left_in_the_pooled_connection(two):
    with tenancy.acting_for(two[0]):
        session = connection.connection.get_backend_pid()
    assert settings_now() == CLOSED
    with pytest.raises(ProgrammingError):
        seen()
    with tenancy.acting_for(two[1]):
        assert connection.connection.get_backend_pid() == session
        assert seen() == {two[1].pk}


@pytest.mark.proves("S1")
def test_a_setting_that_ended_reads_as_nobody_and_not_as_an_error(two):
    with tenancy.acting_for(two[0]), connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant = ''")
        assert seen() == set()


@pytest.mark.proves("3.4")
def test_scopes_nest_and_put_back_what_was(two):
    one, other = two
    with tenancy.acting_for(one):
        with tenancy.acting_for(other):
            assert seen() == {other.pk}
            with tenancy.across_tenants("a test"):
                assert seen() >= {one.pk, other.pk}
                assert tenancy.current_tenant() is None
            assert seen() == {other.pk}
        assert seen() == {one.pk}
        assert tenancy.current_tenant() == one.pk


@pytest.mark.proves("3.4")
def test_a_rolled_back_scope_puts_back_what_was(two):
    one, other = two
    with tenancy.acting_for(one):
        with pytest.raises(ZeroDivisionError), tenancy.acting_for(other):
            raise ZeroDivisionError
        assert seen() == {one.pk}
        with pytest.raises(ProgrammingError), tenancy.acting_for(other):
            list(Tenant.objects.raw("SELECT nonsense"))
        assert seen() == {one.pk}
        assert tenancy.current_tenant() == one.pk


@pytest.mark.proves("3.4")
def test_a_scope_inside_a_bare_transaction_closes_with_its_savepoint(two):
    with transaction.atomic():
        with tenancy.acting_for(two[0]):
            assert seen() == {two[0].pk}
        assert settings_now() == CLOSED
        with pytest.raises(ProgrammingError), transaction.atomic():
            seen()
        with pytest.raises(ZeroDivisionError), tenancy.across_tenants("a test"):
            raise ZeroDivisionError
        assert settings_now() == CLOSED


def test_a_scope_is_a_transaction_that_commits_or_does_not(two):
    def fail():
        with tenancy.acting_for(two[0]):
            Tenant.objects.update(name="Never")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with tenancy.acting_for(two[0]):
        assert Tenant.objects.get().name == two[0].name
        Tenant.objects.update(name="Kept")
    with tenancy.acting_for(two[0]):
        assert Tenant.objects.get().name == "Kept"


def test_the_same_scope_again_asks_the_database_nothing(two, django_assert_num_queries):
    with (
        tenancy.acting_for(two[0]),
        django_assert_num_queries(2),  # a savepoint and its release
        tenancy.acting_for(two[0]),
    ):
        pass


def test_opening_a_scope_is_one_statement(two, django_assert_num_queries):
    connection.ensure_connection()
    with django_assert_num_queries(3), tenancy.acting_for(two[0]):  # begin, the scope, commit
        pass


def test_each_thread_has_a_scope_of_its_own(two):
    others = []

    def look():
        others.append(tenancy.current_tenant())
        connections.close_all()

    with tenancy.acting_for(two[0]):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert others == [None]


def test_seeing_all_tenants_needs_a_reason(committing):
    with pytest.raises(ValueError, match="why"), tenancy.across_tenants(""):
        pass


class LockError(OperationalError):
    def __init__(self, code):
        super().__init__("a lock error")
        self.__cause__ = Coded(code)


class Coded(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.pgcode = code


@pytest.mark.proves("3.2")
@pytest.mark.parametrize("code", ["40P01", "40001", "55P03"])
def test_a_step_that_lost_to_a_lock_is_done_again_five_times_at_most(code, monkeypatch):
    monkeypatch.setattr(tenancy, "PAUSE_SECONDS", 0)
    tries = []

    def step():
        tries.append(1)
        if len(tries) < tenancy.ATTEMPTS:
            raise LockError(code)
        return "done"

    assert tenancy.retrying(step) == "done"
    assert len(tries) == 5

    tries.clear()

    def hopeless():
        tries.append(1)
        raise LockError(code)

    with pytest.raises(LockError):
        tenancy.retrying(hopeless)
    assert len(tries) == 5


def test_what_is_no_lock_error_is_not_tried_again():
    tries = []

    def step():
        tries.append(1)
        raise LockError("23505")

    with pytest.raises(LockError):
        tenancy.retrying(step)
    assert len(tries) == 1
