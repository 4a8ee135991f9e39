"""Toast's webhooks: a secret for each category, the body's own timestamp in the signature."""

import base64
import hmac
import json
import random
from dataclasses import dataclass
from datetime import datetime

from pos_bridge.simulator import chance
from pos_bridge.simulator.chain import Group
from pos_bridge.simulator.clock import rfc3339
from pos_bridge.simulator.mail import Letter, Rule
from pos_bridge.simulator.wire import Json

_NOT_FOUND, _TOO_MANY, _SERVER_ERROR = 404, 429, 500


def _resends(status: int | None) -> bool:
    """After no answer, 404, 429 or 5xx; any other refusal is final."""
    return status is None or status in (_NOT_FOUND, _TOO_MANY) or status >= _SERVER_ERROR


#: Two seconds to answer; two more tries, after five and ten minutes.
RULE = Rule(timeout=2, waits=(300.0, 600.0), resends=_resends)


def sign(*, secret: str, body: bytes, timestamp: str) -> str:
    """base64(HMAC-SHA256(secret, raw body + the body's timestamp)), as Toast documents it."""
    message = body + timestamp.encode()
    return base64.b64encode(hmac.digest(secret.encode(), message, "sha256")).decode()


@dataclass
class PostOffice:
    """Writes the letters of one integration; a category without a secret has no subscription."""

    group: Group
    ids: random.Random

    def write(
        self, category: str, kind: str, details: Json, *, restaurant: str, at: datetime
    ) -> Letter | None:
        """The letter for an event, or None when nobody subscribed to its category."""
        secret = self.group.secrets.get(category)
        if secret is None:
            return None
        event_id = chance.guid(self.ids)
        timestamp = rfc3339(at)
        envelope = {
            "timestamp": timestamp,
            "eventCategory": category,
            "eventType": kind,
            "guid": event_id,
            "details": details,
        }
        body = json.dumps(envelope, separators=(",", ":")).encode()
        headers = {
            "Toast-Signature": sign(secret=secret, body=body, timestamp=timestamp),
            "Toast-Event-Type": kind,
            "Toast-Event-Category": category,
            "Toast-Restaurant-External-ID": restaurant,
        }

        def stamp(attempt: int, _failure: str) -> dict[str, str]:
            return {**headers, "Toast-Attempt-Number": str(attempt)}

        return Letter("toast", kind, event_id, self.group.webhook_path, body, RULE, stamp)
