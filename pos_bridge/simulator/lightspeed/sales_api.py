"""K-Series' Financial API, version 2: closed sales by the time they were closed."""

import base64
import binascii
import json
from datetime import UTC, date, datetime, time, timedelta

from pos_bridge.simulator.chain import Place
from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.lightspeed.till import LightspeedTill
from pos_bridge.simulator.wire import Answer, Json, Refusal, Request, Route, whole

LONGEST_RANGE = timedelta(days=365)
_MOST_A_PAGE = 100
#: What is told only when it is asked for.
_INCLUDED = {
    "payments": ("payments",),
    "table": ("tableNumber", "tableName"),
    "staff": ("ownerName", "ownerId"),
}


def location(till: LightspeedTill, location_id: str) -> Place:
    """The business location of a call. Raises Refusal (404)."""
    if location_id not in till.places:
        raise Refusal(404, "No such business location")
    return till.places[location_id]


def _list_sales(till: LightspeedTill, request: Request, location_id: str) -> Answer:
    place = location(till, location_id)
    query = request.query
    start = _moment(query.get("from", ""), "from")
    end = _moment(query["to"], "to") if query.get("to") else till.world.clock.now()
    if end - start > LONGEST_RANGE:
        raise Refusal(400, "from and to are at most 365 days apart")
    size = whole(query.get("pageSize"), name="pageSize", default=100, least=1, most=_MOST_A_PAGE)
    offset = _open(query["nextPageToken"]) if query.get("nextPageToken") else 0
    sales = _sales(till, place, start, end)
    body: Json = {"sales": [_trim(s, query) for s in sales[offset : offset + size]]}
    if offset + size < len(sales):
        body["nextPageToken"] = _seal(offset + size)
    return Answer(body=body)


def _list_day(till: LightspeedTill, request: Request, location_id: str) -> Answer:
    place = location(till, location_id)
    try:
        day = date.fromisoformat(request.query.get("date", ""))
    except ValueError:
        raise Refusal(400, "date is not a day") from None
    start = datetime.combine(day, time(), place.zone)
    end = datetime.combine(day + timedelta(days=1), time(), place.zone)
    sales = _sales(till, place, start, end)
    is_over = till.world.clock.now() >= end
    return Answer(
        body={
            "businessLocationId": int(place.id),
            "businessDate": day.isoformat(),
            "dataComplete": is_over and place.id not in till.offline_places(),
            "nextStartOfDayAsIso8601": rfc3339(end),
            "sales": [_trim(sale, request.query) for sale in sales],
        }
    )


def _sales(till: LightspeedTill, place: Place, start: datetime, end: datetime) -> list[Json]:
    """Sales of a place closed from `start` up to and without `end`, oldest first."""
    found = sorted(
        (sale.closed_at, account_id)
        for account_id, sale in till.sales.items()
        if sale.place.id == place.id and start <= sale.closed_at < end
    )
    return [till.orders[account_id] for _, account_id in found]


def _trim(sale: Json, query: dict[str, str]) -> Json:
    included = query.get("include", "").split(",")
    hidden = {name for part, names in _INCLUDED.items() if part not in included for name in names}
    return {name: value for name, value in sale.items() if name not in hidden}


def _moment(text: str, name: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(400, f"{name} is not a time") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _seal(offset: int) -> str:
    return base64.b64encode(json.dumps({"o": offset}, separators=(",", ":")).encode()).decode()


def _open(token: str) -> int:
    try:
        return int(json.loads(base64.b64decode(token))["o"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise Refusal(400, "nextPageToken is not one of ours") from None


ROUTES = (
    Route("GET", "/f/v2/business-location/{location_id}/sales", _list_sales),
    Route("GET", "/f/v2/business-location/{location_id}/sales-daily", _list_day),
)
