"""K-Series accounts as OrderVersions: polled sales with signed quantities, and webhook accounts.

Both name the account by the same id, so the polled sale, closed later than the account was opened,
is the newer version of what the webhook told.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pos_bridge.providers import decimals, lines, money, times
from pos_bridge.providers.base import Line, LineKind, OrderState, OrderVersion, UnreadablePayload
from pos_bridge.providers.payload import Node

# Money put into the drawer, or an account that never was one: no goods at all.
NOT_SALES = {"FLOAT", "TRANSITORY"}
# Accounts that went on elsewhere: their goods are posted by the account they became.
HANDED_ON = {"TRANSFER", "SPLIT", "UPDATE", "CROSS_BL"}
# Documents that take goods back by negative quantities; without one they take nothing.
REVERSALS = {"REFUND", "VOID", "RECALL"}
CALLED_OFF = {"CANCEL"}

# With the number that makes a later word the newer version: all carry the same opening date.
WEBHOOK_STATES = {
    "CLOSED": (OrderState.COMPLETED, 1),
    "CANCELLED": (OrderState.VOID, 2),
    "ABANDONED": (OrderState.VOID, 2),
}


def sale_version(sale: Node, *, location: str | None = None) -> OrderVersion | None:
    """One sale of the Financial API; None when it is about no goods. Raises UnreadablePayload."""
    kind = sale.word("type") or "SALE"
    if kind in NOT_SALES:
        return None
    closed_at = times.first(sale, "timeClosed", "timeOfOpening")
    sold = list(sale.nodes("salesLines"))
    currency = next((line.word("currency") for line in sold if line.has("currency")), "")
    kept = lines.gather(_sold(line, currency, closed_at) for line in sold)
    return OrderVersion(
        order=sale.id("accountFiscId"),
        location=location,
        state=OrderState.VOID if sale.flag("cancelled") else _state(kind, kept),
        version_at=closed_at,
        occurred_at=closed_at,
        lines=kept,
        currency=currency,
        total=sum(money.minor(line.raw("totalNetAmountWithTax"), currency) or 0 for line in sold),
        number=sale.label("receiptId"),
    )


def account_version(event: Node, *, location: str | None) -> OrderVersion | None:
    """The account of an ORDER webhook; None while its status moves nothing."""
    known = WEBHOOK_STATES.get(event.word("status"))
    account = event.maybe_node("account")
    if known is None or account is None:
        return None
    state, rank = known
    opened_at = times.first(account, "openDate")
    paid = [times.parse(payment.raw("date")) for payment in account.nodes("paymentEntries")]
    entries = account.nodes("salesEntries")
    return OrderVersion(
        order=account.maybe_id("ikaccountId") or event.id("ikentooAccountIdentifier"),
        location=location,
        state=state,
        version_at=opened_at,
        version_no=rank,
        occurred_at=max(paid, default=opened_at),
        lines=lines.gather(
            line for index, entry in enumerate(entries) for line in _entered(entry, str(index))
        ),
        total=money.minor(account.raw("currentAmount")),
        number=event.label("thirdPartyReference"),
    )


def _state(kind: str, kept: tuple[Line, ...]) -> OrderState:
    if kind in CALLED_OFF:
        return OrderState.VOID
    if kind in HANDED_ON:
        return OrderState.OPEN
    if kind in REVERSALS:
        takes_back = any(line.kind is LineKind.RETURN for line in kept)
        return OrderState.COMPLETED if takes_back else OrderState.OPEN
    if kind != "SALE":
        raise UnreadablePayload(f"a sale of a type we do not know: {kind}")
    return OrderState.COMPLETED


def _sold(line: Node, currency: str, closed_at: datetime) -> Line:
    at = times.maybe(line, "timeOfSale")
    amount = money.minor(line.raw("totalNetAmountWithoutTax"), currency)
    return _line(
        key=line.id("id"),
        entry=line,
        sku="sku",
        name=line.label("nameOverride") or line.label("name"),
        at=at if at != closed_at else None,
        amount=amount,
    )


def _entered(
    entry: Node, place: str, parent: str = "", kind: LineKind = LineKind.SALE
) -> Iterator[Line]:
    """An entry of a webhook's account, and all inside it, each with a quantity of its own."""
    if entry.maybe_flag("active") is False:
        return
    key = parent + (entry.maybe_id("id") or place)
    yield _line(
        key=key,
        entry=entry,
        sku="itemSku",
        name=entry.label("itemName"),
        kind=kind,
        amount=money.minor(entry.raw("amountLessTax")),
    )
    for index, part in enumerate(entry.nodes("subLineItems")):
        yield from _entered(part, f"part-{index}", f"{key}/", kind)
    for index, modifier in enumerate(entry.nodes("modifiers")):
        if modifier.has("itemSku"):  # without one it is a wish to the kitchen, and counts nothing
            yield from _entered(modifier, f"modifier-{index}", f"{key}/", LineKind.MODIFIER)


def _line(
    *,
    key: str,
    entry: Node,
    sku: str,
    name: str,
    kind: LineKind = LineKind.SALE,
    at: datetime | None = None,
    amount: int | None = None,
) -> Line:
    quantity = decimals.signed_quantity(entry.raw("quantity"))
    came_back = quantity < 0
    item = entry.maybe_id(sku)
    return Line(
        key=key,
        item=item,
        sku=item or "",
        quantity=abs(quantity),
        kind=LineKind.RETURN if came_back else kind,
        restocked=True if came_back else None,  # taken off the account again: it never left
        name=name,
        at=at,
        amount=abs(amount) if came_back and amount is not None else amount,
    )
