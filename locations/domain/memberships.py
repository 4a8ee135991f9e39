"""Granting and revoking access. A role's permissions become rows on each of its locations."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Permission as DjangoPermission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction

from core import tenancy
from core.domain import audit, outbox
from core.models import User
from locations.events import ACCESS_CHANGED
from locations.models import Location, LocationUserPermission, Membership
from locations.roles import AT_LOCATION, Role


class LastOwner(ValidationError):
    """Refused: a chain without an owner could not be managed by anybody."""


@transaction.atomic
def grant(
    *,
    user: User,
    role: Role,
    actor: User,
    locations: Iterable[Location] | None = None,
) -> Membership:
    """Make the user a member with this role at these locations (None: at all, also later ones).

    Replaces what the user had. Open sockets hear of it at once. Raises LastOwner.
    """
    if role != Role.OWNER:
        _keep_an_owner(user)
    everywhere = locations is None
    places = list(Location.objects.all() if locations is None else locations)
    membership, _ = Membership.objects.update_or_create(
        tenant_id=tenancy.acting_tenant(),
        user=user,
        defaults={"role": role, "has_all_locations": everywhere},
    )
    _replace_rows(user, role, places)
    audit.record(
        actor=actor,
        action="membership.granted",
        target=f"user:{user.pk}",
        role=role,
        locations="all" if everywhere else sorted(place.code for place in places),
    )
    outbox.put(ACCESS_CHANGED, user=user.pk)
    return membership


@transaction.atomic
def revoke(*, user: User, actor: User) -> None:
    """Take away all access to the tenant acted for; open sockets are cut. Raises LastOwner."""
    _keep_an_owner(user)
    LocationUserPermission.objects.filter(user=user).delete()
    Membership.objects.filter(user=user).delete()
    audit.record(actor=actor, action="membership.revoked", target=f"user:{user.pk}")
    outbox.put(ACCESS_CHANGED, user=user.pk)


def extend_to(location: Location) -> None:
    """Give everyone who has all locations their permissions at a new one."""
    for membership in Membership.objects.filter(has_all_locations=True).select_related("user"):
        _add_rows(membership.user, Role(membership.role), [location])
        outbox.put(ACCESS_CHANGED, user=membership.user_id)


def _keep_an_owner(user: User) -> None:
    owners = Membership.objects.select_for_update().filter(role=Role.OWNER)
    holders = {membership.user_id for membership in owners}
    if holders == {user.pk}:
        raise LastOwner(
            "This is the last owner: make somebody else owner first.", code="last_owner"
        )


def _replace_rows(user: User, role: Role, places: list[Location]) -> None:
    LocationUserPermission.objects.filter(user=user).delete()
    _add_rows(user, role, places)


def _add_rows(user: User, role: Role, places: list[Location]) -> None:
    permissions = DjangoPermission.objects.filter(
        content_type=ContentType.objects.get_for_model(Location),
        codename__in=[permission.value for permission in AT_LOCATION[role]],
    )
    LocationUserPermission.objects.bulk_create(
        [
            LocationUserPermission(user=user, permission=permission, content_object=place)
            for place in places
            for permission in permissions
        ],
        ignore_conflicts=True,
    )
