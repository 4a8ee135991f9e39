"""Asking a till system what it sold, for programs: start it, and how the last one went."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.jobs import JobSerializer
from core.nudge import nudge
from pos_bridge import queries
from pos_bridge.api.base import TillView, checked
from pos_bridge.domain import syncs
from pos_bridge.models import Connection, LocationLink, SyncRun
from pos_bridge.tasks import sync_connection


class NotActive(ValidationError):
    """Refused: the connection is paused or archived."""


class SyncWindow(serializers.Serializer[Any]):
    """From when to when. Left out: since the last time."""

    since = serializers.DateTimeField(required=False, default=None)
    until = serializers.DateTimeField(required=False, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        since, until = attrs["since"], attrs["until"]
        if until and (since is None or since >= until):
            raise serializers.ValidationError({"until": ["Must come after since."]})
        return attrs


class SyncRunSerializer(serializers.ModelSerializer[SyncRun]):
    """One time a till system was asked."""

    job = serializers.IntegerField(source="job_id", allow_null=True)
    seen = serializers.IntegerField(help_text="Orders it answered.")
    new = serializers.IntegerField(help_text="Of these, versions we did not have.")

    class Meta:
        model = SyncRun
        fields = (
            "id",
            "job",
            "state",
            "since",
            "until",
            "seen",
            "new",
            "error",
            "created_at",
            "started_at",
            "ended_at",
        )


class AskedLocationSerializer(serializers.ModelSerializer[LocationLink]):
    location = serializers.CharField(source="location.code")
    polled_until = serializers.DateTimeField(
        allow_null=True, help_text="All it sold up to then has been asked for."
    )

    class Meta:
        model = LocationLink
        fields = ("external_id", "location", "polled_until")


class SyncStatusSerializer(serializers.Serializer[Connection]):
    """How asking a connection's till system goes."""

    configuration = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    pos_system = serializers.CharField(source="provider")
    state = serializers.SerializerMethodField(help_text="Of the newest run; `never` before one.")
    run = SyncRunSerializer(source="newest_run", allow_null=True)
    job = JobSerializer(source="newest_run.job", allow_null=True, default=None)
    locations = AskedLocationSerializer(source="location_links", many=True)
    last_event_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField()

    def get_state(self, connection: Any) -> str:
        return connection.newest_run.state.lower() if connection.newest_run else "never"


@extend_schema(
    tags=["tills"],
    summary="Ask a till system what it sold",
    request=SyncWindow,
    responses={
        202: inline_serializer("SyncStarted", {"job": JobSerializer(), "run": SyncRunSerializer()})
    },
)
class Syncs(TillView[SyncRun]):
    """Queued at once; while one runs, every further request answers that one."""

    serializer_class = SyncRunSerializer

    def post(self, request: Request, **kwargs: Any) -> Response:
        connection = self.connection()
        if connection.state != Connection.State.ACTIVE:
            raise NotActive("This connection is not active.", code="not_active")
        window = checked(SyncWindow, request.data)
        run = syncs.start(connection=connection, actor=self.actor, **window)
        nudge(sync_connection, run_id=run.pk)
        return Response(
            {"job": JobSerializer(run.job).data, "run": SyncRunSerializer(run).data}, status=202
        )


class Statuses(TillView[Connection]):
    """What the views of the state of syncs share."""

    serializer_class = SyncStatusSerializer
    ordering = ("name", "id")

    def get_queryset(self) -> QuerySet[Connection]:
        newest = SyncRun.objects.filter(connection=OuterRef("pk")).order_by("-pk").values("pk")[:1]
        location_links = LocationLink.objects.select_related("location").order_by("id")
        return (
            queries.connections_kept()
            .annotate(newest_run_id=Subquery(newest))
            .prefetch_related(Prefetch("location_links", location_links))
        )

    def with_runs(self, connections: list[Any]) -> list[Any]:
        wanted = [connection.newest_run_id for connection in connections]
        runs = SyncRun.objects.select_related("job").in_bulk([pk for pk in wanted if pk])
        for connection in connections:
            connection.newest_run = runs.get(connection.newest_run_id)
        return connections


@extend_schema(
    tags=["tills"], summary="How the last syncs went", responses=SyncStatusSerializer(many=True)
)
class SyncStatusList(Statuses, generics.ListAPIView[Connection]):
    """Every connection, its newest run and how far each location has been asked."""

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        return self.with_runs(list(super().paginate_queryset(queryset) or []))


@extend_schema(tags=["tills"], summary="How the last sync went")
class SyncStatus(Statuses):
    """One connection's newest run and how far each location has been asked."""

    def get(self, request: Request, **kwargs: Any) -> Response:
        connection = generics.get_object_or_404(self.get_queryset(), pk=kwargs["config_id"])
        return Response(SyncStatusSerializer(self.with_runs([connection])[0]).data)
