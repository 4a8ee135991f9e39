"""What a person does about events that came to rest: try them again."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models.functions import Now

from core.domain import audit
from core.models import User
from pos_bridge.models import RawEventState

State = RawEventState.State

AT_REST = (State.DEAD, State.HELD)


@transaction.atomic
def try_again(*, events: Collection[int], actor: User) -> set[int]:
    """Let dead and held events be worked on as if they had just come. Answers whom to ring for.

    A held one is held again unless its connection's `oldest_days` now reaches back to it. Events
    in any other state stay as they are.
    """
    resting = RawEventState.objects.select_for_update().filter(
        event__in=events, state__in=AT_REST, connection__isnull=False
    )
    found = list(resting.order_by("event_id"))
    for event in found:
        audit.record(
            actor=actor,
            action="event.tried_again",
            target=f"event:{event.pk}",
            was=event.state,
            reason=event.reason,
        )
    RawEventState.objects.filter(pk__in=[event.pk for event in found]).update(
        state=State.PENDING, attempts=0, due_at=Now(), lease_until=None, reason=""
    )
    return {event.connection_id for event in found if event.connection_id is not None}
