"""Toast's orders: one by guid, and many by modification or business day."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

from pos_bridge.simulator.toast.till import ToastTill
from pos_bridge.simulator.wire import Answer, Json, Refusal, Request, Route, whole

LONGEST_WINDOW = timedelta(days=31)


def restaurant(till: ToastTill, request: Request) -> str:
    """The restaurant a call is about; Toast asks for it in a header on every call."""
    guid = request.header("Toast-Restaurant-External-ID")
    if not guid:
        raise Refusal(400, "Toast-Restaurant-External-ID is missing")
    if guid not in till.places:
        raise Refusal(403, "This client has no access to the restaurant")
    return guid


def _get(till: ToastTill, request: Request, order_id: str) -> Answer:
    place_id = restaurant(till, request)
    if till.place_of.get(order_id) != place_id:
        raise Refusal(404, "Order not found")
    return Answer(body=till.orders[order_id])


def _list_bulk(till: ToastTill, request: Request) -> Answer:
    place_id = restaurant(till, request)
    size = whole(request.query.get("pageSize"), name="pageSize", default=100, least=1, most=100)
    page = whole(request.query.get("page"), name="page", default=1, least=1, most=10**6)
    is_wanted = _filter(request.query)
    orders = sorted(
        (
            order
            for guid, order in till.orders.items()
            if till.place_of[guid] == place_id and is_wanted(order)
        ),
        key=lambda order: (order["modifiedDate"], order["guid"]),
    )
    shown = orders[(page - 1) * size : page * size]
    headers = {}
    if page * size < len(orders):
        query = urlencode({**request.query, "page": page + 1})
        headers["Link"] = f'<{request.base_url}{request.path}?{query}>; rel="next"'
    return Answer(body=shown, headers=headers)


def _filter(query: dict[str, str]) -> Callable[[Json], bool]:
    if "businessDate" in query:
        day = whole(query["businessDate"], name="businessDate", default=0, least=0, most=99999999)
        return lambda order: order["businessDate"] == day
    start, end = _moment(query, "startDate"), _moment(query, "endDate")
    if not start <= end <= start + LONGEST_WINDOW:
        raise Refusal(400, "startDate and endDate are at most a month apart")
    return lambda order: start <= datetime.fromisoformat(order["modifiedDate"]) < end


def _moment(query: dict[str, str], name: str) -> datetime:
    """A time of the query; a plus sign that was not encoded arrives as a space and is refused."""
    try:
        at = datetime.fromisoformat(query.get(name, ""))
    except ValueError:
        raise Refusal(400, f"{name} is not a time") from None
    if at.tzinfo is None:
        raise Refusal(400, f"{name} needs its offset")
    return at


ROUTES = (
    Route("GET", "/orders/v2/ordersBulk", _list_bulk),
    Route("GET", "/orders/v2/orders/{order_id}", _get),
)
