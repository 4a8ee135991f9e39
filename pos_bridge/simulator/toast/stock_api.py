"""Toast's stock: what is counted or out, and an absolute write that the last one wins."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pos_bridge.simulator.toast.order_api import restaurant
from pos_bridge.simulator.toast.stock import Status
from pos_bridge.simulator.toast.till import ToastTill
from pos_bridge.simulator.wire import Answer, Json, Refusal, Request, Route

_STATUSES: tuple[Status, ...] = ("IN_STOCK", "OUT_OF_STOCK", "QUANTITY")


def _list(till: ToastTill, request: Request) -> Answer:
    place_id = restaurant(till, request)
    wanted = request.query.get("status")
    if wanted and wanted not in _STATUSES:
        raise Refusal(400, "unknown status")
    rows = [shelf.shown() for shelf in till.stock.at(place_id) if shelf.status != "IN_STOCK"]
    return Answer(body=[row for row in rows if not wanted or row["status"] == wanted])


def _search(till: ToastTill, request: Request) -> Answer:
    place_id = restaurant(till, request)
    asked = request.object()
    ids = [{"guid": str(guid)} for guid in asked.get("guids", [])]
    ids += [{"multiLocationId": str(found)} for found in asked.get("multiLocationIds", [])]
    return Answer(body=[_row(till, place_id, row) for row in ids])


def _update(till: ToastTill, request: Request) -> Answer:
    place_id = restaurant(till, request)
    rows = request.json()
    if not isinstance(rows, list):
        raise Refusal(400, "the body is a list of updates")
    # All are read before any is written: a bad row spoils the whole call.
    updates = [(row, *_read(row)) for row in rows]
    for row, status, quantity in updates:
        if shelf := till.stock.find(place_id, **_ids(row)):
            till.set_stock(place_id, shelf.ware.id, status, quantity)
    return Answer(body=[_row(till, place_id, row) for row in rows])


def _read(row: Any) -> tuple[Status, Decimal | None]:
    status = row.get("status") if isinstance(row, Mapping) else None
    if status not in _STATUSES:
        raise Refusal(400, "unknown status")
    quantity = row.get("quantity")
    if status != "QUANTITY":
        if quantity is not None:
            raise Refusal(400, "quantity goes with QUANTITY only")
        return status, None
    if isinstance(quantity, bool) or not isinstance(quantity, int | float) or quantity <= 0:
        raise Refusal(400, "QUANTITY needs a quantity above 0")
    return status, Decimal(str(quantity))


def _row(till: ToastTill, place_id: str, asked: Mapping[str, Any]) -> Json:
    """The stock of what was asked for; an id that is not ours is INVALID and shows "null"."""
    shelf = till.stock.find(place_id, **_ids(asked))
    if shelf:
        return {**shelf.shown(), "itemGuidValidity": "VALID"}
    return {
        "guid": asked.get("guid", "null"),
        "itemGuidValidity": "INVALID",
        "status": "OUT_OF_STOCK",
        "quantity": None,
        "multiLocationId": asked.get("multiLocationId", "null"),
        "versionId": asked.get("guid", "null"),
    }


def _ids(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "guid": str(row.get("guid") or ""),
        "multi_location_id": str(row.get("multiLocationId") or ""),
    }


ROUTES = (
    Route("GET", "/stock/v1/inventory", _list),
    Route("POST", "/stock/v1/inventory/search", _search),
    Route("PUT", "/stock/v1/inventory/update", _update),
)
