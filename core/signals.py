"""What core says inside the process."""

from __future__ import annotations

from django.dispatch import Signal

# The transaction has put a message into the outbox by SQL, which no model hears of.
outbox_filled = Signal()
