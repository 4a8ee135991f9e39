"""K-Series' items, and how many of each may still be sold. Counts cannot be written."""

from pos_bridge.simulator.chain import Ware
from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.lightspeed.sales_api import location
from pos_bridge.simulator.lightspeed.till import LightspeedTill
from pos_bridge.simulator.wire import Answer, Json, Refusal, Request, Route, whole

_MOST_SKUS = {"GET": 50, "POST": 100}


def _list_items(till: LightspeedTill, request: Request) -> Answer:
    query = request.query
    location(till, query.get("businessLocationId", ""))
    wares = [*till.account.wares, *till.account.modifiers]
    if query.get("sku"):
        wares = [ware for ware in wares if ware.sku == query["sku"]]
    if query.get("itemIds"):
        wanted = query["itemIds"].split(",")
        return Answer(body=[_item(ware) for ware in wares if ware.id in wanted])
    offset = whole(query.get("offset"), name="offset", default=0, least=0, most=10**9)
    amount = whole(query.get("amount"), name="amount", default=100, least=1, most=1000)
    return Answer(body=[_item(ware) for ware in wares[offset : offset + amount]])


def _get_item(till: LightspeedTill, request: Request, item_id: str) -> Answer:
    location(till, request.query.get("businessLocationId", ""))
    for ware in (*till.account.wares, *till.account.modifiers):
        if ware.id == item_id:
            return Answer(body=_item(ware))
    raise Refusal(404, "No such item")


def _item(ware: Ware) -> Json:
    return {
        "id": int(ware.id),
        "name": ware.name,
        "docketName": ware.name,
        "sku": ware.sku,
        "active": True,
        "barcode": ware.barcode,
        "barcodes": [ware.barcode] if ware.barcode else [],
        "accountingGroup": {"id": 141948669132845, "name": "Food"},
        "statisticGroups": [{"category": "default", "value": "Food"}],
        "costPrice": 0.0,
        "prices": [{"name": "Standard", "amount": ware.price_minor / 100}],
        "sharingType": "SHARED",
        "priceMode": "AMOUNT",
        "inventorySource": "PURCHASED",
        "disabled": False,
        "contentDimension": "DIMENSION_LESS",
        "contentUom": "unit",
    }


def _list_availability(till: LightspeedTill, request: Request) -> Answer:
    query = request.query
    asked = {
        "businessLocationId": query.get("businessLocationId", ""),
        "skus": [sku for sku in query.get("skus", "").split(",") if sku],
    }
    return _availability(till, asked, "GET")


def _search_availability(till: LightspeedTill, request: Request) -> Answer:
    asked = request.object()
    asked.setdefault("businessLocationId", request.query.get("businessLocationId", ""))
    return _availability(till, asked, "POST")


def _availability(till: LightspeedTill, asked: Json, method: str) -> Answer:
    place = location(till, str(asked["businessLocationId"]))
    skus = asked.get("skus") or []
    if len(skus) > _MOST_SKUS[method]:
        raise Refusal(400, f"skus takes at most {_MOST_SKUS[method]}")
    rows = []
    for (place_id, item), (left, at) in till.available.items():
        sku = till.account.ware(item).sku
        if place_id == place.id and (not skus or sku in skus):
            updated = rfc3339(at).replace("Z", "+00:00")
            rows.append({"sku": sku, "count": int(left), "updatedAt": updated})
    return Answer(body={"data": rows})


ROUTES = (
    Route("GET", "/items/v1/items", _list_items),
    Route("GET", "/items/v1/items/{item_id}", _get_item),
    Route("GET", "/o/op/1/itemAvailability", _list_availability),
    Route("POST", "/o/op/1/itemAvailability", _search_availability),
)
