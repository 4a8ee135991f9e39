"""The tokens of a connection: sealed in its row, renewed under its lock, stored before use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import connection as database

from core import crypto, tenancy
from pos_bridge.models import Connection
from pos_bridge.providers.base import Tokens


class KeptTokens:
    """A connection's tokens, sealed in its row and renewed under its lock.

    Several providers' refresh tokens work once: the new pair is stored before anybody uses it.
    """

    def __init__(self, connection_id: int, tenant_id: UUID) -> None:
        self._connection_id, self._tenant_id = connection_id, tenant_id

    def current(self) -> Tokens | None:
        with tenancy.acting_for(self._tenant_id):
            return kept_by(Connection.objects.get(pk=self._connection_id))

    def renew(self, stale: Tokens | None, exchange: Callable[[Tokens | None], Tokens]) -> Tokens:
        # The provider is asked while the row is locked, as an exception: a single-use refresh token
        # must not be used by two workers, and nothing but another renewal waits for this lock.
        with tenancy.acting_for(self._tenant_id):
            with database.cursor() as cursor:
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '30s'")
            # Without the key: orders that refer to the connection go on being written.
            connection = Connection.objects.select_for_update(no_key=True).get(
                pk=self._connection_id
            )
            kept = kept_by(connection)
            if kept is not None and kept != stale:
                return kept
            fresh = exchange(kept)
            keep(connection, fresh)
            return fresh


def kept_by(connection: Connection) -> Tokens | None:
    """The connection's tokens, opened; None before the first authorisation."""
    if not connection.sealed_tokens:
        return None
    kept = crypto.unseal(connection.sealed_tokens, owner=owner_of(connection.pk))
    expires = kept["expires_at"]
    return Tokens(
        kept["access_token"],
        datetime.fromisoformat(expires) if expires else None,
        kept["refresh_token"],
    )


def keep(connection: Connection, tokens: Tokens) -> None:
    """Seal these as the connection's tokens."""
    connection.sealed_tokens = crypto.seal(
        {
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "expires_at": tokens.expires_at.isoformat() if tokens.expires_at else "",
        },
        owner=owner_of(connection.pk),
    )
    connection.save(update_fields=["sealed_tokens"])


def owner_of(connection_id: int) -> str:
    """Whom a connection's secrets are sealed for."""
    return f"connection:{connection_id}"
