"""What a token may be used for. It needs the scope, and its user the right."""

from __future__ import annotations

from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from core.models import ApiToken

ANY = "*"  # of views that show a caller only what is its own


def has_scope(request: Request, scope: str) -> bool:
    """Whether the way of signing in covers it. A person's session covers all the person may do."""
    return not isinstance(request.auth, ApiToken) or scope in request.auth.scopes


def require_scope(request: Request, scope: str) -> None:
    """Raises PermissionDenied when the request came with a token that lacks the scope."""
    if not has_scope(request, scope):
        raise PermissionDenied(f"This token lacks the scope {scope}.")
