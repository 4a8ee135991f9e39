"""Bringing people and programs into a chain, and showing programs out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from core import tenancy
from core.domain import audit, people
from core.domain.people import NewToken
from core.models import ApiToken, Tenant, User
from locations.domain import memberships
from locations.models import Location, Membership
from locations.roles import Role


class AlreadyRevoked(ValidationError):
    """Refused: the token is revoked."""


@transaction.atomic
def bring_in(
    *,
    email: str,
    name: str,
    password: str,
    role: Role,
    actor: User,
    locations: Iterable[Location] | None = None,
) -> Membership:
    """Make somebody a member. One who has no account yet gets one with this password.

    Raises ValidationError when there is no account and the password or name is not usable.
    """
    with tenancy.across_tenants("whether this person has an account"):
        user = User.objects.filter(email__iexact=email, kind=User.Kind.PERSON).first()
        if user is None:
            user = User(email=User.objects.normalize_email(email), name=name)
            validate_password(password, user)
            user.set_password(password)
            user.full_clean()
            user.save()
    return memberships.grant(user=user, role=role, actor=actor, locations=locations)


@transaction.atomic
def issue_token(
    *,
    name: str,
    role: Role,
    scopes: Sequence[str],
    actor: User,
    locations: Iterable[Location] | None = None,
    expires_at: datetime | None = None,
) -> NewToken:
    """Make a token with a user of its own, who has this role. Its text is shown once."""
    tenant = Tenant.objects.get(pk=tenancy.acting_tenant())
    user = people.service_user(tenant=tenant, name=name, purpose="token")
    memberships.grant(user=user, role=role, actor=actor, locations=locations)
    made = people.issue_token(
        tenant=tenant, name=name, user=user, scopes=scopes, actor=actor, expires_at=expires_at
    )
    audit.record(
        actor=actor,
        action="token.issued",
        target=f"token:{made.token.pk}",
        role=role,
        scopes=list(scopes),
    )
    return made


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: User, at: datetime) -> None:
    """From now on the token is nobody's. Raises AlreadyRevoked."""
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        raise AlreadyRevoked(f"{token.name} is revoked already.", code="already_revoked")
    audit.record(actor=actor, action="token.revoked", target=f"token:{token.pk}")
