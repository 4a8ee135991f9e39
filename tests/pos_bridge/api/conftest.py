"""A program with a token of its own, and a connection it may ask about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from core import tenancy
from core.domain import people
from core.models import Tenant
from locations.domain import memberships
from locations.roles import Permission, Role, TenantPermission
from pos_bridge.domain import connections
from tests import factories

EVERY_SCOPE = (*Permission.values, *TenantPermission.values)
SECRET = "sq0csp-this-must-never-be-shown"


class Program:
    """Speaks to one chain's part of the API."""

    def __init__(self, tenant: Tenant, token: str) -> None:
        self.base = f"/api/v1/tenants/{tenant.pk}"
        self.client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        send = getattr(self.client, method)
        if method == "get":
            return send(self.base + path, body, headers=headers)
        return send(self.base + path, body, format="json", headers=headers)


@pytest.fixture
def program(tenant: Tenant) -> Callable[..., Program]:
    """`program(role="MANAGER", locations=[shop], scopes=[…])`"""

    def make(role: str = "INTEGRATOR", locations: Any = None, scopes: Any = EVERY_SCOPE) -> Program:
        user = people.service_user(tenant=tenant, name="A program", purpose="token")
        memberships.grant(user=user, role=Role(role), actor=user, locations=locations)
        made = people.issue_token(tenant=tenant, name="T", user=user, scopes=scopes, actor=user)
        return Program(tenant, made.text)

    return make


@pytest.fixture
def ask(program: Callable[..., Program]) -> Program:
    return program()


@pytest.fixture
def square(tenant, owner):
    return connections.create(
        provider="square",
        name="Main tills",
        actor=owner,
        merchants=["MERCHANT1"],
        secrets={"access_token": SECRET},
        webhook_secrets=[SECRET + "-webhook"],
    )


@pytest.fixture
def elsewhere():
    """A connection of another chain."""
    other = factories.make_tenant()
    with tenancy.acting_for(other):
        return connections.create(
            provider="square", name="Theirs", actor=factories.make_member("OWNER")
        )
