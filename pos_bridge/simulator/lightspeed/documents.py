"""K-Series' JSON documents: sales with their lines and payments, and the accounts of webhooks.

Money and quantities are decimal strings; what was taken back has negative ones.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pos_bridge.simulator.chain import Account, Place, Ware
from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.wire import Json

Kind = Literal["SALE", "VOID", "REFUND"]
_VAT = Decimal("1.2")


@dataclass(frozen=True)
class Sold:
    """One line of a sale: `parent` is the id of the line it belongs to."""

    id: str
    ware: Ware
    quantity: Decimal
    parent: str = ""
    kind: str = "item"


@dataclass
class Sale:
    """An account that was closed at a till."""

    account_id: str
    receipt_id: str
    place: Place
    lines: list[Sold]
    opened_at: datetime
    closed_at: datetime
    kind: Kind = "SALE"
    initial_id: str = ""
    previous_id: str = ""
    void_reason: str | None = None
    external_references: list[str] = field(default_factory=list)
    amount_minor: int | None = None


def pounds(minor: Decimal | int) -> str:
    """Pence as a decimal string of pounds."""
    return format((Decimal(minor) / 100).quantize(Decimal("0.01")), "f")


def total(sale: Sale) -> Decimal:
    """What the sale comes to, in pence; negative when money went back."""
    if sale.amount_minor is not None:
        return Decimal(sale.amount_minor)
    return sum((line.ware.price_minor * line.quantity for line in sale.lines), Decimal(0))


def shown(sale: Sale, account: Account) -> Json:
    """The sale as the Financial API tells it, with everything one may ask to include."""
    source = {"initialAccountId": sale.initial_id or sale.account_id}
    if sale.previous_id:
        source["previousAccountId"] = sale.previous_id
    document: Json = {
        "accountReference": f"ref-{sale.account_id}",
        "accountFiscId": sale.account_id,
        "receiptId": sale.receipt_id,
        "source": source,
        "type": sale.kind,
        "cancelled": False,
        "salesLines": [_line(line, sale, account) for line in sale.lines],
        "payments": [_payment(sale, account)],
        "timeOfOpening": rfc3339(sale.opened_at),
        "timeClosed": rfc3339(sale.closed_at),
        "tableNumber": "1",
        "tableName": "Counter",
        "ownerName": "Manager",
        "ownerId": 14670,
        "externalReferences": list(sale.external_references),
        "nbCovers": 1.0,
        "dineIn": not sale.external_references,
        "deviceId": device(sale.account_id),
        "deviceName": "iPad1",
    }
    if sale.void_reason:
        document["voidReason"] = sale.void_reason
    return document


def order(sale: Sale, reference: str, status: str, *, with_account: bool) -> Json:
    """The body of an ORDER webhook, which only orders placed through the API cause."""
    body: Json = {
        "thirdPartyReference": reference,
        "businessLocationId": int(sale.place.id),
        "status": status,
        "type": "ORDER",
    }
    if with_account:
        body["account"] = _account(sale)
        body["ikentooAccountId"] = str(device(sale.account_id))
        body["ikentooAccountIdentifier"] = sale.account_id
    return body


def device(account_id: str) -> int:
    """The number of the device that gave an id such as A65315.17."""
    return int(account_id.strip("ARS").partition(".")[0])


def _line(line: Sold, sale: Sale, account: Account) -> Json:
    gross = line.ware.price_minor * line.quantity
    net = gross / _VAT
    document: Json = {
        "id": line.id,
        "sku": line.ware.sku,
        "name": line.ware.name,
        "quantity": format(line.quantity.quantize(Decimal("0.001")), "f"),
        "menuListPrice": pounds(line.ware.price_minor),
        "unitCostPrice": "0.00",
        "totalNetAmountWithTax": pounds(gross),
        "totalNetAmountWithoutTax": pounds(net),
        "serviceCharge": "0.00",
        "discountAmount": "0.00",
        "totalDiscountAmount": "0.00",
        "taxCode": "VAT20",
        "taxRatePercentage": "20.00",
        "taxAmount": pounds(gross - net),
        "taxLines": [
            {
                "taxId": "41910290874374",
                "taxCode": "VAT20",
                "taxRate": str(_VAT),
                "taxAmount": pounds(gross - net),
                "taxIncluded": True,
            }
        ],
        "statisticGroup": "Food",
        "categories": [{"category": "default", "value": "Food"}],
        "tags": [],
        "currency": account.currency,
        "timeOfSale": rfc3339(sale.closed_at),
        "revenueCenter": "Fixed POS",
        "revenueCenterId": 141948669132822,
        "deviceId": device(sale.account_id),
        "deviceName": "iPad1",
    }
    if line.parent:
        document["parentLineId"] = line.parent
    if sale.void_reason:
        document["voidReason"] = sale.void_reason
    return document


def _payment(sale: Sale, account: Account) -> Json:
    return {
        "code": "CARD",
        "description": "Card",
        "paymentMethodId": 141948669132824,
        "netAmountWithTax": pounds(total(sale)),
        "currency": account.currency,
        "tip": "0.00",
        "type": "NORMAL",
        "fiscId": sale.receipt_id.replace("R", "T"),
        "fiscDate": rfc3339(sale.closed_at),
        "surcharge": "0.00",
        "roundingAmount": "0.00",
    }


def _account(sale: Sale) -> Json:
    amount = pounds(total(sale))
    entries = [
        {
            "id": int(line.ware.id),
            "itemName": line.ware.name,
            "itemSku": line.ware.sku,
            "unitAmount": pounds(line.ware.price_minor),
            "quantity": float(line.quantity),
            "modifiers": [],
            "amountWithTax": pounds(line.ware.price_minor * line.quantity),
            "amountLessTax": pounds(line.ware.price_minor * line.quantity / _VAT),
            "discountedAmount": "0.00",
            "active": True,
            "taxIncluded": True,
            "subLineItems": [],
        }
        for line in sale.lines
    ]
    return {
        "clientCount": 1,
        "uuid": f"uuid-{sale.account_id}",
        "openDate": rfc3339(sale.opened_at).replace("Z", "+0000"),
        "paidAmount": amount,
        "currentAmount": amount,
        "salesEntries": entries,
        "paymentEntries": [{"paymentMethod": "APM", "amount": amount}],
        "ikaccountId": sale.account_id,
        "posId": device(sale.account_id),
    }
