"""The one door to permissions: who may do what, where. Read anew at every request and task."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from guardian.shortcuts import get_objects_for_user

from core.models import User
from locations.models import Location, Membership
from locations.roles import FOR_TENANT, Permission, TenantPermission


def membership_of(user: User | AnonymousUser) -> Membership | None:
    """What the user is in the tenant acted for; None for a stranger."""
    if not isinstance(user, User) or not user.is_active:
        return None
    return Membership.objects.filter(user=user).select_related("tenant").first()


def locations_where(user: User | AnonymousUser, permission: Permission) -> QuerySet[Location]:
    """The locations of the tenant acted for where the user holds the permission."""
    if membership_of(user) is None:
        return Location.objects.none()
    return get_objects_for_user(
        user,
        permission.value,
        klass=Location,
        use_groups=False,
        with_superuser=False,
        accept_global_perms=False,
    )


def can(user: User | AnonymousUser, permission: Permission, location: Location) -> bool:
    return locations_where(user, permission).filter(pk=location.pk).exists()


def require(user: User | AnonymousUser, permission: Permission, location: Location) -> User:
    """The actor, who holds the permission there. Raises PermissionDenied."""
    if not isinstance(user, User) or not can(user, permission, location):
        raise PermissionDenied(f"You may not {permission.label} at {location.name}.")
    return user


def can_in_tenant(user: User | AnonymousUser, permission: TenantPermission) -> bool:
    membership = membership_of(user)
    return membership is not None and permission in FOR_TENANT[membership.role]


def require_in_tenant(user: User | AnonymousUser, permission: TenantPermission) -> User:
    """The actor, who holds the permission for the whole chain. Raises PermissionDenied."""
    if not isinstance(user, User) or not can_in_tenant(user, permission):
        raise PermissionDenied(f"You may not {permission.label}.")
    return user
