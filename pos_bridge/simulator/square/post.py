"""Square's webhooks: subscriptions, the signature over URL and body, the envelope."""

import base64
import hmac
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from pos_bridge.simulator import chance
from pos_bridge.simulator.chain import Seller
from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.mail import Letter, Rule
from pos_bridge.simulator.wire import Json

_MINUTES = (1, 2, 4, 8, 16, 32, 60, 120, 240, 480, 480)

#: Ten seconds to answer; any failure is sent again, eleven times over about a day.
RULE = Rule(timeout=10, waits=tuple(60.0 * m for m in _MINUTES), resends=lambda status: True)


def sign(*, key: str, url: str, body: bytes) -> str:
    """base64(HMAC-SHA256(key, notification URL + raw body)), as Square documents it."""
    return base64.b64encode(hmac.digest(key.encode(), url.encode() + body, "sha256")).decode()


@dataclass
class Subscription:
    """Who hears of what; no event types means all of them."""

    id: str
    name: str
    url: str
    key: str
    path: str
    api_version: str = "2026-09-16"
    event_types: tuple[str, ...] = ()
    is_enabled: bool = True
    created_at: str = ""

    def wants(self, kind: str) -> bool:
        return self.is_enabled and (not self.event_types or kind in self.event_types)

    def shown(self) -> Json:
        """The subscription as the API tells it."""
        return {
            "id": self.id,
            "name": self.name,
            "enabled": self.is_enabled,
            "event_types": list(self.event_types),
            "notification_url": self.url,
            "api_version": self.api_version,
            "signature_key": self.key,
            "created_at": self.created_at,
            "updated_at": self.created_at,
        }


@dataclass
class PostOffice:
    """Writes the letters of one seller's application."""

    seller: Seller
    ids: random.Random
    subscriptions: list[Subscription] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.subscriptions.append(
            Subscription(
                id=f"wbhk_{chance.guid(self.ids).replace('-', '')}",
                name="As the chain file says",
                url=self.seller.notification_url,
                key=self.seller.signature_key,
                path=self.seller.webhook_path,
            )
        )

    def subscribe(self, wanted: Json, *, at: datetime) -> Subscription:
        """Add a subscription with a signature key of its own."""
        url = str(wanted["notification_url"])
        subscription = Subscription(
            id=f"wbhk_{chance.guid(self.ids).replace('-', '')}",
            name=str(wanted.get("name", "")),
            url=url,
            key=chance.token(self.ids, 22),
            path=urlsplit(url).path,
            api_version=str(wanted.get("api_version", "2026-09-16")),
            event_types=tuple(wanted.get("event_types", ())),
            is_enabled=bool(wanted.get("enabled", True)),
            created_at=rfc3339(at),
        )
        self.subscriptions.append(subscription)
        return subscription

    def rotate(self, subscription: Subscription) -> None:
        """Give a subscription a new signature key; the old one signs nothing any more."""
        subscription.key = chance.token(self.ids, 22)

    def write(
        self, kind: str, data: Json, *, at: datetime, event_id: str | None = None
    ) -> Iterable[Letter]:
        """One letter for each subscription that wants this kind of event."""
        name = event_id or chance.guid(self.ids)
        envelope = {
            "merchant_id": self.seller.merchant_id,
            "type": kind,
            "event_id": name,
            "created_at": rfc3339(at),
            "data": data,
        }
        body = json.dumps(envelope, separators=(",", ":")).encode()
        for subscription in self.subscriptions:
            if subscription.wants(kind):
                yield self._letter(subscription, kind, name, body, at)

    def test_letter(self, subscription: Subscription, *, at: datetime) -> Letter:
        """The test event of the developer console: no object in it."""
        data = {"type": "webhooks", "id": chance.guid(self.ids)}
        body = json.dumps(
            {
                "merchant_id": self.seller.merchant_id,
                "type": "webhooks.test_notification",
                "event_id": chance.guid(self.ids),
                "created_at": rfc3339(at),
                "data": data,
            }
        ).encode()
        return self._letter(subscription, "webhooks.test_notification", data["id"], body, at)

    def _letter(
        self, to: Subscription, kind: str, event_id: str, body: bytes, at: datetime
    ) -> Letter:
        first = {
            "x-square-hmacsha256-signature": sign(key=to.key, url=to.url, body=body),
            "square-environment": self.seller.environment,
            "square-initial-delivery-timestamp": rfc3339(at),
        }

        def stamp(attempt: int, failure: str) -> dict[str, str]:
            if attempt == 1:
                return first
            again = {"square-retry-number": str(attempt - 1), "square-retry-reason": failure}
            return {**first, **again}

        return Letter("square", kind, event_id, to.path, body, RULE, stamp)
