"""Square's catalog: items holding their variations, and modifiers."""

from collections.abc import Iterator, Sequence

from pos_bridge.simulator.chain import Ware
from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.square.documents import CATALOG_VERSION, money
from pos_bridge.simulator.square.order_api import moment
from pos_bridge.simulator.square.paging import page
from pos_bridge.simulator.square.till import SquareTill
from pos_bridge.simulator.wire import Answer, Json, Refusal, Request, Route, whole

_TYPES = ("ITEM", "ITEM_VARIATION", "MODIFIER")


def _list(till: SquareTill, request: Request) -> Answer:
    asked = request.query
    types = [t for t in asked.get("types", ",".join(_TYPES)).upper().split(",") if t]
    return _answer(till, types, {"types": types}, asked.get("cursor"), limit=100)


def _search(till: SquareTill, request: Request) -> Answer:
    asked = request.object()
    types = list(asked.get("object_types") or _TYPES)
    limit = whole(asked.get("limit"), name="limit", default=100, least=1, most=1000)
    begin = asked.get("begin_time")
    query = {"types": types, "begin_time": begin}
    at = rfc3339(till.catalog_changed_at)
    if begin and till.catalog_changed_at <= moment(begin):
        return Answer(body={"latest_time": at})
    found = _answer(till, types, query, asked.get("cursor"), limit=limit)
    return Answer(body={**found.body, "latest_time": at})


def _batch_retrieve(till: SquareTill, request: Request) -> Answer:
    ids = request.object().get("object_ids")
    if not isinstance(ids, list) or not ids:
        raise Refusal(400, "object_ids is missing.")
    return Answer(body={"objects": [o for o in _objects(till, _TYPES) if o["id"] in ids]})


def _answer(
    till: SquareTill, types: Sequence[str], query: Json, cursor: str | None, *, limit: int
) -> Answer:
    rows = [(found["type"], found["id"], found) for found in _objects(till, types)]
    objects, following = page(rows, query=query, cursor=cursor, limit=limit)
    body: Json = {"objects": objects} if objects else {}
    return Answer(body={**body, "cursor": following} if following else body)


def _objects(till: SquareTill, types: Sequence[str]) -> Iterator[Json]:
    at = rfc3339(till.catalog_changed_at)
    for parent_id, wares in _families(till).items():
        variations = [
            _variation(till, ware, parent_id, place, at) for place, ware in enumerate(wares)
        ]
        if "ITEM" in types:
            yield _object(
                "ITEM",
                parent_id,
                at,
                item_data={
                    "name": wares[0].name,
                    "product_type": "REGULAR",
                    "variations": variations,
                },
            )
        if "ITEM_VARIATION" in types:
            yield from variations
    if "MODIFIER" in types:
        for ware in till.account.modifiers:
            price = money(ware.price_minor, till.account.currency)
            yield _object(
                "MODIFIER", ware.id, at, modifier_data={"name": ware.name, "price_money": price}
            )


def _families(till: SquareTill) -> dict[str, list[Ware]]:
    """Variations by the item they belong to; a ware that names none is an item of its own."""
    families: dict[str, list[Ware]] = {}
    for ware in till.account.wares:
        families.setdefault(ware.parent_id or f"{ware.id}-ITEM", []).append(ware)
    return families


def _variation(till: SquareTill, ware: Ware, parent_id: str, ordinal: int, at: str) -> Json:
    data: Json = {
        "item_id": parent_id,
        "name": ware.variation_name,
        "sku": ware.sku,
        "ordinal": ordinal,
        "pricing_type": "FIXED_PRICING",
        "price_money": money(ware.price_minor, till.account.currency),
        "track_inventory": till.stock.is_tracked(ware.id),
        "sellable": True,
        "stockable": True,
    }
    if ware.barcode:
        data["upc"] = ware.barcode
    return _object("ITEM_VARIATION", ware.id, at, item_variation_data=data)


def _object(kind: str, object_id: str, at: str, **data: Json) -> Json:
    return {
        "type": kind,
        "id": object_id,
        "updated_at": at,
        "version": CATALOG_VERSION,
        "is_deleted": False,
        "present_at_all_locations": True,
        **data,
    }


ROUTES = (
    Route("GET", "/v2/catalog/list", _list),
    Route("POST", "/v2/catalog/search", _search),
    Route("POST", "/v2/catalog/batch-retrieve", _batch_retrieve),
)
