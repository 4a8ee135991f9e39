"""Where providers post to, and the secrets that prove it was them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import connection as database

from core import crypto, tenancy
from core.crypto import CannotOpen
from pos_bridge.models import Connection, Endpoint
from pos_bridge.providers.base import BadSignature, Provider, Webhook

LARGEST_ID = 2**63 - 1  # what a row's number fits in

_given: set[str] = set()  # providers whose application endpoint this process has looked after


class Candidate(NamedTuple):
    """An endpoint a webhook may be for; nothing is believed before one of its secrets fits."""

    id: int
    sealed_secrets: bytes | memoryview
    environment: str


def candidates(provider: str, connection: int | None, merchant: str | None) -> list[Candidate]:
    """The endpoints whose secrets to try: the connection's, or all that could be for the
    merchant.
    """
    if connection is not None and connection > LARGEST_ID:
        return []
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT id, sealed_secrets, environment FROM pos_endpoints(%s, %s, %s)",
            [provider, connection, (merchant or "").replace("\0", "")],
        )
        rows = cursor.fetchall()
    return [
        Candidate(number, sealed, environment or "production")
        for number, sealed, environment in rows
    ]


def verified(provider: Provider, webhook: Webhook, found: Sequence[Candidate]) -> Candidate | None:
    """The first candidate one of whose secrets made this signature.

    Raises CannotOpen when none did, but one could not be asked: that is no word about the sender.
    """
    closed: CannotOpen | None = None
    for candidate in found:
        try:
            provider.verify(webhook, _open(candidate.id, candidate.sealed_secrets))
        except BadSignature:
            continue
        except CannotOpen as error:
            closed = error
            continue
        return candidate
    if closed:
        raise closed
    return None


def take_from_environment(provider: str) -> bool:
    """Let the application's endpoint hold WEBHOOK_SECRET. True when this may be news: once."""
    if not settings.WEBHOOK_SECRET or provider in _given:
        return False
    _given.add(provider)
    give_application(provider, [settings.WEBHOOK_SECRET])
    return True


def quarantine(candidate: Candidate, headers: Mapping[str, str], body: bytes) -> None:
    """Keep a body that did not verify, within the endpoint's bounds."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT pos_quarantine(%s, %s, %s)", [candidate.id, json.dumps(headers), body]
        )


def give(connection: Connection, secrets: Sequence[str]) -> Endpoint:
    """Make these the live secrets of the connection's own endpoint."""
    endpoint = Endpoint.objects.filter(connection=connection).first()
    if endpoint is None:
        endpoint = Endpoint.objects.create(
            provider=connection.provider,
            tenant_id=connection.tenant_id,
            connection=connection,
            sealed_secrets=b"",
        )
    _seal(endpoint, secrets)
    return endpoint


def give_application(provider: str, secrets: Sequence[str]) -> Endpoint:
    """The same for an application's endpoint, whose events are routed by the verified merchant."""
    with tenancy.across_tenants("an application's endpoint"):
        endpoint = Endpoint.objects.filter(provider=provider, connection=None).first()
        if endpoint is None:
            endpoint = Endpoint.objects.create(provider=provider, sealed_secrets=b"")
        _seal(endpoint, secrets)
        return endpoint


def count_secrets(endpoint: Endpoint) -> int:
    """How many secrets verify at this endpoint now; what they are is told to nobody."""
    return len(_open(endpoint.pk, endpoint.sealed_secrets))


def address_of(connection: Connection) -> str:
    """The address to give to the provider, exactly as its signature will cover it."""
    return f"{settings.WEBHOOK_BASE_URL}/api/v1/webhooks/{connection.provider}/{connection.pk}"


def _seal(endpoint: Endpoint, secrets: Sequence[str]) -> None:
    named = {str(place): secret for place, secret in enumerate(secrets)}
    endpoint.sealed_secrets = crypto.seal(named, owner=f"endpoint:{endpoint.pk}")
    endpoint.save(update_fields=["sealed_secrets"])


def _open(number: int, sealed: bytes | memoryview) -> tuple[str, ...]:
    if not sealed:
        return ()
    return tuple(crypto.unseal(sealed, owner=f"endpoint:{number}").values())
