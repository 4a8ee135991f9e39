"""Jobs, for whoever asked for them."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers

from core.api import scopes
from core.models import Job


class JobSerializer(serializers.ModelSerializer[Job]):
    class Meta:
        model = Job
        fields = (
            "id",
            "kind",
            "state",
            "done",
            "total",
            "result",
            "problems",
            "created_at",
            "started_at",
            "ended_at",
        )


@extend_schema(tags=["jobs"], summary="How far a job is")
class JobDetail(generics.RetrieveAPIView[Job]):
    """Long work the caller asked for: its progress, its result, what went wrong."""

    scope = scopes.ANY
    serializer_class = JobSerializer

    def get_queryset(self) -> QuerySet[Job]:
        user = self.request.user
        return Job.objects.filter(owner=user) if user.pk else Job.objects.none()
