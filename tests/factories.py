"""Plain functions that make believable rows, for the tenant acted for."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core import tenancy
from core.models import Tenant, User
from inventory.domain import ledger
from inventory.domain.ledger import Kind, Move
from inventory.models import Category, Item, Product, Unit
from locations.domain import memberships
from locations.models import Location
from locations.roles import Role

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
_numbers = itertools.count(1)


def make_tenant(**fields: Any) -> Tenant:
    number = next(_numbers)
    defaults = {
        "name": f"Chain {number}",
        "slug": f"chain-{number}-{id(fields)}",
        "currency": "AUD",
    }
    with tenancy.across_tenants("a test's tenant"):
        return Tenant.objects.create(**{**defaults, **fields})


def make_user(**fields: Any) -> User:
    number = next(_numbers)
    defaults = {"email": f"person-{number}-{id(fields)}@example.com", "name": f"Person {number}"}
    with tenancy.across_tenants("a test's person"):
        return User.objects.create_user(**{**defaults, **fields})


def make_member(
    role: str = "MANAGER", locations: list[Location] | None = None, **fields: Any
) -> User:
    user = make_user(**fields)
    memberships.grant(user=user, role=Role(role), actor=user, locations=locations)
    return user


def make_tenant_with_owner(**fields: Any) -> User:
    """The owner of a new chain, outside any scope."""
    with tenancy.acting_for(make_tenant(**fields)):
        return make_member(role="OWNER")


def make_location(**fields: Any) -> Location:
    number = next(_numbers)
    defaults = {
        "code": f"store-{number}",
        "name": f"Store {number}",
        "time_zone": "Australia/Melbourne",
    }
    return Location.objects.create(tenant_id=tenancy.acting_tenant(), **{**defaults, **fields})


def make_item(**fields: Any) -> Item:
    number = next(_numbers)
    tenant = tenancy.acting_tenant()
    unit, _ = Unit.objects.get_or_create(tenant_id=tenant, code="each", defaults={"name": "each"})
    category = fields.pop("category", None)
    if isinstance(category, str):
        category, _ = Category.objects.get_or_create(tenant_id=tenant, name=category)
    name = fields.pop("name", f"Item {number}")
    product = Product.objects.create(tenant_id=tenant, name=name, category=category)
    defaults = {"sku": f"SKU-{number}", "unit": unit}
    return Item.objects.create(
        tenant_id=tenant, product=product, name=name, **{**defaults, **fields}
    )


def post(
    kind: Kind,
    *moves: tuple[Any, ...],
    actor: User | None = None,
    key: str = "",
    at: datetime = NOON,
) -> Any:
    """`post(Kind.SALE, (item, -2, shop))`; a fourth value is the unit cost."""
    return ledger.post(
        kind=kind,
        moves=[
            Move(place.pk, item.pk, Decimal(quantity), *map(Decimal, cost))
            for item, quantity, place, *cost in moves
        ],
        actor=actor or make_user(),
        effective_at=at,
        key=key or f"test:{next(_numbers)}",
    )
