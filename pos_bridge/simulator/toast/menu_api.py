"""Toast's menus: the whole published menu, and when it was published."""

from pos_bridge.simulator.chain import Group, Ware
from pos_bridge.simulator.toast.documents import dollars, stamp
from pos_bridge.simulator.toast.order_api import restaurant
from pos_bridge.simulator.toast.till import ToastTill
from pos_bridge.simulator.wire import Answer, Json, Request, Route


def _get_metadata(till: ToastTill, request: Request) -> Answer:
    guid = restaurant(till, request)
    return Answer(body={"restaurantGuid": guid, "lastUpdated": stamp(till.published_at)})


def _get_menus(till: ToastTill, request: Request) -> Answer:
    guid = restaurant(till, request)
    group = till.account
    families = _families(group)
    items = [_item(ware, families) for ware in group.wares]
    return Answer(
        body={
            "restaurantGuid": guid,
            "lastUpdated": stamp(till.published_at),
            "menus": [
                {
                    "name": "All day",
                    "guid": "menu-all-day",
                    "menuGroups": [
                        {
                            "name": "Everything",
                            "guid": "group-items",
                            "menuGroups": [],
                            "menuItems": items,
                        }
                    ],
                }
            ],
            "modifierGroupReferences": {
                str(number): _family(number, name, wares, families)
                for number, (name, wares) in enumerate(families.items(), start=1)
            },
            "modifierOptionReferences": {
                str(number): _option(number, ware) for number, ware in _numbered(families)
            },
        }
    )


def _families(group: Group) -> dict[str, list[Ware]]:
    """Modifiers by the option group they belong to."""
    families: dict[str, list[Ware]] = {}
    for ware in group.modifiers:
        families.setdefault(ware.parent_id or "Options", []).append(ware)
    return families


def _numbered(families: dict[str, list[Ware]]) -> list[tuple[int, Ware]]:
    return list(enumerate((w for wares in families.values() for w in wares), start=10))


def _item(ware: Ware, families: dict[str, list[Ware]]) -> Json:
    groups = [
        number
        for number, wares in enumerate(families.values(), start=1)
        if any(option.id in ware.modifiers for option in wares)
    ]
    # A price of nothing means that its size carries the price.
    is_sized = not ware.price_minor and bool(groups)
    return {
        "name": ware.name,
        "guid": ware.id,
        "multiLocationId": ware.multi_location_id,
        "description": "",
        "sku": ware.sku,
        "plu": ware.barcode,
        "price": None if is_sized else dollars(ware.price_minor),
        "pricingStrategy": "SIZE_PRICE" if is_sized else "BASE_PRICE",
        "unitOfMeasure": "NONE",
        "modifierGroupReferences": groups,
    }


def _family(number: int, name: str, wares: list[Ware], families: dict[str, list[Ware]]) -> Json:
    options = [place for place, ware in _numbered(families) if ware in wares]
    return {
        "referenceId": number,
        "name": name,
        "guid": f"group-{name}",
        "pricingStrategy": "NONE",
        "modifierOptionReferences": options,
    }


def _option(number: int, ware: Ware) -> Json:
    return {
        "referenceId": number,
        "name": ware.name,
        "guid": ware.id,
        "multiLocationId": ware.multi_location_id,
        "sku": ware.sku,
        "plu": ware.barcode,
        "price": dollars(ware.price_minor),
        "pricingStrategy": "BASE_PRICE",
        "modifierGroupReferences": [],
    }


ROUTES = (
    Route("GET", "/menus/v2/metadata", _get_metadata),
    Route("GET", "/menus/v2/menus", _get_menus),
)
