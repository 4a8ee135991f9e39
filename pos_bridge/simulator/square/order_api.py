"""Square's orders: one, many by id, and the search a poll lives on."""

from datetime import datetime
from typing import Any

from pos_bridge.simulator.square.paging import page
from pos_bridge.simulator.square.till import SquareTill
from pos_bridge.simulator.wire import Answer, Json, Refusal, Request, Route, whole

_MOST_LOCATIONS = 10
_MOST_IDS = 100


def _get(till: SquareTill, request: Request, order_id: str) -> Answer:
    if order_id not in till.orders:
        raise Refusal(404, f"Order not found for id {order_id}")
    return Answer(body={"order": till.orders[order_id]})


def _batch_retrieve(till: SquareTill, request: Request) -> Answer:
    ids = request.object().get("order_ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= _MOST_IDS:
        raise Refusal(400, f"order_ids takes 1 to {_MOST_IDS} ids.")
    # Ids we do not have are left out without a word.
    return Answer(body={"orders": [till.orders[i] for i in ids if i in till.orders]})


def _search(till: SquareTill, request: Request) -> Answer:
    asked = request.object()
    query = asked.get("query") or {}
    field, descending = _sort(query)
    limit = whole(asked.get("limit"), name="limit", default=500, least=1, most=1000)
    places = _locations(asked)
    rows = [
        (order[field], order["id"], order)
        for order in till.orders.values()
        if order["location_id"] in places and field in order and _matches(order, query)
    ]
    orders, cursor = page(
        rows,
        query=[places, query],
        cursor=asked.get("cursor"),
        limit=limit,
        descending=descending,
    )
    body: Json = {"cursor": cursor} if cursor else {}
    if asked.get("return_entries"):
        return Answer(body={**body, "order_entries": [_entry(order) for order in orders]})
    return Answer(body={**body, "orders": orders})


def _locations(asked: Json) -> list[str]:
    places = asked.get("location_ids")
    if not isinstance(places, list) or not 1 <= len(places) <= _MOST_LOCATIONS:
        raise Refusal(400, f"location_ids takes 1 to {_MOST_LOCATIONS} ids.")
    return places


def _sort(query: Json) -> tuple[str, bool]:
    """The field to sort by and whether newest first; it must be the field filtered by."""
    sort = query.get("sort") or {}
    field = str(sort.get("sort_field", "CREATED_AT")).lower()
    if field not in ("created_at", "updated_at", "closed_at"):
        raise Refusal(400, "Unknown sort_field.")
    filtered = (query.get("filter") or {}).get("date_time_filter") or {}
    if filtered and set(filtered) != {field}:
        raise Refusal(400, "sort_field must match the date_time_filter.")
    return field, sort.get("sort_order", "DESC") == "DESC"


def _matches(order: Json, query: Json) -> bool:
    wanted = query.get("filter") or {}
    states = (wanted.get("state_filter") or {}).get("states")
    if states and order["state"] not in states:
        return False
    times = wanted.get("date_time_filter") or {}
    return all(_is_between(order.get(field), span) for field, span in times.items())


def _is_between(value: str | None, span: Json) -> bool:
    """Both ends belong to the span."""
    if value is None:
        return False
    at = moment(value)
    start, end = span.get("start_at"), span.get("end_at")
    return (not start or moment(start) <= at) and (not end or at <= moment(end))


def moment(text: Any) -> datetime:
    """An RFC 3339 time. Raises Refusal (400)."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise Refusal(400, f"Not a time: {text}", code="INVALID_TIME") from None
    if at.tzinfo is None:
        raise Refusal(400, f"A time needs its offset: {text}", code="INVALID_TIME")
    return at


def _entry(order: Json) -> Json:
    entry = {"order_id": order["id"], "location_id": order["location_id"]}
    return {**entry, "version": order["version"]} if "version" in order else entry


ROUTES = (
    Route("POST", "/v2/orders/search", _search),
    Route("POST", "/v2/orders/batch-retrieve", _batch_retrieve),
    Route("GET", "/v2/orders/{order_id}", _get),
)
