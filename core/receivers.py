"""Rings for the relay when something was put into the outbox: news need not wait for beat."""

from __future__ import annotations

from django.db.models.signals import post_save
from django.dispatch import receiver

from core.models import OutboxMessage
from core.nudge import nudge
from core.signals import outbox_filled
from core.tasks import relay_outbox


@receiver(post_save, sender=OutboxMessage)
@receiver(outbox_filled)
def relay_after_commit(**_: object) -> None:
    nudge(relay_outbox)
