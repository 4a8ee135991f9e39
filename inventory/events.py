"""What the outbox tells of stock."""

from __future__ import annotations

# One message per location and transaction. Payload: location (id), after and seq (every change
# after `after`, up to `seq`), rows: item, on_hand, reserved, available (decimal strings), version.
STOCK_CHANGED = "stock.changed"
