"""How K-Series shows who it is: HTTP Basic with the name and password we gave it."""

import base64

from pos_bridge.providers.base import Webhook

SECRET, OTHER_SECRET = "hooks:long-random-password", "hooks:another-password"
SIGNS_BODY = False


def sign(body: bytes, secret: str = SECRET) -> Webhook:
    return Webhook(body, {"authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"})
