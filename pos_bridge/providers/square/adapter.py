"""Square: thin events that name an order, and answers that hold it. Pure reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pos_bridge.providers import decimals, identities, payload, signatures
from pos_bridge.providers.base import (
    Account,
    Capabilities,
    Client,
    Fetch,
    Identity,
    PayloadKind,
    Reading,
    StockHint,
    UnreadablePayload,
    Webhook,
)
from pos_bridge.providers.payload import Node
from pos_bridge.providers.square.orders import order_version

SIGNATURE = "x-square-hmacsha256-signature"


class Square:
    name = "square"
    title = "Square"
    max_body = 1024 * 1024
    capabilities = Capabilities(
        pushes_sales=True,  # payment.* of the till; order.* only for orders made by API
        polls_sales=True,
        stock_push="absolute",
        states_restock=False,
        has_locations=True,
    )

    def verify(self, webhook: Webhook, secrets: Sequence[str]) -> None:
        signatures.check_hmac(
            given=webhook.headers.get(SIGNATURE, ""),
            message=webhook.url.encode() + webhook.body,
            secrets=secrets,
        )

    def identify(self, webhook: Webhook) -> Identity:
        try:
            return _event_identity(payload.load_object(webhook.body), webhook.body)
        except UnreadablePayload:
            return identities.of_bytes(webhook.body)

    def read(self, body: bytes, kind: PayloadKind = "webhook") -> Reading:
        document = payload.load_object(body)
        if kind == "webhook":
            return _read_event(document, _event_identity(document, body))
        return _read_answer(document, identities.of_bytes(body, event_type="answer"))

    def connect(self, account: Account) -> Client:
        # Reading is what every process does; the HTTP side is loaded by those that ask.
        from pos_bridge.providers.square.client import SquareClient  # noqa: PLC0415 -- half a second

        return SquareClient(account, read=self.read)


def _event_identity(event: Node, body: bytes) -> Identity:
    # The published refund.created and refund.updated share an event id, so the type counts too.
    kind, merchant = event.id("type"), event.maybe_id("merchant_id")
    event_id = event.maybe_id("event_id")
    if event_id is None:
        return identities.of_bytes(body, merchant=merchant, event_type=kind)
    return identities.of_parts(kind, event_id, merchant=merchant, event_type=kind)


def _read_event(event: Node, identity: Identity) -> Reading:
    make = EVENTS.get(identity.event_type)
    if make is None:
        return Reading(identity, "ignored")
    reading = make(event.node("data").node("object"), identity)
    return replace(reading, location=reading.location or event.maybe_id("location_id"))


def _read_answer(answer: Node, identity: Identity) -> Reading:
    if answer.has("idempotency_key"):  # a request of ours, kept beside its answer
        return Reading(identity, "ignored")
    for field, make in ANSWERS.items():
        if answer.has(field):
            return make(answer, identity)
    if answer.has("id", "location_id", "state"):
        return _orders([answer], identity)
    return Reading(identity, "ignored")


# What an event or an answer says: each takes the object around the named field.


def _payment(around: Node, identity: Identity) -> Reading:
    return _when_completed(around.node("payment"), identity)


def _refund(around: Node, identity: Identity) -> Reading:
    return _when_completed(around.node("refund"), identity)


def _when_completed(money: Node, identity: Identity) -> Reading:
    """Money that moved means the order has changed; money still on its way says nothing yet."""
    order = money.maybe_id("order_id")
    done = money.word("status") == "COMPLETED" and order is not None
    fetches = (Fetch("order", order),) if done and order else ()
    return Reading(identity, location=money.maybe_id("location_id"), fetches=fetches)


def _order_named(around: Node, identity: Identity) -> Reading:
    named = around.node(identity.event_type.replace(".", "_"))
    return Reading(
        identity,
        location=named.maybe_id("location_id"),
        fetches=(Fetch("order", named.id("order_id")),),
    )


def _catalog(around: Node, identity: Identity) -> Reading:
    return Reading(identity, fetches=(Fetch("catalog", ""),))


def _event_counts(around: Node, identity: Identity) -> Reading:
    return _hinted(_counted(around.nodes("inventory_counts")), identity)


def _answer_counts(around: Node, identity: Identity) -> Reading:
    return _hinted(_counted(around.nodes("counts")), identity)


def _physical_count(around: Node, identity: Identity) -> Reading:
    return _hinted(_counted(iter([around.node("count")])), identity)


def _changes(around: Node, identity: Identity) -> Reading:
    return _hinted(_changed(around.nodes("changes")), identity)


def _one_order(around: Node, identity: Identity) -> Reading:
    return _orders([around.node("order")], identity)


def _many_orders(around: Node, identity: Identity) -> Reading:
    return _orders(list(around.nodes("orders")), identity)


def _entries(around: Node, identity: Identity) -> Reading:
    entries = list(around.nodes("order_entries"))
    return Reading(
        identity,
        location=_only(entry.maybe_id("location_id") for entry in entries),
        fetches=tuple(Fetch("order", entry.id("order_id")) for entry in entries),
    )


EVENTS: dict[str, Callable[[Node, Identity], Reading]] = {
    "payment.created": _payment,
    "payment.updated": _payment,
    "refund.created": _refund,
    "refund.updated": _refund,
    "order.created": _order_named,
    "order.updated": _order_named,
    "order.fulfillment.updated": _order_named,
    "inventory.count.updated": _event_counts,
    "catalog.version.updated": _catalog,
}

ANSWERS: dict[str, Callable[[Node, Identity], Reading]] = {
    "order": _one_order,
    "orders": _many_orders,
    "order_entries": _entries,
    "payment": _payment,
    "refund": _refund,
    "counts": _answer_counts,
    "count": _physical_count,
    "changes": _changes,
}


def _orders(found: list[Node], identity: Identity) -> Reading:
    orders = tuple(order_version(order) for order in found)
    if len(found) == 1:
        version = found[0].maybe_integer("version") or found[0].word("updated_at")
        identity = identities.of_parts("order", orders[0].order, str(version), event_type="order")
    return Reading(identity, location=_only(order.location for order in orders), orders=orders)


def _hinted(hints: Iterator[StockHint], identity: Identity) -> Reading:
    found = tuple(hints)
    return Reading(identity, location=_only(hint.location for hint in found), stock_hints=found)


def _counted(counts: Iterator[Node]) -> Iterator[StockHint]:
    for count in counts:
        if count.word("state") == "IN_STOCK":
            yield StockHint(
                item=count.id("catalog_object_id"),
                location=count.id("location_id"),
                quantity=decimals.signed_quantity(count.raw("quantity")),
            )


def _changed(changes: Iterator[Node]) -> Iterator[StockHint]:
    """A physical count says how many there are; an adjustment only that they are others now."""
    for change in changes:
        if (counted := change.maybe_node("physical_count")) is not None:
            yield from _counted(iter([counted]))
        elif (adjusted := change.maybe_node("adjustment")) is not None:
            item = adjusted.id("catalog_object_id")
            decimals.quantity(adjusted.raw("quantity"))
            for location in _adjusted_locations(adjusted):
                yield StockHint(item=item, location=location, quantity=None)


def _adjusted_locations(adjusted: Node) -> list[str]:
    """Where the shelf changed. Until July 2026 an adjustment had one location_id for both ends."""
    both = adjusted.maybe_id("location_id")
    ends = [
        adjusted.maybe_id(f"{end}_location_id") or both
        for end in ("from", "to")
        if adjusted.word(f"{end}_state") == "IN_STOCK"
    ]
    return list(dict.fromkeys(location for location in ends if location))


def _only(locations: Iterator[str | None]) -> str | None:
    """The location they all name, if it is one."""
    named = set(locations)
    return named.pop() if len(named) == 1 else None
