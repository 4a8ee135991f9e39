"""How programs sign in, what they may send, how lists are paged and how refusals are answered."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from config.errors import PROBLEM, problem
from config.paging import Cursor
from config.strict_json import StrictJSONParser
from core.api import scopes
from core.domain import people
from core.models import ApiToken, User
from locations import access

if TYPE_CHECKING:  # the framework reads this module while it builds its own views
    from rest_framework.views import APIView

__all__ = [
    "BrowserAuthentication",
    "Cursor",
    "IsMember",
    "StrictJSONParser",
    "TokenAuthentication",
    "answer_refusal",
]


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer srt_…`: the token's own user, and the token as `request.auth`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = people.token_for(text.strip(), at=timezone.now())
        if token is None:
            raise exceptions.AuthenticationFailed("This token is not known, revoked or expired.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BrowserAuthentication(SessionAuthentication):
    """The session of a person in a browser; writes need the CSRF token."""


class IsMember(BasePermission):
    """Members of the chain only; to all others it is not there. A token also needs a scope.

    A view names it in `scope`, or one for each method in `scopes`. A token is refused where none
    is named.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return False  # answered 401, whether or not there is such a chain
        tenant = getattr(request, "tenant", None)
        if tenant is None or access.membership_of(request.user) is None:
            raise exceptions.NotFound
        if isinstance(request.auth, ApiToken):
            if request.auth.tenant_id != tenant.pk:
                raise exceptions.NotFound
            scope = _scope_of(view, request.method or "")
            if scope != scopes.ANY:
                scopes.require_scope(request, scope)
        return True


def _scope_of(view: APIView, method: str) -> str:
    scopes = getattr(view, "scopes", {})
    return str(scopes.get(method) or getattr(view, "scope", "") or "none")


def answer_refusal(refusal: Exception, context: Mapping[str, Any]) -> Response | None:
    """A refusal as problem+json; None for what is no refusal but a fault of ours."""
    if isinstance(refusal, Http404):
        refusal = exceptions.NotFound()
    elif isinstance(refusal, DjangoPermissionDenied):
        refusal = exceptions.PermissionDenied(str(refusal) or None)
    if isinstance(refusal, DjangoValidationError):
        return _answer_rule(refusal)
    if isinstance(refusal, exceptions.ValidationError):
        return _problem(400, "invalid", "Some values are not usable.", errors=refusal.detail)
    if isinstance(refusal, exceptions.APIException):
        return _answer_api(refusal)
    return None


def _answer_rule(refusal: DjangoValidationError) -> Response:
    if hasattr(refusal, "error_dict"):
        errors = refusal.message_dict
        return _problem(400, "invalid", "Some values are not usable.", errors=errors)
    detail = " ".join(refusal.messages)
    shortfalls = getattr(refusal, "shortfalls", None)
    extra = {"shortfalls": shortfalls} if shortfalls else {}
    return _problem(409, getattr(refusal, "code", None) or "refused", detail, **extra)


def _answer_api(refusal: exceptions.APIException) -> Response:
    code = refusal.get_codes()
    response = _problem(
        refusal.status_code, code if isinstance(code, str) else "refused", str(refusal.detail)
    )
    header = getattr(refusal, "auth_header", None)
    if header:
        response.headers["WWW-Authenticate"] = header
    wait = getattr(refusal, "wait", None)
    if wait:
        response.headers["Retry-After"] = str(math.ceil(wait))
    return response


def _problem(status: int, code: str, detail: str, **extra: Any) -> Response:
    body = problem(status=status, code=code, detail=detail, **extra)
    return Response(body, status=status, content_type=PROBLEM)
