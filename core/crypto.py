"""Seals what must be kept but never shown: AES-256-GCM, the key's id in the record.

A sealed value opens only for the owner it was sealed for (its associated data), so a row copied to
another connection does not open. The first key seals; all keys open, which is how keys rotate.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
NONCE_BYTES = 12
ID_BYTES = 4


class CannotOpen(Exception):
    """The record was sealed with a key we do not have, for another owner, or was altered."""


def seal(values: Mapping[str, str], *, owner: str) -> bytes:
    """Seal a few named secrets for one owner, for example "connection:17"."""
    key = _keys()[0]
    nonce = os.urandom(NONCE_BYTES)
    text = json.dumps(dict(values)).encode()
    return _id(key) + nonce + AESGCM(key).encrypt(nonce, text, owner.encode())


def unseal(record: bytes | memoryview, *, owner: str) -> dict[str, str]:
    """The secrets again. Raises CannotOpen."""
    raw = bytes(record)
    key_id, nonce = raw[:ID_BYTES], raw[ID_BYTES : ID_BYTES + NONCE_BYTES]
    for key in _keys():
        if _id(key) != key_id:
            continue
        try:
            text = AESGCM(key).decrypt(nonce, raw[ID_BYTES + NONCE_BYTES :], owner.encode())
        except InvalidTag as error:
            raise CannotOpen(owner) from error
        opened: dict[str, str] = json.loads(text)
        return opened
    raise CannotOpen(owner)


def is_sealed_with_newest(record: bytes | memoryview) -> bool:
    return bytes(record)[:ID_BYTES] == _id(_keys()[0])


def fingerprint(data: bytes) -> bytes:
    """A keyed hash that says two bodies were the same without saying what they were."""
    return hashlib.blake2b(data, digest_size=32, key=_keys()[0]).digest()


def _keys() -> list[bytes]:
    keys = [base64.b64decode(text) for text in settings.FIELD_ENCRYPTION_KEYS]
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS needs at least one key: 32 random bytes in base64."
        )
    return keys


def _id(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:ID_BYTES]
