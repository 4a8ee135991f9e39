"""How Toast signs: HMAC-SHA256 over the body and its own timestamp, in base64."""

import base64
import hashlib
import hmac
import json

from pos_bridge.providers.base import Webhook

SECRET, OTHER_SECRET = "order-subscription-secret", "stock-subscription-secret"
SIGNS_BODY = True


def sign(body: bytes, secret: str = SECRET) -> Webhook:
    message = body + json.loads(body)["timestamp"].encode()
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return Webhook(body, {"toast-signature": base64.b64encode(digest).decode()})
