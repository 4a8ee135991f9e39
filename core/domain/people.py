"""Who acts: signing in, service users, and the tokens programs sign in with."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q
from django.http import HttpRequest

from core import tenancy
from core.models import ApiToken, Tenant, User

TOKEN_PREFIX = "srt_"  # noqa: S105 -- so that scanners find a leaked one
USED_EVERY = timedelta(minutes=1)


class SignIn(ModelBackend):
    """E-mail and password. Looks across tenants, for nobody is known yet."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        with tenancy.across_tenants("sign-in"):
            return super().authenticate(request, username=username, password=password, **kwargs)

    def get_user(self, user_id: int) -> User | None:
        with tenancy.across_tenants("sign-in"):
            return super().get_user(user_id)

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and user.kind == User.Kind.PERSON

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Never: rights are held on locations, not on the whole site."""
        return False


class NewToken(NamedTuple):
    token: ApiToken
    text: str  # shown once


def service_user(*, tenant: Tenant, name: str, purpose: str) -> User:
    """A user that cannot sign in, to be the actor of a token, terminal or connection."""
    address = f"{purpose}.{secrets.token_hex(8)}@{tenant.slug}.service.invalid"
    with tenancy.across_tenants("people"):
        return User.objects.create_user(address, name=name, kind=User.Kind.SERVICE)


def issue_token(
    *,
    tenant: Tenant,
    name: str,
    user: User,
    scopes: Sequence[str],
    actor: User | None,
    expires_at: datetime | None = None,
) -> NewToken:
    """Make a token acting as `user`. Its text is in the answer and nowhere else."""
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        tenant=tenant,
        user=user,
        name=name,
        prefix=text[:10],
        digest=_digest(text),
        scopes=list(scopes),
        created_by=actor,
        expires_at=expires_at,
    )
    return NewToken(token, text)


def token_for(text: str, *, at: datetime) -> ApiToken | None:
    """The live token with this text, its user loaded; None when unknown, revoked or expired."""
    with tenancy.across_tenants("token"):
        token = (
            ApiToken.objects.select_related("user", "tenant")
            .filter(digest=_digest(text), revoked_at=None, user__is_active=True)
            .filter(Q(expires_at=None) | Q(expires_at__gt=at))
            .first()
        )
        if token and (token.last_used_at is None or at - token.last_used_at > USED_EVERY):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
        return token


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
