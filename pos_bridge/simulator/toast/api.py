"""Toast's HTTP API: login, restaurants, and who may call the rest."""

from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.toast import menu_api, order_api, stock_api
from pos_bridge.simulator.toast.till import ToastTill
from pos_bridge.simulator.wire import Answer, Json, Refusal, Request, Route, find

_PATHS = ("/authentication/", "/orders/", "/menus/", "/stock/", "/restaurants/", "/partners/")


def serves(path: str) -> bool:
    """Whether this path is one of Toast's."""
    return path.startswith(_PATHS)


def answer(till: ToastTill, request: Request) -> Answer:
    """Answer one call. Raises Refusal."""
    found = find(ROUTES, request)
    if found is None:
        raise Refusal(404, "Not found")
    route, parts = found
    if not route.is_open and not till.tokens.is_good(request.bearer(), "access"):
        raise Refusal(401, "Unauthorized")
    if till.world.has_limits:
        till.limits.admit(request)
    reply: Answer = route.handler(till, request, **parts)
    return reply


def refuse(refusal: Refusal) -> Answer:
    """A refusal in Toast's words."""
    body = {
        "status": refusal.status,
        "code": refusal.status * 100,
        "message": refusal.detail,
        "messageKey": None,
        "fieldName": None,
        "link": None,
        "developerMessage": None,
        "errors": [],
        "canRetry": None,
    }
    return Answer(refusal.status, body, refusal.headers)


def _log_in(till: ToastTill, request: Request) -> Answer:
    asked = request.object()
    known = (till.account.client_id, till.account.client_secret, "TOAST_MACHINE_CLIENT")
    if (asked.get("clientId"), asked.get("clientSecret"), asked.get("userAccessType")) != known:
        raise Refusal(401, "Wrong client credentials")
    token, seconds = till.desk.log_in(till.tokens)
    return Answer(
        body={
            "@class": ".SuccessfulResponse",
            "token": {
                "tokenType": "Bearer",
                "scope": None,
                "expiresIn": seconds,
                "accessToken": token,
                "idToken": None,
                "refreshToken": None,
            },
            "status": "SUCCESS",
        }
    )


def _list_partner_restaurants(till: ToastTill, request: Request) -> Answer:
    at = rfc3339(till.published_at)
    return Answer(
        body=[
            {
                "restaurantGuid": place.id,
                "managementGroupGuid": till.account.group_id,
                "deleted": False,
                "restaurantName": place.name,
                "locationName": place.name,
                "locationCode": "",
                "externalGroupRef": None,
                "externalRestaurantRef": None,
                "isoCreatedDate": at,
                "isoModifiedDate": at,
            }
            for place in till.account.places
        ]
    )


def _list_group_restaurants(till: ToastTill, request: Request, group_id: str) -> Answer:
    if group_id != till.account.group_id:
        raise Refusal(404, "No such restaurant group")
    return Answer(body=[{"guid": place.id} for place in till.account.places])


def _get_restaurant(till: ToastTill, request: Request, restaurant_id: str) -> Answer:
    if restaurant_id not in till.places:
        raise Refusal(404, "No such restaurant")
    place = till.places[restaurant_id]
    general: Json = {
        "name": place.name,
        "locationName": place.name,
        "timeZone": place.time_zone,
        "closeoutHour": till.account.closeout_hour,
        "managementGroupGuid": till.account.group_id,
        "currencyCode": till.account.currency,
    }
    return Answer(body={"guid": place.id, "general": general})


ROUTES = (
    Route("POST", "/authentication/v1/authentication/login", _log_in, is_open=True),
    Route("GET", "/partners/v1/restaurants", _list_partner_restaurants),
    Route("GET", "/restaurants/v1/groups/{group_id}/restaurants", _list_group_restaurants),
    Route("GET", "/restaurants/v1/restaurants/{restaurant_id}", _get_restaurant),
    *order_api.ROUTES,
    *menu_api.ROUTES,
    *stock_api.ROUTES,
)
