"""Square's payments and refunds."""

from collections.abc import Mapping

from pos_bridge.simulator.square.order_api import moment
from pos_bridge.simulator.square.paging import page
from pos_bridge.simulator.square.till import SquareTill
from pos_bridge.simulator.wire import Answer, Json, Refusal, Request, Route, whole


def _list_payments(till: SquareTill, request: Request) -> Answer:
    return _list(till.payments, "payments", request.query)


def _list_refunds(till: SquareTill, request: Request) -> Answer:
    return _list(till.refunds, "refunds", request.query)


def _get_payment(till: SquareTill, request: Request, payment_id: str) -> Answer:
    if payment_id not in till.payments:
        raise Refusal(404, "Could not find payment.")
    return Answer(body={"payment": till.payments[payment_id]})


def _get_refund(till: SquareTill, request: Request, refund_id: str) -> Answer:
    if refund_id not in till.refunds:
        raise Refusal(404, "Could not find refund.")
    return Answer(body={"refund": till.refunds[refund_id]})


def _list(documents: Mapping[str, Json], name: str, query: dict[str, str]) -> Answer:
    field = query.get("sort_field", "CREATED_AT").lower()
    if field not in ("created_at", "updated_at"):
        raise Refusal(400, "Unknown sort_field.")
    rows = [
        (document[field], document["id"], document)
        for document in documents.values()
        if _matches(document, query)
    ]
    asked = {key: value for key, value in query.items() if key != "cursor"}
    shown, cursor = page(
        rows,
        query=asked,
        cursor=query.get("cursor"),
        limit=whole(query.get("limit"), name="limit", default=100, least=1, most=100),
        descending=query.get("sort_order", "DESC") == "DESC",
    )
    return Answer(body={name: shown, **({"cursor": cursor} if cursor else {})})


def _matches(document: Json, query: dict[str, str]) -> bool:
    if query.get("location_id", document["location_id"]) != document["location_id"]:
        return False
    spans = (
        ("created_at", "begin_time", "end_time"),
        ("updated_at", "updated_at_begin_time", "updated_at_end_time"),
    )
    for field, start, end in spans:
        at = moment(document[field])
        if query.get(start) and at < moment(query[start]):
            return False
        if query.get(end) and at > moment(query[end]):
            return False
    return True


ROUTES = (
    Route("GET", "/v2/payments", _list_payments),
    Route("GET", "/v2/payments/{payment_id}", _get_payment),
    Route("GET", "/v2/refunds", _list_refunds),
    Route("GET", "/v2/refunds/{refund_id}", _get_refund),
)
