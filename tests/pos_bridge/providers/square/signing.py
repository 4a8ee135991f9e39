"""How Square signs: HMAC-SHA256 over the registered address and the body, in base64."""

import base64
import hashlib
import hmac

from pos_bridge.providers.base import Webhook

SECRET, OTHER_SECRET = "signature-key", "another-key"
URL = "https://stock.example/api/v1/webhooks/square"
SIGNS_BODY = True


def sign(body: bytes, secret: str = SECRET, *, url: str = URL) -> Webhook:
    digest = hmac.new(secret.encode(), url.encode() + body, hashlib.sha256).digest()
    header = base64.b64encode(digest).decode()
    return Webhook(body, {"x-square-hmacsha256-signature": header}, url)
