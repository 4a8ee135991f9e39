"""Whose places a person may look at, before and after the chain is known."""

from __future__ import annotations

from django.db.models import QuerySet

from core.models import Tenant, User
from locations import access
from locations.models import Location, Membership
from locations.roles import FOR_TENANT, Permission, TenantPermission

FIRST = (Location.Kind.STORE, Location.Kind.WAREHOUSE, Location.Kind.TRANSIT)


def chains_of(user: User) -> list[Tenant]:
    """The chains the user is a member of, by name. To be asked across tenants."""
    return list(Tenant.objects.filter(pk__in=_memberships(user).values("tenant")))


def chains_where(user: User, permission: TenantPermission) -> list[Tenant]:
    """The chains where the user's role holds the permission. To be asked across tenants."""
    roles = [role for role, held in FOR_TENANT.items() if permission in held]
    mine = _memberships(user).filter(role__in=roles)
    return list(Tenant.objects.filter(pk__in=mine.values("tenant")))


def places_seen_by(user: User) -> list[Location]:
    """The open locations whose stock the user may see: stores, warehouses, the way between."""
    seen = access.locations_where(user, Permission.VIEW_STOCK).filter(closed_at=None)
    return sorted(seen, key=lambda place: (FIRST.index(Location.Kind(place.kind)), place.name))


def _memberships(user: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user=user)
