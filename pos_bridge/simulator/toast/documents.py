"""Toast's JSON documents: orders, checks, selections, payments. Pure functions of what they show.

Money is in dollars, as JSON numbers. A modifier's quantity already includes its parent's.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pos_bridge.simulator import chance
from pos_bridge.simulator.basket import Extra, Line
from pos_bridge.simulator.chain import Account, Group, Place
from pos_bridge.simulator.wire import Json

#: What Toast writes for "never deleted".
NOT_DELETED = "1970-01-01T00:00:00.000+0000"


def stamp(at: datetime) -> str:
    """2024-04-01T15:09:30.223+0000: orders' own form of time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}+0000"


def business_date(at: datetime, place: Place, closeout_hour: int) -> int:
    """The day a moment belongs to as a number; it ends at the restaurant's closeout hour."""
    local = at.astimezone(place.zone) - timedelta(hours=closeout_hour)
    return int(local.strftime("%Y%m%d"))


def number(value: Decimal) -> int | float:
    """A JSON number: whole when it can be."""
    return int(value) if value == value.to_integral_value() else float(value)


def dollars(minor: Decimal | int) -> int | float:
    """Cents as Toast's decimal dollars."""
    return number((Decimal(minor) / 100).quantize(Decimal("0.01")))


def reference(guid: str | None, kind: str) -> Json | None:
    """How a document names another one."""
    return {"guid": guid, "entityType": kind, "externalId": None} if guid else None


def order(guid: str, place: Place, group: Group, *, opened_at: datetime) -> Json:
    """An order with one open check and nothing on it yet."""
    opened = stamp(opened_at)
    return {
        "guid": guid,
        "entityType": "Order",
        "externalId": None,
        "revenueCenter": None,
        "server": None,
        "createdInTestMode": False,
        "lastModifiedDevice": {"id": f"device-{place.id[:8]}"},
        "createdDevice": {"id": f"device-{place.id[:8]}"},
        "source": "In Store",
        "businessDate": business_date(opened_at, place, group.closeout_hour),
        "openedDate": opened,
        "createdDate": opened,
        "modifiedDate": opened,
        "paidDate": None,
        "closedDate": None,
        "voidDate": None,
        "voidBusinessDate": None,
        "voided": False,
        "deleted": False,
        "deletedDate": NOT_DELETED,
        "duration": None,
        "approvalStatus": "APPROVED",
        "excessFood": False,
        "numberOfGuests": 1,
        "diningOption": None,
        "restaurantService": None,
        "serviceArea": None,
        "table": None,
        "deliveryInfo": None,
        "curbsidePickupInfo": None,
        "appliedPackagingInfo": None,
        "requiredPrepTime": "PT0S",
        "estimatedFulfillmentDate": opened,
        "promisedDate": None,
        "channelGuid": None,
        "pricingFeatures": ["TAXESV2"],
        "checks": [],
    }


def check(guid: str, display_number: int, selections: list[Json], *, opened_at: datetime) -> Json:
    """An unpaid check."""
    opened = stamp(opened_at)
    shown: Json = {
        "guid": guid,
        "entityType": "Check",
        "externalId": None,
        "displayNumber": str(display_number),
        "paymentStatus": "OPEN",
        "payments": [],
        "selections": selections,
        "appliedDiscounts": [],
        "appliedServiceCharges": [],
        "appliedLoyaltyInfo": None,
        "customer": None,
        "tabName": None,
        "taxExempt": False,
        "taxAmount": 0,
        "openedDate": opened,
        "createdDate": opened,
        "modifiedDate": opened,
        "paidDate": None,
        "closedDate": None,
        "voidDate": None,
        "voidBusinessDate": None,
        "voided": False,
        "deleted": False,
        "deletedDate": NOT_DELETED,
    }
    add_up(shown)
    return shown


def selection(ids: random.Random, line: Line | Extra, account: Account, *, at: datetime) -> Json:
    """What was chosen, with everything chosen about it below it."""
    return _selection(ids, line, account, at, quantity=line.quantity, is_modifier=False)


def _selection(
    ids: random.Random,
    line: Line | Extra,
    account: Account,
    at: datetime,
    *,
    quantity: Decimal,
    is_modifier: bool,
) -> Json:
    ware = account.ware(line.item)
    price = dollars(ware.price_minor * quantity)
    group = f"group-{ware.parent_id or 'items'}"
    return {
        "guid": chance.guid(ids),
        "entityType": "MenuItemSelection",
        "externalId": None,
        "item": {
            "guid": ware.id,
            "entityType": "MenuItem",
            "externalId": None,
            "multiLocationId": ware.multi_location_id or None,
        },
        "itemGroup": None if is_modifier else reference(group, "MenuGroup"),
        "optionGroup": reference(group, "MenuOptionGroup") if is_modifier else None,
        "displayName": ware.name,
        "quantity": number(quantity),
        "unitOfMeasure": "NONE" if quantity == quantity.to_integral_value() else "LB",
        "selectionType": "NONE",
        "preModifier": None,
        "price": price,
        "preDiscountPrice": price,
        "receiptLinePrice": dollars(ware.price_minor),
        "tax": 0,
        "plu": ware.barcode,
        "appliedDiscounts": [],
        "appliedTaxes": [],
        "fulfillmentStatus": "SENT",
        "deferred": False,
        "seatNumber": -1,
        "salesCategory": None,
        "voided": False,
        "voidDate": None,
        "voidReason": None,
        "voidBusinessDate": None,
        "refundDetails": None,
        "createdDate": stamp(at),
        "modifiedDate": stamp(at),
        "modifiers": [
            _selection(
                ids, extra, account, at, quantity=quantity * extra.quantity, is_modifier=True
            )
            for extra in _extras(line)
        ],
    }


def _extras(line: Line | Extra) -> tuple[Extra, ...]:
    return line.extras


def walk(selections: list[Json]) -> Iterator[tuple[Json, bool]]:
    """Every selection that stands and whether it is a modifier; below a voided one none stands."""
    todo = [(found, False) for found in selections]
    while todo:
        found, is_modifier = todo.pop(0)
        if not found["voided"]:
            yield found, is_modifier
            todo += [(below, True) for below in found["modifiers"]]


def add_up(check_document: Json) -> float:
    """Write the totals of a check from what stands on it, and tell the amount."""
    total = sum(Decimal(str(found["price"])) for found, _ in walk(check_document["selections"]))
    amount = number(Decimal(total))
    check_document["amount"] = amount
    check_document["totalAmount"] = amount
    return amount


def payment(guid: str, amount: float, *, at: datetime, day: int) -> Json:
    """A card payment that was captured."""
    return {
        "guid": guid,
        "entityType": "OrderPayment",
        "externalId": None,
        "type": "CREDIT",
        "cardType": "VISA",
        "last4Digits": "1111",
        "cardEntryMode": "EMV_CONTACTLESS",
        "amount": amount,
        "tipAmount": 0,
        "amountTendered": 0,
        "paymentStatus": "CAPTURED",
        "paidDate": stamp(at),
        "paidBusinessDate": day,
        "refundStatus": "NONE",
        "refund": None,
        "voidInfo": None,
        "houseAccount": None,
        "otherPayment": None,
        "cashDrawer": None,
    }
