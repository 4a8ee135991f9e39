"""A reading told plainly: what `manage.py read_payload` prints, for integrators and support."""

from __future__ import annotations

from typing import Any

from pos_bridge.providers import decimals, identities
from pos_bridge.providers.base import (
    OrderState,
    PayloadKind,
    Provider,
    Reading,
    UnreadablePayload,
    Webhook,
)


def read(provider: Provider, body: bytes, kind: PayloadKind | None = None) -> Reading:
    """The reading; without a kind, as a webhook or as the answer it turns out to be.

    Raises UnreadablePayload, without a kind also for an answer that tells us nothing: it could be
    anything.
    """
    if kind is not None:
        return provider.read(body, kind)
    if provider.identify(Webhook(body, {})).event_type:
        return provider.read(body, "webhook")
    answer = provider.read(body, "answer")
    if answer.status == "ignored":
        raise UnreadablePayload("neither a webhook nor an answer we use")
    return answer


def of_reading(reading: Reading) -> dict[str, Any]:
    """The reading as JSON takes it. Movements are what has moved: of completed orders only."""
    identity = reading.identity
    return {
        "status": reading.status,
        "dedupe": list(identity.parts) or [identity.dedupe],
        "merchant": identity.merchant,
        "location": reading.location,
        "fetch": [str(wanted) for wanted in reading.fetches],
        "movements": [
            {
                "kind": str(line.kind),
                "item": line.item,
                "quantity": decimals.plain(line.quantity),
                "location": order.location,
            }
            for order in reading.orders
            if order.state is OrderState.COMPLETED
            for line in order.lines
        ],
        "stock_hints": [
            {
                "item": hint.item,
                "location": hint.location or None,
                "quantity": None if hint.quantity is None else decimals.plain(hint.quantity),
            }
            for hint in reading.stock_hints
        ],
    }


def of_unreadable(body: bytes) -> dict[str, Any]:
    """The same shape for bytes that say nothing."""
    return {
        "status": "unreadable",
        "dedupe": [identities.fingerprint(body)],
        "merchant": None,
        "location": None,
        "fetch": [],
        "movements": [],
        "stock_hints": [],
    }


def as_text(told: dict[str, Any]) -> str:
    """The same for a person to read, a line for each thing."""
    lines = [
        f"status    {told['status']}",
        f"dedupe    {' · '.join(told['dedupe'])}",
        f"merchant  {told['merchant'] or 'not said'}",
        f"location  {told['location'] or 'not said'}",
    ]
    lines += [f"fetch     {wanted}" for wanted in told["fetch"]]
    for moved in told["movements"]:
        item, where = moved["item"] or "an open amount", moved["location"] or "not said"
        lines.append(f"{moved['kind']:<9} {moved['quantity']} of {item} at {where}")
    for hint in told["stock_hints"]:
        quantity = hint["quantity"] if hint["quantity"] is not None else "an unsaid number"
        lines.append(f"stock     {quantity} of {hint['item']} at {hint['location'] or 'not said'}")
    return "\n".join(lines)
