"""The one place that decides which rows a transaction can see.

The login owns nothing and inherits nothing: outside these two doors every query is refused. Role
and tenant are set for the transaction only, and what was set before is put back when a scope ends
inside another or inside a bare transaction, because a released savepoint would keep it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from core.models import Tenant

ONE_TENANT = "storeroom_tenant"
ALL_TENANTS = "storeroom_system"

# Deadlock, serialization failure, lock not available: nothing was written, and once more may do.
LOCK_ERRORS = frozenset({"40P01", "40001", "55P03"})
ATTEMPTS = 5
PAUSE_SECONDS = 0.02  # doubled each time, and a random part of it is waited

Answer = TypeVar("Answer")


class Scope(NamedTuple):
    role: str
    tenant: str  # empty when all are seen


LOGIN_ONLY = Scope("none", "")  # what a transaction sees before any door was opened: nothing


@contextmanager
def acting_for(tenant: Tenant | UUID, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """A transaction in which only one tenant's rows exist. Nests; the outermost commits."""
    key = tenant if isinstance(tenant, UUID) else tenant.pk
    with _scoped(Scope(ONE_TENANT, str(key)), using=using):
        yield


@contextmanager
def across_tenants(why: str, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """A transaction that sees every tenant: to find whose request this is, and for the machinery.

    `why` is for the reader and for the test that lists all callers.
    """
    if not why:
        raise ValueError("Say why all tenants must be seen.")
    with _scoped(Scope(ALL_TENANTS, ""), using=using):
        yield


def retrying(step: Callable[[], Answer]) -> Answer:
    """Run a step that opens its own scope; after a lock error again, ATTEMPTS times at most."""
    for attempt in range(1, ATTEMPTS):
        try:
            return step()
        except DatabaseError as error:
            if code_of(error) not in LOCK_ERRORS:
                raise
        # Jitter: two that met must not meet again.
        time.sleep(random.uniform(0, PAUSE_SECONDS * 2**attempt))  # noqa: S311 -- no secret
    return step()


def code_of(error: BaseException) -> str:
    """PostgreSQL's code of an error; empty when it had no time to give one."""
    return getattr(error.__cause__, "pgcode", None) or ""


def current_tenant(*, using: str = DEFAULT_DB_ALIAS) -> UUID | None:
    """The tenant this transaction acts for; None outside `acting_for`."""
    scope = _scopes(connections[using])[-1:]
    return UUID(scope[0].tenant) if scope and scope[0].tenant else None


def acting_tenant(*, using: str = DEFAULT_DB_ALIAS) -> UUID:
    """The tenant this transaction acts for. Raises LookupError outside `acting_for`."""
    tenant = current_tenant(using=using)
    if tenant is None:
        raise LookupError("This needs one tenant to act for.")
    return tenant


@contextmanager
def _scoped(scope: Scope, *, using: str) -> Iterator[None]:
    connection = connections[using]
    scopes = _scopes(connection)
    former = scopes[-1] if scopes else LOGIN_ONLY if connection.in_atomic_block else None
    with transaction.atomic(using=using):
        if scope != former:
            _set(connection, scope)
        scopes.append(scope)
        try:
            yield
        finally:
            scopes.pop()
        # Not reached when the block raised: then the rolled back savepoint puts it back.
        if former is not None and scope != former and not connection.needs_rollback:
            _set(connection, former)


def _scopes(connection: BaseDatabaseWrapper) -> list[Scope]:
    stack: list[Scope] | None = getattr(connection, "storeroom_scopes", None)
    if stack is None:
        stack = connection.storeroom_scopes = []  # type: ignore[attr-defined]  # lives as long as it
    return stack


def _set(connection: BaseDatabaseWrapper, scope: Scope) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, true), set_config('app.tenant', %s, true)",
            [scope.role, scope.tenant],
        )
