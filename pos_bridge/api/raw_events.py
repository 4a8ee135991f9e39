"""What the till systems sent, for programs, and what became of it."""

from __future__ import annotations

import base64

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers

from pos_bridge.api.base import TillView
from pos_bridge.models import RawEvent, RawEventState
from pos_bridge.models.connection import ProviderName


class RawEventSerializer(serializers.ModelSerializer[RawEventState]):
    id = serializers.IntegerField(source="event_id")
    connection = serializers.IntegerField(source="connection_id", allow_null=True)
    pos_system = serializers.CharField(source="event.provider")
    kind = serializers.CharField(source="event.kind", help_text="webhook, or answer to a question.")
    event_type = serializers.CharField(source="event.event_type")
    dedupe = serializers.CharField(
        source="event.dedupe", help_text="The same event again has the same one."
    )
    received_at = serializers.DateTimeField(source="event.received_at")
    transaction = serializers.IntegerField(allow_null=True, help_text="The order it told of.")
    reason = serializers.CharField(help_text="Why it stands where it does.")
    due_at = serializers.DateTimeField(help_text="When one that waits is tried again.")

    class Meta:
        model = RawEventState
        fields: tuple[str, ...] = (
            "id",
            "connection",
            "pos_system",
            "kind",
            "event_type",
            "dedupe",
            "received_at",
            "state",
            "reason",
            "transaction",
            "attempts",
            "due_at",
        )


class WholeRawEventSerializer(RawEventSerializer):
    body = serializers.SerializerMethodField(
        help_text="As it came, in base64; numbers of cards were taken out before it was kept."
    )

    class Meta(RawEventSerializer.Meta):
        fields = (*RawEventSerializer.Meta.fields, "body")

    def get_body(self, state: RawEventState) -> str:
        return base64.b64encode(bytes(state.event.body)).decode()


class EventFilter(filters.FilterSet):
    connection = filters.NumberFilter(field_name="connection_id")
    pos_system = filters.ChoiceFilter(field_name="event__provider", choices=ProviderName.choices)
    state = filters.MultipleChoiceFilter(choices=RawEventState.State.choices)
    kind = filters.ChoiceFilter(field_name="event__kind", choices=RawEvent.Kind.choices)
    transaction = filters.NumberFilter()
    since = filters.IsoDateTimeFilter(field_name="event__received_at", lookup_expr="gte")


@extend_schema(tags=["tills"], summary="What the till systems sent")
class EventList(TillView[RawEventState], generics.ListAPIView[RawEventState]):
    """Every verified event and what became of it, the newest first."""

    serializer_class = RawEventSerializer
    filterset_class = EventFilter
    ordering = ("-event_id",)

    def get_queryset(self) -> QuerySet[RawEventState]:
        states = RawEventState.objects.select_related("event")
        return states.defer("event__body", "event__headers", "event__fingerprint")


@extend_schema(tags=["tills"], summary="One event with its body")
class EventDetail(TillView[RawEventState], generics.RetrieveAPIView[RawEventState]):
    """An event as it came."""

    serializer_class = WholeRawEventSerializer

    def get_queryset(self) -> QuerySet[RawEventState]:
        return RawEventState.objects.select_related("event")
