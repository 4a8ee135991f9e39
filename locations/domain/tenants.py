"""Beginning a chain: the tenant, its owner, the way between locations, a token for programs."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib.auth.password_validation import validate_password

from core import tenancy
from core.domain import audit, people
from core.models import Tenant, User
from locations.domain import memberships, places
from locations.models import Location
from locations.roles import Permission, Role, TenantPermission


class NewTenant(NamedTuple):
    tenant: Tenant
    owner: User
    token: str


def create(
    *, name: str, slug: str, email: str, password: str, currency: str, time_zone: str
) -> NewTenant:
    """Make a tenant with an owner who can sign in, and a token with every scope.

    Raises ValidationError when the slug is taken or a value is not usable; then nothing is made.
    """
    with tenancy.across_tenants("a new tenant"):
        tenant = Tenant(name=name, slug=slug, currency=currency, time_zone=time_zone)
        tenant.full_clean()
        tenant.save()
        owner = User.objects.filter(email__iexact=email).first()
        if owner is None:
            owner = User(email=email, name=email.split("@", maxsplit=1)[0], is_staff=True)
            validate_password(password, owner)
            owner.set_password(password)
            owner.full_clean()
            owner.save()
        with tenancy.acting_for(tenant):
            audit.record(actor=owner, action="tenant.created", target=f"tenant:{tenant.pk}")
            memberships.grant(user=owner, role=Role.OWNER, actor=owner)
            places.open_location(
                code="in-transit",
                name="In transit",
                kind=Location.Kind.TRANSIT,
                time_zone=time_zone,
                is_sellable=False,
                actor=owner,
            )
            token = _first_token(tenant, owner)
    return NewTenant(tenant, owner, token)


def _first_token(tenant: Tenant, owner: User) -> str:
    user = people.service_user(tenant=tenant, name="First API token", purpose="token")
    memberships.grant(user=user, role=Role.ADMIN, actor=owner)
    made = people.issue_token(
        tenant=tenant,
        name="First API token",
        user=user,
        scopes=[*Permission.values, *TenantPermission.values],
        actor=owner,
    )
    audit.record(actor=owner, action="token.issued", target=f"token:{made.token.pk}")
    return made.text
