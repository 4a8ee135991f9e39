"""Whether webhooks of a till system are taken in: yes or no for strangers, figures for members."""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import tenancy
from core.api.scopes import require_scope
from core.models import ApiToken, Tenant
from locations import access
from locations.roles import TenantPermission
from pos_bridge import queries
from pos_bridge.providers import PROVIDERS

NEEDED = TenantPermission.VIEW_CONNECTIONS


class WebhookHealth(serializers.Serializer[Any]):
    """`status` for everybody; the rest for members of a chain, about its own events."""

    status = serializers.ChoiceField(["up", "down"])
    connections = serializers.IntegerField(required=False)
    events = serializers.DictField(child=serializers.IntegerField(), required=False)
    last_event_at = serializers.DateTimeField(required=False, allow_null=True)
    lag_seconds = serializers.FloatField(
        required=False, help_text="How long the oldest event that is not worked on has waited."
    )
    unmapped_lines = serializers.IntegerField(required=False)


class WebhookStatus(APIView):
    """Open to all, as till systems and monitors ask without a name."""

    permission_classes = [AllowAny]

    @extend_schema(
        tags=["webhooks"],
        summary="Whether webhooks are taken in",
        parameters=[
            OpenApiParameter(
                "tenant", str, description="A chain's slug, for the figures; a token knows its own."
            )
        ],
        responses={
            200: WebhookHealth,
            503: OpenApiResponse(WebhookHealth, "The database does not answer."),
        },
    )
    def get(self, request: Request, pos_system: str) -> Response:
        """`up` when an event would be kept now."""
        if pos_system not in PROVIDERS:
            raise NotFound
        try:
            return Response({"status": "up", **_figures(request, pos_system)})
        except (DatabaseError, InterfaceError):
            return Response({"status": "down"}, status=503)


def _figures(request: Request, pos_system: str) -> dict[str, Any]:
    with tenancy.across_tenants("whose figures are asked for"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        tenant = _tenant(request)
    if tenant is None:
        return {}
    require_scope(request, NEEDED)
    with tenancy.acting_for(tenant):
        if access.membership_of(request.user) is None:
            raise NotFound
        access.require_in_tenant(request.user, NEEDED)
        return queries.health(pos_system)


def _tenant(request: Request) -> Tenant | None:
    """The chain whose figures are asked for; None when nobody asks for any."""
    slug = request.query_params.get("tenant")
    if isinstance(request.auth, ApiToken):
        own: Tenant = request.auth.tenant
        if slug and slug != own.slug:
            raise NotFound
        return own
    if not slug or not request.user.is_authenticated:
        return None
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise NotFound
    return tenant
