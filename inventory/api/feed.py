"""What changed at a location since a change number, for programs that cannot hold a socket."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.places import LOCATION, seen_location
from inventory.queries import feed
from locations.roles import Permission

MOST_CHANGES = 2_000  # an answer; who is further behind reads the levels again


class TooOld(APIException):
    """Refused: too much has changed since, or that number has not come yet."""

    status_code = 410
    default_code = "too_old"
    default_detail = (
        "Too much changed since, or that change has not come yet. Ask without `after` where the"
        " feed stands, read the levels, and go on from there."
    )


class After(serializers.Serializer[Any]):
    after = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1 - MOST_CHANGES,
        help_text="The seq of your last answer. Without it: only where the feed stands.",
    )


class ChangeSerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField(help_text="Its id.")
    on_hand = serializers.CharField()
    reserved = serializers.CharField()
    available = serializers.CharField()
    version = serializers.IntegerField()


class FeedSerializer(serializers.Serializer[Any]):
    location = serializers.CharField()
    after = serializers.IntegerField(allow_null=True)
    seq = serializers.IntegerField(help_text="Send it as `after` next time.")
    rows = ChangeSerializer(many=True, help_text="Each changed level once, as it stands at seq.")


class Feed(APIView):
    """The levels of a location that changed after a change number, up to the newest."""

    scope = Permission.VIEW_STOCK

    @extend_schema(
        tags=["levels"],
        summary="What changed since",
        parameters=[LOCATION, After],
        responses=FeedSerializer,
    )
    def get(self, request: Request, tenant_id: UUID) -> Response:
        location = seen_location(request)
        asked = After(data=request.query_params)
        asked.is_valid(raise_exception=True)
        after = asked.validated_data.get("after")
        answer = {"location": location.code, "after": after}
        if after is None:
            seq = feed.streams([location.pk]).get(location.pk, 0)
            return Response({**answer, "seq": seq, "rows": []})
        state = feed.changes_after(location.pk, after, limit=MOST_CHANGES)
        if state is None:
            raise TooOld
        return Response({**answer, "seq": state.seq, "rows": state.rows})
