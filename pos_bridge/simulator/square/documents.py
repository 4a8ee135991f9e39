"""Square's JSON documents: orders, payments, refunds. Pure functions of what they show."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from pos_bridge.simulator.basket import Extra, Line, plain
from pos_bridge.simulator.chain import Account, Ware
from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.wire import Json


def money(amount: int, currency: str) -> Json:
    """Square's money: whole units of the smallest coin."""
    return {"amount": amount, "currency": currency}


def line_item(uid: str, line: Line, account: Account) -> Json:
    """One line of an order; modifiers say their quantity per unit of the line."""
    ware = account.ware(line.item)
    price = ware.price_minor + sum(_extra_price(extra, account) for extra in line.extras)
    total = money(_times(price, line.quantity), account.currency)
    nothing = money(0, account.currency)
    item: Json = {
        "uid": uid,
        "catalog_object_id": ware.id,
        "catalog_version": CATALOG_VERSION,
        "name": ware.name,
        "variation_name": ware.variation_name,
        "quantity": plain(line.quantity),
        "item_type": "ITEM",
        "base_price_money": money(ware.price_minor, account.currency),
        "variation_total_price_money": money(
            _times(ware.price_minor, line.quantity), account.currency
        ),
        "gross_sales_money": total,
        "total_tax_money": nothing,
        "total_discount_money": nothing,
        "total_service_charge_money": nothing,
        "total_money": total,
    }
    if line.quantity != line.quantity.to_integral_value():
        item["quantity_unit"] = {
            "measurement_unit": {"weight_unit": "METRIC_KILOGRAM", "type": "TYPE_WEIGHT"},
            "precision": 3,
        }
    if line.extras:
        item["modifiers"] = [
            _modifier(f"{uid}-{place}", extra, line, account)
            for place, extra in enumerate(line.extras, start=1)
        ]
    return item


#: Square stamps catalog objects with a version; ours never change while the simulator runs.
CATALOG_VERSION = 1_700_000_000_000


def order(
    order_id: str, location: str, items: list[Json], *, opened_at: datetime, at: datetime
) -> Json:
    """An order of the POS app, still open. It carries no `version`: only API orders do."""
    return {
        "id": order_id,
        "location_id": location,
        "source": {"name": "Square Point of Sale"},
        "line_items": items,
        "state": "OPEN",
        "created_at": rfc3339(opened_at),
        "updated_at": rfc3339(at),
    }


def add_up(document: Json, currency: str) -> int:
    """Write the totals of an order from its lines and tell what is to be paid."""
    total: int = sum(item["total_money"]["amount"] for item in document.get("line_items", []))
    zero = money(0, currency)
    document["total_money"] = money(total, currency)
    document["total_tax_money"] = zero
    document["total_discount_money"] = zero
    document["total_tip_money"] = zero
    document["total_service_charge_money"] = zero
    document["net_amounts"] = _amounts(total, currency)
    return total


def payment(payment_id: str, document: Json, *, at: datetime, currency: str) -> Json:
    """A card payment of an order, authorised and not yet taken."""
    amount = document["total_money"]["amount"]
    return {
        "id": payment_id,
        "created_at": rfc3339(at),
        "updated_at": rfc3339(at),
        "amount_money": money(amount, currency),
        "approved_money": money(amount, currency),
        "total_money": money(amount, currency),
        "status": "APPROVED",
        "source_type": "CARD",
        "card_details": {
            "status": "AUTHORIZED",
            "card": {"card_brand": "VISA", "last_4": "1111", "exp_month": 2, "exp_year": 2030},
            "entry_method": "CONTACTLESS",
        },
        "location_id": document["location_id"],
        "order_id": document["id"],
        "receipt_number": payment_id[:4],
        "application_details": {"square_product": "SQUARE_POS"},
        "version_token": payment_id[::-1],
    }


def tender(paid: Json) -> Json:
    """How an order was paid, as the order itself shows it."""
    return {
        "id": paid["id"],
        "location_id": paid["location_id"],
        "transaction_id": paid["order_id"],
        "created_at": paid["created_at"],
        "amount_money": paid["amount_money"],
        "type": "CARD",
        "card_details": {"status": "CAPTURED", "card": paid["card_details"]["card"]},
        "payment_id": paid["id"],
    }


def refund(
    refund_id: str, paid: Json, return_order_id: str, amount: int, *, at: datetime, reason: str
) -> Json:
    """A refund as it is created; its `order_id` is the return order, not the sale."""
    return {
        "id": refund_id,
        "status": "PENDING",
        "amount_money": money(amount, paid["amount_money"]["currency"]),
        "payment_id": paid["id"],
        "order_id": return_order_id,
        "location_id": paid["location_id"],
        "reason": reason,
        "created_at": rfc3339(at),
        "updated_at": rfc3339(at),
    }


def return_line(uid: str, sold: Json, quantity: Decimal) -> Json:
    """One line handed back, naming the line it was sold on."""
    price = Decimal(sold["total_money"]["amount"]) / Decimal(sold["quantity"])
    back = money(_times(price, quantity), sold["total_money"]["currency"])
    line: Json = {
        "uid": uid,
        "source_line_item_uid": sold["uid"],
        "name": sold["name"],
        "variation_name": sold["variation_name"],
        "quantity": plain(quantity),
        "item_type": "ITEM",
        "catalog_object_id": sold["catalog_object_id"],
        "base_price_money": sold["base_price_money"],
        "gross_return_money": back,
        "total_money": back,
    }
    if "modifiers" in sold:
        line["return_modifiers"] = [
            {**modifier, "uid": f"{uid}-{place}", "source_modifier_uid": modifier["uid"]}
            for place, modifier in enumerate(sold["modifiers"], start=1)
        ]
    return line


def return_order(
    order_id: str, sale: Json, lines: Sequence[Json], back: Json, *, at: datetime
) -> Json:
    """The order a refund makes: it sells nothing and lists what came back, or no lines at all."""
    currency = back["amount_money"]["currency"]
    amount = back["amount_money"]["amount"]
    returned: Json = {
        "uid": f"{order_id[:8]}-return",
        "source_order_id": sale["id"],
        "return_amounts": _amounts(amount, currency),
    }
    if lines:
        returned["return_line_items"] = list(lines)
    return {
        "id": order_id,
        "location_id": sale["location_id"],
        "source": sale["source"],
        "returns": [returned],
        "refunds": [
            {
                "id": back["id"],
                "location_id": sale["location_id"],
                "transaction_id": order_id,
                "tender_id": back["payment_id"],
                "created_at": rfc3339(at),
                "reason": back["reason"],
                "amount_money": back["amount_money"],
                "status": "APPROVED",
            }
        ],
        "state": "COMPLETED",
        "created_at": rfc3339(at),
        "updated_at": rfc3339(at),
        "closed_at": rfc3339(at),
        "total_money": money(0, currency),
        "return_amounts": _amounts(amount, currency),
        "net_amounts": _amounts(-amount, currency),
    }


def _amounts(total: int, currency: str) -> Json:
    zero = money(0, currency)
    return {
        "total_money": money(total, currency),
        "tax_money": zero,
        "discount_money": zero,
        "tip_money": zero,
        "service_charge_money": zero,
    }


def _modifier(uid: str, extra: Extra, line: Line, account: Account) -> Json:
    ware: Ware = account.ware(extra.item)
    shown: Json = {
        "uid": uid,
        "catalog_object_id": ware.id,
        "catalog_version": CATALOG_VERSION,
        "name": ware.name,
        "base_price_money": money(ware.price_minor, account.currency),
        "total_price_money": money(
            _times(ware.price_minor, extra.quantity * line.quantity), account.currency
        ),
    }
    if extra.quantity != 1:
        shown["quantity"] = plain(extra.quantity)
    return shown


def _extra_price(extra: Extra, account: Account) -> Decimal:
    return account.ware(extra.item).price_minor * extra.quantity


def _times(price: Decimal | int, quantity: Decimal) -> int:
    return int((Decimal(price) * quantity).quantize(Decimal(1), ROUND_HALF_UP))
