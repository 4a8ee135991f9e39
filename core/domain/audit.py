"""The evidence: who did what, written in the change's transaction and sealed within a minute."""

from __future__ import annotations

import hashlib
from contextvars import ContextVar
from typing import Any

from django.db import connection

from core import tenancy
from core.models import AuditRecord, AuditSeal, Tenant, User

request_id: ContextVar[str] = ContextVar("request_id", default="")

GENESIS = b"\0" * 32

# Columns by name: one that a later release adds must not break the seals of before.
DIGEST = """
SELECT sha256(coalesce(string_agg(sha256(record_send(ROW(
           r.id, r.tenant_id, r.at, r.actor_id, r.action, r.target, r.location, r.data,
           r.request_id, r.transaction
       ))), ''::bytea ORDER BY r.id), '')), count(*)
FROM core_auditrecord r
WHERE tenant_id = %s AND transaction >= %s AND transaction < %s
"""


def record(
    *,
    actor: User,
    action: str,
    target: str,
    location: int | None = None,
    **data: Any,
) -> AuditRecord:
    """Write down a state change of the tenant acted for. Secrets never belong in `data`."""
    return AuditRecord.objects.create(
        tenant_id=tenancy.acting_tenant(),
        actor=actor,
        action=action,
        target=target,
        location=location,
        data=data,
        request_id=request_id.get(),
    )


def seal_all() -> int:
    """Seal what has settled since the last seal, tenant by tenant. Answers how many records."""
    with tenancy.across_tenants("sealing the audit trail"):
        tenants = list(Tenant.objects.values_list("pk", flat=True))
    return sum(_seal(tenant) for tenant in tenants)


def broken_seal(tenant: Tenant) -> AuditSeal | None:
    """The first seal whose records no longer make its head; None when the chain verifies."""
    head, sealed_to = GENESIS, 0
    for seal in AuditSeal.objects.filter(tenant=tenant).order_by("after"):
        found, count = _digest(tenant.pk, seal.after, seal.before)
        head = _link(head, found)
        # A gap between two seals would be room for records that nothing seals.
        if seal.after != sealed_to or head != bytes(seal.head) or count != seal.count:
            return seal
        sealed_to = seal.before
    return None


def _seal(tenant: Any) -> int:
    with tenancy.acting_for(tenant), connection.cursor() as cursor:
        # Two sealers at once would both follow the same seal; the unique key lets one through.
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 7))", [str(tenant)])
        if not cursor.fetchone()[0]:
            return 0
        last = AuditSeal.objects.filter(tenant=tenant).order_by("-after").first()
        after = last.before if last else 0
        # Below this number every transaction has ended, so nothing can still appear there.
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        before = cursor.fetchone()[0]
        digest, count = _digest(tenant, after, before)
        if count:
            head = _link(bytes(last.head) if last else GENESIS, digest)
            AuditSeal.objects.create(
                tenant_id=tenant, after=after, before=before, count=count, head=head
            )
        return count


def _link(head: bytes, digest: bytes) -> bytes:
    return hashlib.sha256(head + digest).digest()


def _digest(tenant: Any, after: int, before: int) -> tuple[bytes, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            DIGEST,
            [tenant, after, before],
        )
        digest, count = cursor.fetchone()
    return bytes(digest), count
