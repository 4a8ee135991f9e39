"""What every endpoint of the API stands on: scopes of tokens, versions of edits, quantities."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.request import Request

from core.models import ApiToken

LARGEST = Decimal(10) ** 9
SCALE = 6


class Stale(APIException):
    """Refused: the thing changed since the caller read it."""

    status_code = 412
    default_code = "stale"
    default_detail = "This changed since you read it. Read it again, then send your change."


class VersionMissing(APIException):
    """Refused: an edit must say which version it is of."""

    status_code = 428
    default_code = "version_missing"
    default_detail = "Send the version you read in If-Match."


def has_scope(request: Request, scope: str) -> bool:
    """Whether the way of signing in covers it. A person's session covers all the person may do."""
    return not isinstance(request.auth, ApiToken) or scope in request.auth.scopes


def require_scope(request: Request, scope: str) -> None:
    """Raises PermissionDenied when the request came with a token that lacks the scope."""
    if not has_scope(request, scope):
        raise PermissionDenied(f"This token lacks the scope {scope}.")


def require_version(request: Request, version: object) -> None:
    """Raises VersionMissing without If-Match, and Stale when it names another version."""
    given = request.headers.get("If-Match", "")
    if not given:
        raise VersionMissing
    if given.removeprefix("W/").strip('"') != str(version):
        raise Stale


class Quantity(serializers.DecimalField):
    """An exact quantity: a string in JSON, without trailing zeros, at most six decimals."""

    def __init__(self, **options: Any) -> None:
        bounds = {"max_value": LARGEST, "min_value": -LARGEST}
        super().__init__(max_digits=19, decimal_places=SCALE, **{**bounds, **options})

    def to_representation(self, value: Any) -> str:
        return plain(Decimal(value))


def plain(value: Decimal) -> str:
    """`12`, `-0.25`, `1200`: no exponent, no trailing zeros, no negative zero."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
