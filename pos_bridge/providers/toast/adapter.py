"""Toast: whole orders by webhook and by poll, stock and menu news. Pure reading."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from pos_bridge.providers import decimals, identities, payload, signatures, times
from pos_bridge.providers.base import (
    Account,
    BadSignature,
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
from pos_bridge.providers.toast.orders import order_version

SIGNATURE = "toast-signature"
STATUSES = {"IN_STOCK", "OUT_OF_STOCK", "QUANTITY"}


class Toast:
    name = "toast"
    title = "Toast"
    max_body = 2 * 1024 * 1024  # whole orders of more than 600 KB occur
    capabilities = Capabilities(
        pushes_sales=True,
        polls_sales=True,
        stock_push="absolute",
        states_restock=False,
        has_locations=True,
    )

    def verify(self, webhook: Webhook, secrets: Sequence[str]) -> None:
        # Signed is the body with its own timestamp behind it, so that is looked for first. How old
        # it is does not matter: a resend comes 15 minutes later, perhaps with the old timestamp.
        if len(webhook.body) > self.max_body:
            raise BadSignature("too large to be looked at")
        signatures.check_hmac(
            given=webhook.headers.get(SIGNATURE, ""),
            message=webhook.body + _timestamp(webhook.body),
            secrets=secrets,
        )

    def identify(self, webhook: Webhook) -> Identity:
        try:
            return _event_identity(payload.load_object(webhook.body), webhook.body)
        except UnreadablePayload:
            return identities.of_bytes(webhook.body)

    def read(self, body: bytes, kind: PayloadKind = "webhook") -> Reading:
        if kind == "webhook":
            event = payload.load_object(body)
            return _read_event(event, _event_identity(event, body))
        return _read_answer(payload.load(body), identities.of_bytes(body, event_type="answer"))

    def connect(self, account: Account) -> Client:
        # Reading is what every process does; the HTTP side is loaded by those that ask.
        from pos_bridge.providers.toast.client import ToastClient  # noqa: PLC0415 -- half a second

        return ToastClient(account, read=self.read)


def _timestamp(body: bytes) -> bytes:
    """The top-level timestamp as it stands. Lenient: junk that is truly signed has a signature."""
    try:
        timestamp = json.loads(body, parse_int=len, parse_float=len)["timestamp"]
        return str.encode(timestamp, "utf-8", "surrogatepass")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadSignature("no timestamp to check the signature with") from error


def _event_identity(event: Node, body: bytes) -> Identity:
    # Different categories have been seen with the same guid, so the category counts too.
    category, guid = event.id("eventCategory"), event.maybe_id("guid")
    details = event.maybe_node("details")
    merchant = details.maybe_id("restaurantGuid") if details else None
    event_type = event.maybe_id("eventType") or category
    if guid is None:
        return identities.of_bytes(body, merchant=merchant, event_type=event_type)
    return identities.of_parts(category, guid, merchant=merchant, event_type=event_type)


def _read_event(event: Node, identity: Identity) -> Reading:
    make = CATEGORIES.get(event.word("eventCategory"))
    return make(event, identity) if make else Reading(identity, "ignored")


def _ordered(event: Node, identity: Identity) -> Reading:
    details = event.node("details")
    restaurant = details.id("restaurantGuid")
    order = order_version(
        details.node("order"), restaurant=restaurant, sent_at=times.maybe(event, "timestamp")
    )
    return Reading(identity, location=restaurant, orders=(order,))


def _stocked(event: Node, identity: Identity) -> Reading:
    details = event.node("details")
    restaurant = details.id("restaurantGuid")
    hints = _hints(iter([details]), restaurant)
    return Reading(identity, location=restaurant, stock_hints=tuple(hints))


def _menus(event: Node, identity: Identity) -> Reading:
    restaurant = event.node("details").id("restaurantGuid")
    return Reading(identity, location=restaurant, fetches=(Fetch("menus", restaurant),))


CATEGORIES: dict[str, Callable[[Node, Identity], Reading]] = {
    "order_updated": _ordered,
    "channel_order_updated": _ordered,
    "stock": _stocked,
    "menus": _menus,
}


def _read_answer(answer: Any, identity: Identity) -> Reading:
    if isinstance(answer, list):
        return _read_list(list(payload.nodes_of(answer, "body")), identity)
    found = Node.of(answer, "body")
    restaurant = found.maybe_id("restaurantGuid")
    if found.has("order"):  # how our client hands an order on: Toast's own does not say where
        return _orders([found.node("order")], identity, restaurant)
    if "checks" in answer:
        return _orders([found], identity, restaurant)
    return Reading(identity, "ignored", location=restaurant)  # menus, payments, logins


def _read_list(rows: list[Node], identity: Identity) -> Reading:
    if any(row.has("checks") for row in rows):
        return _orders(rows, identity, None)
    # A request of ours has rows of stock too, but only an answer says which version it means.
    if rows and all(row.word("status") in STATUSES and row.has("versionId") for row in rows):
        return Reading(identity, stock_hints=tuple(_hints(iter(rows), "")))
    return Reading(identity, "ignored")


def _orders(found: list[Node], identity: Identity, restaurant: str | None) -> Reading:
    orders = tuple(order_version(order, restaurant=restaurant) for order in found)
    if len(orders) == 1:
        version = times.zulu(orders[0].version_at)
        identity = identities.of_parts("order", orders[0].order, version, event_type="order")
    return Reading(identity, location=restaurant, orders=orders)


def _hints(rows: Iterator[Node], restaurant: str) -> Iterator[StockHint]:
    for row in rows:
        if row.word("itemGuidValidity") == "INVALID":  # says OUT_OF_STOCK, and means "who?"
            continue
        shared = row.maybe_id("multiLocationId")
        if shared in (None, "null"):
            shared = row.maybe_id("itemGuid") or row.id("guid")
        yield StockHint(item=shared or "", location=restaurant, quantity=_left(row))


def _left(row: Node) -> Decimal | None:
    """How many there are; IN_STOCK does not say."""
    status = row.word("status")
    if status == "QUANTITY":
        return decimals.signed_quantity(row.raw("quantity"))
    if status not in STATUSES:
        raise UnreadablePayload(f"a stock status we do not know: {status}")
    return Decimal(0) if status == "OUT_OF_STOCK" else None
