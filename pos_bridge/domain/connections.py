"""Connecting tills: a chain's account at a provider, its secrets, and a client to ask it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db import connection as database

from core import crypto, tenancy
from core.domain import audit, people
from core.models import Tenant, User
from locations.domain import memberships
from locations.roles import Role
from pos_bridge.domain import addresses, endpoints, quarantine, tokens
from pos_bridge.models import Connection, Endpoint, MerchantLink, RawEventState
from pos_bridge.providers import PROVIDERS
from pos_bridge.providers.base import Account, Client, Tokens

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
EDITABLE = frozenset({"name", "environment", "base_url", "state", "restock_policy", "oldest_days"})


class MerchantTaken(ValidationError):
    """Refused: another connection speaks for this merchant already."""


class StaleVersion(ValidationError):
    """Refused: the connection was changed meanwhile."""


@transaction.atomic
def create(
    *,
    provider: str,
    name: str,
    actor: User,
    merchants: Sequence[str] = (),
    secrets: Mapping[str, str] | None = None,
    webhook_secrets: Sequence[str] = (),
    **fields: Any,
) -> Connection:
    """Connect a till system. Secrets are sealed at once and never shown again.

    Events of these merchants that came before anybody knew them are taken over. Raises
    ValidationError and MerchantTaken; then nothing is made.
    """
    tenant = Tenant.objects.get(pk=tenancy.acting_tenant())
    user = people.service_user(tenant=tenant, name=f"{name} (till)", purpose="connection")
    memberships.grant(user=user, role=Role.TILL, actor=actor)
    connection = Connection(tenant=tenant, provider=provider, name=name, actor=user, **fields)
    _check(connection)
    connection.save()
    _keep(connection, secrets, webhook_secrets)
    for merchant in merchants:
        speak_for(connection, merchant)
    audit.record(
        actor=actor,
        action="connection.created",
        target=f"connection:{connection.pk}",
        provider=provider,
        name=name,
        merchants=list(merchants),
    )
    return connection


@transaction.atomic
def change(
    *,
    connection: Connection,
    actor: User,
    version: int | None = None,
    secrets: Mapping[str, str] | None = None,
    webhook_secrets: Sequence[str] = (),
    merchants: Sequence[str] | None = None,
    **fields: Any,
) -> Connection:
    """Change a connection; secrets given replace those of the same name. Raises StaleVersion."""
    locked = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    if version is not None and version != locked.version:
        raise StaleVersion(
            f"Somebody changed this connection meanwhile: it is at version {locked.version}.",
            code="stale_version",
        )
    before = {key: getattr(locked, key) for key in fields}
    for key, value in fields.items():
        if key not in EDITABLE:
            raise ValueError(key)
        setattr(locked, key, value)
    locked.version += 1
    _check(locked)
    locked.save()
    _keep(locked, secrets, webhook_secrets)
    MerchantLink.objects.filter(connection=locked).update(environment=locked.environment)
    if merchants is not None:
        MerchantLink.objects.filter(connection=locked).exclude(external_id__in=merchants).delete()
        for merchant in merchants:
            speak_for(locked, merchant)
    audit.record(
        actor=actor,
        action="connection.changed",
        target=f"connection:{locked.pk}",
        before=before,
        after=dict(fields),
        secrets=sorted(secrets or ()),  # their names only
        webhook_secrets=len(webhook_secrets),
    )
    return locked


@transaction.atomic
def remove(*, connection: Connection, actor: User, at: datetime) -> bool:
    """Archive a connection, or delete one that nothing ever came through. True when deleted."""
    locked = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    MerchantLink.objects.filter(connection=locked).delete()
    has_history = RawEventState.objects.filter(connection=locked).exists()
    audit.record(
        actor=actor,
        action="connection.archived" if has_history else "connection.deleted",
        target=f"connection:{locked.pk}",
        name=locked.name,
    )
    if not has_history:
        with tenancy.across_tenants("what an endpoint kept in quarantine"):
            Endpoint.objects.filter(connection=locked).delete()
        locked.delete()
        return True
    locked.state, locked.archived_at = Connection.State.ARCHIVED, at
    locked.version += 1
    locked.save(update_fields=["state", "archived_at", "version"])
    return False


def _check(connection: Connection) -> None:
    """Raises ValidationError for values that are not usable, a taken name or a private address."""
    if connection.base_url:
        addresses.check(connection.base_url)
    connection.full_clean()


def speak_for(connection: Connection, merchant: str) -> MerchantLink:
    """Route this merchant's events to the connection, also those that wait.

    Raises MerchantTaken.
    """
    known = MerchantLink.objects.filter(connection=connection, external_id=merchant).first()
    if known:
        return known
    try:
        with transaction.atomic():
            link = MerchantLink.objects.create(
                tenant_id=connection.tenant_id,
                connection=connection,
                provider=connection.provider,
                environment=connection.environment,
                external_id=merchant,
            )
    except IntegrityError as error:
        raise MerchantTaken(
            f"{merchant} is connected elsewhere already.", code="merchant_taken"
        ) from error
    adopt()
    return link


def adopt() -> int:
    """Take over events that came before anybody spoke for their merchant. Answers how many.

    Also for the sweeper: one that arrives while its merchant is being connected sees no connection,
    and the connecting does not see it.
    """
    with tenancy.across_tenants("events of a merchant nobody knew"), database.cursor() as cursor:
        cursor.execute(
            """
            UPDATE pos_webhook_states s SET tenant_id = m.tenant_id,
                connection_id = m.connection_id, state = 'PENDING', reason = ''
            FROM pos_webhook_logs e
            JOIN pos_merchants m ON m.provider = e.provider AND m.external_id = e.merchant
            WHERE s.connection_id IS NULL AND s.state = 'UNMAPPED' AND e.id = s.event_id
            """
        )
        return int(cursor.rowcount)


def find(connection_id: int) -> Connection | None:
    """The active connection with this id, whoever's it is: for the machinery."""
    with tenancy.across_tenants("whose connection this is"):
        return Connection.objects.filter(pk=connection_id, state=Connection.State.ACTIVE).first()


def heard_of(connection: Connection, at: datetime) -> None:
    """Note when the newest event came; passed over while somebody changes the connection."""
    with tenancy.acting_for(connection.tenant_id):
        free = Connection.objects.select_for_update(no_key=True, skip_locked=True)
        for row in free.filter(pk=connection.pk).exclude(last_event_at__gte=at):
            row.last_event_at = at
            row.save(update_fields=["last_event_at"])


@contextmanager
def client(connection: Connection) -> Iterator[Client]:
    """A client that asks the connection's provider, closed at the end."""
    with tenancy.acting_for(connection.tenant_id):
        merchants = list(
            MerchantLink.objects.filter(connection=connection).values_list("external_id", flat=True)
        )
        secrets = _of_the_application(connection.provider) | opened(connection)
    opened_client = PROVIDERS[connection.provider].connect(
        Account(
            environment="sandbox" if connection.environment == "sandbox" else "production",
            merchant=merchants[0] if merchants else "",
            secrets=secrets,
            tokens=tokens.KeptTokens(connection.pk, connection.tenant_id),
            base_url=connection.base_url,
        )
    )
    try:
        yield opened_client
    finally:
        opened_client.close()


def _of_the_application(provider: str) -> dict[str, str]:
    """What the environment says of our application at the provider, for every connection."""
    return {name: value for name, value in settings.PROVIDER_CREDENTIALS[provider].items() if value}


def opened(connection: Connection) -> dict[str, str]:
    """The connection's secrets, for its client only."""
    if not connection.sealed_secrets:
        return {}
    return crypto.unseal(connection.sealed_secrets, owner=tokens.owner_of(connection.pk))


def _keep(
    connection: Connection, secrets: Mapping[str, str] | None, webhook_secrets: Sequence[str]
) -> None:
    if secrets:
        kept = {**opened(connection), **secrets}
        refresh_token = kept.pop("refresh_token", "")
        if refresh_token:  # works once: it belongs to the tokens, which change as they are used
            tokens.keep(connection, Tokens("", LONG_AGO, refresh_token))
        connection.sealed_secrets = crypto.seal(kept, owner=tokens.owner_of(connection.pk))
        connection.save(update_fields=["sealed_secrets"])
    if webhook_secrets:
        quarantine.reconsider(endpoints.give(connection, webhook_secrets))
