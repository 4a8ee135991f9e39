"""Browsers and programs for tests: signed in, holding a token, counting what a page asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import tenancy
from core.domain import people
from core.models import Tenant, User
from locations.domain import memberships
from locations.models import Location
from locations.roles import Permission, Role, TenantPermission

EVERY_SCOPE = (*Permission.values, *TenantPermission.values)
HTMX = {"HX-Request": "true"}


def browser(user: User, **options: Any) -> Client:
    """A browser in which the user is signed in."""
    client = Client(**options)
    with tenancy.across_tenants("a test signs in"):
        client.force_login(user)
    return client


def program(
    tenant: Tenant,
    *,
    role: str = "ADMIN",
    locations: Sequence[Location] | None = None,
    scopes: Sequence[str] = EVERY_SCOPE,
    **fields: Any,
) -> Client:
    """A program with a token of its own, which is a member of the chain."""
    user = people.service_user(tenant=tenant, name="A program", purpose="token")
    memberships.grant(user=user, role=Role(role), actor=user, locations=locations)
    made = people.issue_token(
        tenant=tenant, name="A program", user=user, scopes=scopes, actor=None, **fields
    )
    return bearer(made.text)


def bearer(text: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {text}"})


def api(tenant: Tenant, path: str) -> str:
    return f"/api/v1/tenants/{tenant.pk}/{path}"


@contextmanager
def asked_of_tables() -> Iterator[list[str]]:
    """The statements that read or write rows: all but those that open and close scopes."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as context:
        yield found
    housekeeping = ("SAVEPOINT", "RELEASE", "ROLLBACK TO", "BEGIN", "COMMIT", "SELECT set_config")
    found += [query["sql"] for query in context if not query["sql"].startswith(housekeeping)]
