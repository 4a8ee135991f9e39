"""The audit trail: written with the change, sealed soon, and no record alters or goes unseen."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, connections, transaction

from core import tenancy
from core.domain import audit
from core.models import AuditRecord, AuditSeal
from tests.factories import make_tenant, make_user
from tests.logins import as_owner, as_superuser


@pytest.fixture
def chain(committing):
    """A tenant with three sealed records and one that came later."""
    tenant, actor = make_tenant(), make_user()
    write(tenant, actor, "item.renamed", "item.priced")
    seal(tenant, records=2)
    write(tenant, actor, "location.opened")
    seal(tenant, records=3)
    write(tenant, actor, "location.closed")
    return tenant


def write(tenant, actor, *actions):
    with tenancy.acting_for(tenant):
        for action in actions:
            audit.record(actor=actor, action=action, target="thing:1", before="1", after="2")


def seal(tenant, *, records):
    """Seal until so many records are. Whatever else runs on the server is waited for: a seal goes
    only as far as every transaction has ended."""
    give_up_at = time.monotonic() + 30
    while sum(each.count for each in seals(tenant)) < records:
        assert time.monotonic() < give_up_at
        audit.seal_all()


def broken(tenant):
    with tenancy.acting_for(tenant):
        return audit.broken_seal(tenant)


def seals(tenant):
    with tenancy.acting_for(tenant):
        return list(AuditSeal.objects.order_by("after"))


@pytest.mark.proves("S29")
def test_a_record_says_who_did_what_where_and_in_which_request(tenant):
    actor = make_user()
    token = audit.request_id.set("req-1")
    record = audit.record(actor=actor, action="stock.adjusted", target="item:1", location=7, by="3")
    audit.request_id.reset(token)

    record.refresh_from_db()
    assert (record.tenant, record.actor_id, record.action, record.target, record.location) == (
        tenant,
        actor.pk,
        "stock.adjusted",
        "item:1",
        7,
    )
    assert (record.data, record.request_id) == ({"by": "3"}, "req-1")


@pytest.mark.proves("S29")
def test_a_change_that_is_rolled_back_leaves_no_record(tenant):
    actor = make_user()
    with transaction.atomic():
        audit.record(actor=actor, action="stock.adjusted", target="item:1")
        transaction.set_rollback(True)
    assert not AuditRecord.objects.exists()


@pytest.mark.proves("S30")
def test_records_are_sealed_once_in_the_order_of_their_transactions(chain):
    first, second = seals(chain)
    assert [first.count, second.count] == [2, 1]
    assert (first.after, second.after) == (0, first.before)
    assert broken(chain) is None

    seal(chain, records=4)
    assert [each.count for each in seals(chain)] == [2, 1, 1]
    assert broken(chain) is None


@pytest.mark.proves("S30")
def test_a_transaction_that_still_runs_is_sealed_later_and_not_passed_over(committing):
    tenant, actor = make_tenant(), make_user()
    written, ended = threading.Event(), threading.Event()

    def slow_change():
        with tenancy.acting_for(tenant):
            audit.record(actor=actor, action="slow", target="thing:1")
            written.set()
            ended.wait(20)
        connections.close_all()

    thread = threading.Thread(target=slow_change)
    thread.start()
    assert written.wait(20)
    write(tenant, actor, "quick")  # commits first, though it began later
    audit.seal_all()
    assert seals(tenant) == []
    ended.set()
    thread.join()

    seal(tenant, records=2)
    assert [each.count for each in seals(tenant)] == [2]
    assert broken(tenant) is None


@pytest.mark.proves("S30")
def test_two_sealers_at_once_make_one_chain(chain):
    barrier, sealed = threading.Barrier(2, timeout=20), []

    def sealer():
        barrier.wait()
        sealed.append(audit._seal(chain.pk))
        connections.close_all()

    threads = [threading.Thread(target=sealer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sealed) <= 1  # 0 while something else on the server still runs
    seal(chain, records=4)
    assert broken(chain) is None


@pytest.mark.proves("S30")
def test_a_sealer_steps_aside_while_another_seals(chain):
    with tenancy.acting_for(chain), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [str(chain.pk)])
        answer = []

        def sealer():
            answer.append(audit._seal(chain.pk))
            connections.close_all()

        thread = threading.Thread(target=sealer)
        thread.start()
        thread.join()
    assert answer == [0]


FORGED = """
INSERT INTO core_auditrecord (tenant_id, actor_id, action, target, data, request_id, transaction)
SELECT tenant_id, actor_id, 'forged', target, data, '', transaction
FROM core_auditrecord WHERE tenant_id = %s AND action = 'item.priced'
"""
ALTERED = "UPDATE core_auditrecord SET {} WHERE tenant_id = %s AND action = 'item.priced'"


@pytest.mark.proves("S30")
@pytest.mark.parametrize(
    "statement",
    [
        ALTERED.format('data = \'{"after": "3"}\''),
        ALTERED.format("actor_id = actor_id - 1"),
        ALTERED.format("action = 'item.renamed'"),
        ALTERED.format("at = at - interval '1 us'"),
        ALTERED.format("location = 1"),
        ALTERED.format("request_id = 'x'"),
        ALTERED.format("transaction = transaction - 1"),
        "DELETE FROM core_auditrecord WHERE tenant_id = %s AND action = 'item.priced'",
        FORGED,
        "UPDATE core_auditseal SET head = sha256('') WHERE tenant_id = %s AND after = 0",
        "UPDATE core_auditseal SET count = 1 WHERE tenant_id = %s AND after = 0",
        "UPDATE core_auditseal SET before = before + 1 WHERE tenant_id = %s AND after = 0",
        "DELETE FROM core_auditseal WHERE tenant_id = %s AND after = 0",
    ],
)
def test_what_is_altered_deleted_or_forged_breaks_a_seal(chain, statement):
    first, second = seals(chain)
    with as_superuser(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement, [chain.pk])
            assert cursor.rowcount == 1
        found = broken(chain)
        transaction.set_rollback(True)
    # A seal that stands for other transactions than it did shows at the one that follows it.
    follows = "core_auditseal SET before" in statement or "DELETE FROM core_auditseal" in statement
    assert found.pk == (second.pk if follows else first.pk)
    assert broken(chain) is None


@pytest.mark.proves("F6")
def test_a_column_of_a_later_release_breaks_no_seal(chain):
    with as_owner(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_auditrecord ADD COLUMN later text DEFAULT 'x'")
        found = broken(chain)
        transaction.set_rollback(True)
    assert found is None
