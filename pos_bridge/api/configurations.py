"""Connections to till systems, for programs: `/pos/configurations`. Secrets go in and never out."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.versions import Stale, require_version
from core.nudge import nudge
from core.tasks import relay_outbox
from pos_bridge.api.base import TillView, checked
from pos_bridge.api.configuration_values import (
    ConfigurationChangeSerializer,
    ConfigurationCreationSerializer,
    ConfigurationSerializer,
)
from pos_bridge.domain import connections, links
from pos_bridge.domain.connections import StaleVersion
from pos_bridge.models import Connection, LocationLink
from pos_bridge.models.connection import ProviderName
from pos_bridge.tasks import drain_inbox


class ConfigurationFilter(filters.FilterSet):
    pos_system = filters.ChoiceFilter(field_name="provider", choices=ProviderName.choices)
    state = filters.ChoiceFilter(
        choices=Connection.State.choices, help_text="Archived ones are shown only when asked for."
    )

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.form.cleaned_data.get("state"):
            queryset = queryset.exclude(state=Connection.State.ARCHIVED)
        found: QuerySet[Any] = super().filter_queryset(queryset)
        return found


class Configurations(TillView[Connection]):
    """What the views of connections share."""

    serializer_class = ConfigurationSerializer

    def get_queryset(self) -> QuerySet[Connection]:
        location_links = LocationLink.objects.select_related("location").order_by("id")
        return Connection.objects.prefetch_related(
            "merchants", "endpoints", Prefetch("location_links", location_links)
        )

    def answer(self, connection: Connection, status: int = 200) -> Response:
        fresh = self.get_queryset().get(pk=connection.pk)
        response = Response(self.get_serializer(fresh).data, status=status)
        response.headers["ETag"] = f'"{fresh.version}"'
        return response

    def link_locations(self, connection: Connection, wanted: list[dict[str, Any]]) -> None:
        for link in wanted:
            links.link_location(connection=connection, actor=self.actor, **link)
        # What waited for this merchant or location can be worked on now.
        nudge(drain_inbox, connection_id=connection.pk)
        nudge(relay_outbox)


@extend_schema(tags=["tills"])
class ConfigurationList(Configurations, generics.ListAPIView[Connection]):
    """The chain's connections to till systems."""

    filterset_class = ConfigurationFilter
    ordering = ("name", "id")

    @extend_schema(
        summary="Connect a till system",
        request=ConfigurationCreationSerializer,
        responses={201: ConfigurationSerializer},
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Credentials and webhook secrets are sealed at once and never shown again."""
        values = checked(ConfigurationCreationSerializer, request.data)
        location_links = values.pop("location_links", [])
        connection = connections.create(actor=self.actor, **values)
        self.link_locations(connection, location_links)
        return self.answer(connection, 201)


@extend_schema(tags=["tills"])
class ConfigurationDetail(Configurations):
    """One connection."""

    @extend_schema(summary="One connection")
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Its version is also in ETag."""
        return self.answer(self.connection())

    @extend_schema(
        summary="Change a connection",
        request=ConfigurationChangeSerializer,
        responses=ConfigurationSerializer,
    )
    def put(self, request: Request, **kwargs: Any) -> Response:
        """Changes what is named and leaves the rest; secrets not named stay.

        With If-Match it is refused (412) when somebody changed the connection meanwhile.
        """
        return self._change(request)

    @extend_schema(
        summary="Change a connection",
        request=ConfigurationChangeSerializer,
        responses=ConfigurationSerializer,
    )
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """The same as PUT."""
        return self._change(request)

    @extend_schema(
        summary="Remove a connection",
        responses={
            200: OpenApiResponse(
                ConfigurationSerializer, "It has history, so it is kept as archived."
            ),
            204: OpenApiResponse(None, "Nothing ever came through it: it is gone."),
        },
    )
    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Nothing is taken in for it any more. What it posted stays."""
        connection = self.connection()
        if connection.state != Connection.State.ARCHIVED and connections.remove(
            connection=connection, actor=self.actor, at=timezone.now()
        ):
            return Response(status=204)
        return self.answer(connection)

    def _change(self, request: Request) -> Response:
        connection = self.connection()
        if connection.state == Connection.State.ARCHIVED:
            raise Http404  # it can be read, and is changed no more
        values = checked(
            ConfigurationChangeSerializer, request.data, instance=connection, partial=True
        )
        version = values.pop("version", None)
        if request.headers.get("If-Match"):
            require_version(request, connection.version)
            version = connection.version
        location_links = values.pop("location_links", [])
        try:
            changed = connections.change(
                connection=connection, actor=self.actor, version=version, **values
            )
        except StaleVersion as stale:
            raise Stale(stale.message) from stale
        self.link_locations(changed, location_links)
        return self.answer(changed)
