"""K-Series' webhooks: HTTP Basic and nothing else, for orders placed through the API only."""

import base64
import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pos_bridge.simulator.chain import Business
from pos_bridge.simulator.mail import Letter, Rule
from pos_bridge.simulator.wire import Json

#: No retry is documented, so there is none.
RULE = Rule(timeout=10, waits=(), resends=lambda status: False)

#: Told to every endpoint, asked for or not.
ALWAYS = {
    "ORDER": ("SUCCESS", "CLOSED", "CHECK_WAS_UPDATED", "FAILURE", "READY_FOR_PICKUP", "CANCELLED"),
    "PAYMENT": ("SUCCESS", "FAILURE"),
}


@dataclass
class Endpoint:
    """Where webhooks go, with the user and password its owner chose."""

    id: str
    url: str
    user: str = ""
    password: str = ""
    with_account: bool = False
    subscribed: list[Json] = field(default_factory=list)

    def wants(self, body: Json) -> bool:
        """Whether this endpoint hears of an event."""
        if body["status"] in ALWAYS.get(body["type"], ()):
            return True
        resource = str(body["type"]).lower()
        return any(s.get("resource") == resource for s in self.subscribed)

    def shown(self) -> Json:
        """The endpoint as the API tells it, its password left out."""
        return {
            "endpointId": self.id,
            "url": self.url,
            "withBasicAuth": bool(self.user),
            "username": self.user,
            "provideAccount": self.with_account,
            "subscribeTo": self.subscribed,
        }

    def letter(self, body: Json, reference: str) -> Letter:
        """A webhook to this endpoint."""
        headers = {}
        if self.user:
            pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        kind = f"{body['type']}.{body['status']}"
        path = urlsplit(self.url).path
        raw = json.dumps(body).encode()
        return Letter("lightspeed", kind, reference, path, raw, RULE, lambda *_: headers)


def endpoints(business: Business) -> dict[str, Endpoint]:
    """The endpoint of the chain file; more are made by the API."""
    return {
        business.endpoint_id: Endpoint(
            id=business.endpoint_id,
            url=business.webhook_path,
            user=business.webhook_user,
            password=business.webhook_password,
            with_account=True,
            subscribed=[{"name": "SALES_RESTRICTION_UPDATED", "resource": "item"}],
        )
    }
