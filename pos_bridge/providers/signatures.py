"""Who sent it: HMAC and HTTP Basic checks over raw bytes, in constant time, all secrets tried."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from pos_bridge.providers.base import BadSignature


def hmac_base64(secret: str, message: bytes) -> str:
    digest = hmac.new(secret.encode("utf-8", "surrogatepass"), message, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def check_hmac(*, given: str, message: bytes, secrets: Sequence[str]) -> None:
    """Raise BadSignature unless one of the secrets signs the message like that."""
    _one_of(given, [hmac_base64(secret, message) for secret in secrets if secret])


def check_basic(*, given: str, secrets: Sequence[str]) -> None:
    """Raise BadSignature unless the header carries one of the secrets, `username:password`."""
    scheme, _, encoded = given.partition(" ")
    try:
        sent = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignature("no readable Basic credentials") from error
    if scheme.lower() != "basic":
        raise BadSignature("no Basic credentials")
    _one_of(sent, [secret for secret in secrets if secret])


def _one_of(given: str | bytes, right: Sequence[str]) -> None:
    fits = [hmac.compare_digest(_digest(given), _digest(one)) for one in right]
    if not any(fits):
        raise BadSignature("none of the secrets fits")


def _digest(value: str | bytes) -> bytes:
    # Compared as digests, so that not even the length of a password shows in the time it takes.
    raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    return hashlib.sha256(raw).digest()
