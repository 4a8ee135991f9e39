"""Square's HTTP API: who may call, how refusals read, sign-in, locations, subscriptions."""

from datetime import timedelta

from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.square import catalog_api, inventory_api, money_api, order_api
from pos_bridge.simulator.square.post import Subscription
from pos_bridge.simulator.square.till import SquareTill
from pos_bridge.simulator.wire import Answer, Json, Refusal, Request, Route, find

#: Access tokens live 30 days; the refresh token of the code flow lasts.
ACCESS_LIFE = timedelta(days=30)
REFRESH_LIFE = timedelta(days=3650)

_CATEGORIES = {401: "AUTHENTICATION_ERROR", 429: "RATE_LIMIT_ERROR", 500: "API_ERROR"}
_CODES = {
    401: "UNAUTHORIZED",
    404: "NOT_FOUND",
    429: "RATE_LIMITED",
    500: "INTERNAL_SERVER_ERROR",
    503: "SERVICE_UNAVAILABLE",
}


def serves(path: str) -> bool:
    """Whether this path is one of Square's."""
    return path.startswith(("/v2/", "/oauth2/"))


def answer(till: SquareTill, request: Request) -> Answer:
    """Answer one call. Raises Refusal."""
    found = find(ROUTES, request)
    if found is None:
        raise Refusal(404, "Resource not found.")
    route, parts = found
    if not route.is_open and not _may_call(till, request):
        raise Refusal(401, "This request could not be authorized.")
    reply: Answer = route.handler(till, request, **parts)
    return reply


def refuse(refusal: Refusal) -> Answer:
    """A refusal in Square's words."""
    category = _CATEGORIES.get(refusal.status, "INVALID_REQUEST_ERROR")
    code = refusal.code or _CODES.get(refusal.status, "BAD_REQUEST")
    error = {"category": category, "code": code, "detail": refusal.detail}
    return Answer(refusal.status, {"errors": [error]}, refusal.headers)


def _may_call(till: SquareTill, request: Request) -> bool:
    token = request.bearer()
    configured = till.account.access_token
    return bool(token) and (token == configured or till.tokens.is_good(token, "access"))


def _issue_token(till: SquareTill, request: Request) -> Answer:
    asked = request.object()
    account = till.account
    if asked.get("client_id") != account.client_id:
        raise Refusal(401, "Unknown client.", code="UNAUTHORIZED")
    if asked.get("client_secret") != account.client_secret:
        raise Refusal(401, "Wrong client secret.", code="UNAUTHORIZED")
    return Answer(
        body={
            "access_token": till.tokens.issue("access", ACCESS_LIFE),
            "token_type": "bearer",
            "expires_at": rfc3339(till.tokens.ends_at(ACCESS_LIFE)),
            "merchant_id": account.merchant_id,
            "refresh_token": _refresh_token(till, asked),
            "short_lived": False,
        }
    )


def _refresh_token(till: SquareTill, asked: Json) -> str:
    grant = asked.get("grant_type")
    if grant == "authorization_code":
        code = str(asked.get("code", ""))
        if not code or code != till.account.authorization_code:
            raise Refusal(401, "Authorization code not found.", code="UNAUTHORIZED")
        return till.tokens.issue("refresh", REFRESH_LIFE)
    if grant == "refresh_token":
        token = str(asked.get("refresh_token", ""))
        if token and (token == till.account.refresh_token or till.tokens.is_good(token, "refresh")):
            return token
        raise Refusal(401, "Refresh token not valid.", code="UNAUTHORIZED")
    raise Refusal(400, "Unknown grant_type.")


def _list_locations(till: SquareTill, request: Request) -> Answer:
    return Answer(
        body={
            "locations": [
                {
                    "id": place.id,
                    "name": place.name,
                    "timezone": place.time_zone,
                    "merchant_id": till.account.merchant_id,
                    "currency": till.account.currency,
                    "status": "ACTIVE",
                    "type": "PHYSICAL",
                    "capabilities": ["CREDIT_CARD_PROCESSING"],
                }
                for place in till.account.places
            ]
        }
    )


def _subscribe(till: SquareTill, request: Request) -> Answer:
    wanted = request.object().get("subscription")
    if not isinstance(wanted, dict) or not wanted.get("notification_url"):
        raise Refusal(400, "A subscription needs a notification_url.")
    subscription = till.post_office.subscribe(wanted, at=till.world.clock.now())
    return Answer(body={"subscription": subscription.shown()})


def _list_subscriptions(till: SquareTill, request: Request) -> Answer:
    return Answer(body={"subscriptions": [s.shown() for s in till.post_office.subscriptions]})


def _rotate_key(till: SquareTill, request: Request, subscription_id: str) -> Answer:
    subscription = _subscription(till, subscription_id)
    till.post_office.rotate(subscription)
    return Answer(body={"signature_key": subscription.key})


def _test_subscription(till: SquareTill, request: Request, subscription_id: str) -> Answer:
    subscription = _subscription(till, subscription_id)
    letter = till.post_office.test_letter(subscription, at=till.world.clock.now())
    till.send(letter)
    result = {"id": letter.id, "payload": letter.body.decode(), "status_code": 202}
    return Answer(body={"subscription_test_result": result})


def _subscription(till: SquareTill, subscription_id: str) -> Subscription:
    for subscription in till.post_office.subscriptions:
        if subscription.id == subscription_id:
            return subscription
    raise Refusal(404, "Subscription not found.")


ROUTES = (
    Route("POST", "/oauth2/token", _issue_token, is_open=True),
    Route("GET", "/v2/locations", _list_locations),
    Route("GET", "/v2/webhooks/subscriptions", _list_subscriptions),
    Route("POST", "/v2/webhooks/subscriptions", _subscribe),
    Route("POST", "/v2/webhooks/subscriptions/{subscription_id}/signature-key", _rotate_key),
    Route("POST", "/v2/webhooks/subscriptions/{subscription_id}/test", _test_subscription),
    *order_api.ROUTES,
    *money_api.ROUTES,
    *catalog_api.ROUTES,
    *inventory_api.ROUTES,
)
