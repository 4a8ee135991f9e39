"""K-Series' webhook endpoints: PUT makes one, POST changes it and resets what it leaves out."""

from typing import Any

from pos_bridge.simulator.lightspeed.post import Endpoint
from pos_bridge.simulator.lightspeed.till import LightspeedTill
from pos_bridge.simulator.wire import Answer, Refusal, Request, Route


def _write(till: LightspeedTill, request: Request) -> Answer:
    asked = request.object()
    if not asked.get("endpointId") or not asked.get("url"):
        raise Refusal(400, "endpointId and url are needed")
    has_auth = bool(asked.get("withBasicAuth"))
    endpoint = Endpoint(
        id=str(asked["endpointId"]),
        url=str(asked["url"]),
        user=str(asked.get("username", "")) if has_auth else "",
        password=str(asked.get("password", "")) if has_auth else "",
        with_account=bool(asked.get("provideAccount", False)),
        subscribed=_subscriptions(asked.get("subscribeTo", [])),
    )
    till.endpoints[endpoint.id] = endpoint
    return Answer(body=endpoint.shown())


def _subscriptions(asked: Any) -> list[dict[str, Any]]:
    if not isinstance(asked, list) or not all(isinstance(row, dict) for row in asked):
        raise Refusal(400, "subscribeTo is a list of names and resources")
    return asked


def _get(till: LightspeedTill, request: Request, endpoint_id: str) -> Answer:
    return Answer(body=_endpoint(till, endpoint_id).shown())


def _delete(till: LightspeedTill, request: Request, endpoint_id: str) -> Answer:
    del till.endpoints[_endpoint(till, endpoint_id).id]
    return Answer(204)


def _attach(till: LightspeedTill, request: Request, endpoint_id: str, location_id: str) -> Answer:
    _endpoint(till, endpoint_id)
    if location_id not in till.places:
        raise Refusal(404, "No such business location")
    return Answer(204)


def _endpoint(till: LightspeedTill, endpoint_id: str) -> Endpoint:
    if endpoint_id not in till.endpoints:
        raise Refusal(404, "No such endpoint")
    return till.endpoints[endpoint_id]


ROUTES = (
    Route("PUT", "/o/wh/1/webhook", _write),
    Route("POST", "/o/wh/1/webhook", _write),
    Route("GET", "/o/wh/1/webhook/{endpoint_id}", _get),
    Route("DELETE", "/o/wh/1/webhook/{endpoint_id}", _delete),
    Route("PUT", "/o/wh/1/webhook/{endpoint_id}/business-locations/{location_id}", _attach),
)
