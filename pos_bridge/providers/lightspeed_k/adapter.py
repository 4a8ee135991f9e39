"""Lightspeed Restaurant (K-Series): webhooks for API orders, the Financial API for the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pos_bridge.providers import decimals, identities, payload, signatures, times
from pos_bridge.providers.base import (
    Account,
    Capabilities,
    Client,
    Identity,
    PayloadKind,
    Reading,
    StockHint,
    UnreadablePayload,
    Webhook,
)
from pos_bridge.providers.lightspeed_k.sales import account_version, sale_version
from pos_bridge.providers.payload import Node


class LightspeedK:
    name = "lightspeed"
    title = "Lightspeed Restaurant (K-Series)"
    max_body = 1024 * 1024
    capabilities = Capabilities(
        pushes_sales=False,  # only orders placed through its API come by webhook
        polls_sales=True,
        stock_push="none",
        states_restock=True,  # by a negative quantity
        has_locations=True,
    )

    def verify(self, webhook: Webhook, secrets: Sequence[str]) -> None:
        """Nothing is signed; the password is ours, written `username:password`."""
        signatures.check_basic(given=webhook.headers.get("authorization", ""), secrets=secrets)

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
        from pos_bridge.providers.lightspeed_k.client import LightspeedKClient  # noqa: PLC0415 -- half a second

        return LightspeedKClient(account, read=self.read)


def _event_identity(event: Node, body: bytes) -> Identity:
    # There is no event id: what it is about, and then its very bytes, make it the same again.
    named = ("type", "thirdPartyReference", "status", "ikentooAccountIdentifier")
    parts = [event.word(field) for field in named]
    event.id("businessLocationId")  # every webhook says where; an answer never does
    event_type = f"{event.id('type')}.{event.word('status')}".rstrip(".")
    return identities.of_parts(*parts, identities.fingerprint(body), event_type=event_type)


def _read_event(event: Node, identity: Identity) -> Reading:
    location = event.id("businessLocationId")
    make = EVENTS.get(event.word("type"))
    return make(event, identity, location) if make else Reading(identity, "ignored", location)


def _ordered(event: Node, identity: Identity, location: str) -> Reading:
    order = account_version(event, location=location)
    if order is None:
        return Reading(identity, "ignored", location)
    return Reading(identity, location=location, orders=(order,))


def _restricted(event: Node, identity: Identity, location: str) -> Reading:
    return Reading(identity, location=location, stock_hints=(_hint(event, location),))


EVENTS: dict[str, Callable[[Node, Identity, str], Reading]] = {
    "ORDER": _ordered,
    "ITEM": _restricted,
}


def _read_answer(answer: Node, identity: Identity) -> Reading:
    location = answer.maybe_id("businessLocationId")  # our client adds it: a sale does not say
    if answer.has("sales"):
        return _sales(list(answer.nodes("sales")), identity, location)
    if answer.has("sale"):
        return _sales([answer.node("sale")], identity, location)
    if answer.has("accountFiscId", "salesLines"):
        return _sales([answer], identity, location)
    if answer.has("data"):
        rows = [row for row in answer.nodes("data") if row.has("sku")]
        hints = tuple(_hint(row, location or "") for row in rows)
        return Reading(identity, "read" if hints else "ignored", location, stock_hints=hints)
    return Reading(identity, "ignored", location)


def _sales(found: list[Node], identity: Identity, location: str | None) -> Reading:
    versions = [sale_version(sale, location=location) for sale in found]
    orders = tuple(version for version in versions if version is not None)
    if len(found) == len(orders) == 1:
        version = times.zulu(orders[0].version_at)
        identity = identities.of_parts("order", orders[0].order, version, event_type="order")
    if found and not orders:
        return Reading(identity, "ignored", location)
    return Reading(identity, location=location, orders=orders)


def _hint(row: Node, location: str) -> StockHint:
    count = row.raw("count")  # null: no limit is kept
    quantity = None if count is None else decimals.signed_quantity(count)
    return StockHint(item=row.id("sku"), location=location, quantity=quantity)
