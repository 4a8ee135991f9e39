"""The location a query names, as far as the caller may look at it."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from locations import access
from locations.models import Location
from locations.roles import Permission

LOCATION = OpenApiParameter("location", str, required=True, description="A location's code.")


def seen_location(request: Request) -> Location:
    """The location named in the query. Raises ValidationError without one, and Http404."""
    code = request.query_params.get("location", "")
    if not code or "\0" in code:
        raise ValidationError({"location": ["Name a location by its code."]})
    seen = access.locations_where(request.user, Permission.VIEW_STOCK)
    return get_object_or_404(seen, code=code)
