"""K-Series' HTTP API: rotating refresh tokens, businesses, sales, items, webhooks."""

from datetime import timedelta

from pos_bridge.simulator.lightspeed import item_api, sales_api, webhook_api
from pos_bridge.simulator.lightspeed.till import LightspeedTill
from pos_bridge.simulator.wire import Answer, Refusal, Request, Route, find, whole

ACCESS_LIFE = timedelta(minutes=60)
REFRESH_LIFE = timedelta(days=14)
_PATHS = ("/oauth/", "/f/", "/items/", "/o/")


def serves(path: str) -> bool:
    """Whether this path is one of K-Series'."""
    return path.startswith(_PATHS)


def answer(till: LightspeedTill, request: Request) -> Answer:
    """Answer one call. Raises Refusal."""
    found = find(ROUTES, request)
    if found is None:
        raise Refusal(404, "Not found")
    route, parts = found
    if not route.is_open and not _may_call(till, request):
        raise Refusal(401, "The access token is missing or has ended", code="invalid_token")
    reply: Answer = route.handler(till, request, **parts)
    return reply


def refuse(refusal: Refusal) -> Answer:
    """A refusal in K-Series' words; those of the token endpoint are OAuth's."""
    body = {"status": str(refusal.status), "message": refusal.detail}
    if refusal.code:
        body = {"error": refusal.code, "error_description": refusal.detail}
    return Answer(refusal.status, body, refusal.headers)


def _may_call(till: LightspeedTill, request: Request) -> bool:
    token = request.bearer()
    configured = till.account.access_token
    return bool(token) and (token == configured or till.tokens.is_good(token, "access"))


def _issue_token(till: LightspeedTill, request: Request) -> Answer:
    if request.basic() != (till.account.client_id, till.account.client_secret):
        raise Refusal(401, "Wrong client credentials", code="invalid_client")
    asked = request.form()
    grant = asked.get("grant_type")
    if grant == "refresh_token":
        _spend(till, asked.get("refresh_token", ""))
    elif grant == "authorization_code":
        if asked.get("code") != till.account.authorization_code:
            raise Refusal(400, "Unknown code", code="invalid_grant")
    else:
        raise Refusal(400, "Unknown grant_type", code="unsupported_grant_type")
    return Answer(
        body={
            "access_token": till.tokens.issue("access", ACCESS_LIFE),
            "token_type": "Bearer",
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "refresh_token": till.tokens.issue("refresh", REFRESH_LIFE),
            "scope": "financial-api items orders-api",
        }
    )


def _spend(till: LightspeedTill, token: str) -> None:
    """Take a refresh token, once. Raises Refusal (400)."""
    is_first = token and token == till.account.refresh_token and not till.tokens.is_spent(token)
    if not is_first and not till.tokens.is_good(token, "refresh"):
        raise Refusal(400, "The refresh token was used or has ended", code="invalid_grant")
    till.tokens.spend(token)


def _list_businesses(till: LightspeedTill, request: Request) -> Answer:
    business = till.account
    page = whole(request.query.get("page"), name="page", default=0, least=0, most=10**6)
    listed = {
        "businessName": business.business_name,
        "businessId": int(business.business_id),
        "currencyCode": business.currency,
        "businessLocations": [
            {
                "blName": place.name,
                "blID": int(place.id),
                "country": "GB",
                "timezone": place.time_zone,
            }
            for place in business.places
        ],
    }
    link = f"{request.base_url}/f/data/businesses"
    return Answer(
        body={
            "_embedded": {"businessList": [] if page else [listed]},
            "_links": {"self": {"href": link}},
        }
    )


ROUTES = (
    Route("POST", "/oauth/token", _issue_token, is_open=True),
    Route("GET", "/f/data/businesses", _list_businesses),
    *sales_api.ROUTES,
    *item_api.ROUTES,
    *webhook_api.ROUTES,
)
