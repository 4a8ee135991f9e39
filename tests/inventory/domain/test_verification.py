"""Whoever can write past every rule of the database still leaves a trace that verifying names."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from core import tenancy
from core.domain import audit
from inventory.domain import ledger, verification
from inventory.domain.ledger import Kind
from tests.factories import NOON, make_item, make_location, make_tenant, make_user, post
from tests.logins import as_superuser

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def story(django_db_setup, django_db_blocker):
    """A small chain's history, written by its own rules inside one superuser's transaction.

    Three locations' seq: shop 1 to 9, depot 1 to 2, and a place where nothing happened.
    """
    with django_db_blocker.unblock(), as_superuser(), transaction.atomic():
        tenant, other = make_tenant(), make_tenant()
        actor = make_user()
        with tenancy.acting_for(other):
            stranger = make_location(code="elsewhere")
            foreign_item = make_item(sku="THEIRS")
            post(Kind.OPENING, (foreign_item, 3, stranger), actor=actor)
        with tenancy.acting_for(tenant):
            shop, depot = make_location(code="shop"), make_location(code="depot")
            make_location(code="quiet")
            mug, pot = make_item(sku="MUG"), make_item(sku="POT")
            post(Kind.OPENING, (mug, 10, shop, "4"), (pot, 2, shop), actor=actor, at=NOON - 2 * DAY)
            sale = post(Kind.SALE, (mug, -2, shop), (mug, -1, shop), actor=actor, at=NOON - DAY)
            out = post(Kind.TRANSFER_OUT, (mug, -3, shop), (mug, 3, depot), actor=actor)
            post(Kind.SALE, (pot, -2, shop), actor=actor)
            count = ledger.count(
                location=shop.pk,
                counted=[(mug.pk, Decimal(5))],
                actor=actor,
                counted_at=NOON + DAY,
                key="count:1",
            )
            late = post(Kind.SALE, (mug, -1, shop), actor=actor, at=NOON, key="late")
            post(Kind.SALE, (pot, -1, depot), actor=actor)
            ask_deferred_keys()
            assert verification.verify(tenant).findings == []
        yield {
            "tenant": tenant,
            "other": other,
            "shop": shop.pk,
            "depot": depot.pk,
            "mug": mug.pk,
            "pot": pot.pk,
            "stranger": stranger.pk,
            "foreign_item": foreign_item.pk,
            "sale": sale.pk,
            "out": out.pk,
            "count": count.pk,
            "late": late.pk,
        }
        transaction.set_rollback(True)


def ask_deferred_keys():
    """So that the history is known to be one that could have been committed."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def findings_after(story, statement):
    """Tamper as the superuser with triggers and keys off; see; undo."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement.format(**story, other_tenant=story["other"].pk))
            assert cursor.rowcount == 1, "one row is tampered with"
            cursor.execute("SET LOCAL session_replication_role = origin")
        found = verification.verify(story["tenant"]).findings
        found_by_other = verification.verify(story["other"]).findings
        transaction.set_rollback(True)
    return found, found_by_other


def where(findings):
    """check → the places (location, item, first_seq, last_seq) it names."""
    named = {}
    for each in findings:
        place = (each.location, each.item, each.first_seq, each.last_seq)
        named.setdefault(each.check, []).append(place)
    return named


def known(place, story):
    """An item the tenant does not have is named by its id."""
    return tuple(str(story["foreign_item"]) if part is str else part for part in place)


def test_what_was_only_written_by_the_ledger_is_as_written(story):
    assert verification.verify(story["tenant"]) == verification.Report(story["tenant"].slug, 11, [])


SALE_RANGE = ("shop", None, 3, 4)

ENTRY = "UPDATE inventory_entry SET {} WHERE location_id = {{shop}} AND seq = 4"


@pytest.mark.proves("I13")
@pytest.mark.parametrize(
    ("change", "also"),
    [
        ("quantity = -2", {"version": ("shop", "MUG", 4, 4), "level": ("shop", "MUG", None, None)}),
        ("on_hand_after = 8", {"version": ("shop", "MUG", 4, 4)}),
        ("value = value - 1", {"level": ("shop", "MUG", None, None)}),
        ("unit_cost = 1", {}),
        ("version = 90", {"version": ("shop", "MUG", 4, 4)}),
        ("item_id = {pot}", {"version": ("shop", "POT", 4, 4)}),
        ("item_id = {foreign_item}", {"tenant": ("shop", str, 4, 4)}),
        ("posting_id = {out}", {"posting": ("shop", "MUG", 4, 4)}),
        ("posting_id = 0", {"posting": ("shop", "MUG", 4, 4)}),
        ("effective_at = effective_at - interval '1 s'", {"posting": ("shop", "MUG", 4, 4)}),
        ("location_id = {depot}", {"seq": ("shop", None, 4, 4)}),
        ("location_id = {stranger}", {"seq": ("shop", None, 4, 4)}),
        ("tenant_id = '{other_tenant}'", {"seq": ("shop", None, 4, 4)}),
        ("seq = 40", {"seq": ("shop", None, 4, 4)}),
        ("seq = 0", {"seq": ("shop", None, 0, 0)}),
    ],
)
def test_an_altered_entry_is_named_by_its_range_and_its_row(story, change, also):
    found, _ = findings_after(story, ENTRY.format(change))

    named = where(found)
    assert SALE_RANGE in named["chain"]
    for check, place in also.items():
        assert known(place, story) in named[check]


@pytest.mark.proves("I11")
def test_an_entry_given_to_another_tenant_is_a_stranger_there(story):
    _, by_other = findings_after(story, ENTRY.format("tenant_id = '{other_tenant}'"))
    assert where(by_other)["tenant"] == [(str(story["shop"]), str(story["mug"]), 4, 4)]


@pytest.mark.proves("I13")
@pytest.mark.parametrize(
    "change",
    [
        "kind = 'WASTE'",
        "key = 'another'",
        "source = 'another'",
        "actor_id = actor_id + 1",
        "occurred_at = occurred_at - interval '1 us'",
        "recorded_at = recorded_at - interval '1 us'",
        "effective_at = effective_at - interval '1 us'",
        "reason = 'another'",
        "note = 'another'",
        "id = 0",
        "tenant_id = '{other_tenant}'",
    ],
)
def test_an_altered_posting_is_named(story, change):
    found, _ = findings_after(story, f"UPDATE inventory_posting SET {change} WHERE id = {{sale}}")

    named = where(found)
    if change.startswith("effective_at"):  # the entries hold the time that was sealed
        assert named == {"posting": [("shop", "MUG", 3, 3), ("shop", "MUG", 4, 4)]}
    else:
        assert named["chain"] == [SALE_RANGE]


@pytest.mark.proves("I5")
@pytest.mark.parametrize(
    "change",
    [
        "on_hand = on_hand + 1",
        "value = value + 0.000001",
        "version = version + 1",
        "last_counted_at = NULL",
        "last_sold_at = last_sold_at + interval '1 s'",
        "item_id = {foreign_item}",
        "tenant_id = '{other_tenant}'",
    ],
)
def test_an_altered_level_is_named(story, change):
    found, _ = findings_after(
        story,
        f"UPDATE inventory_stocklevel SET {change}"
        " WHERE location_id = {shop} AND item_id = {mug}",
    )
    assert ("shop", "MUG", None, None) in where(found)["level"]


def test_what_an_empty_level_would_cost_is_named_when_altered(story):
    found, _ = findings_after(
        story,
        "UPDATE inventory_stocklevel SET unit_cost = 9"
        " WHERE location_id = {shop} AND item_id = {pot}",
    )
    assert where(found) == {"level": [("shop", "POT", None, None)]}


@pytest.mark.proves("I9")
@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("seq = seq + 1", ("shop", None, 10, 10)),
        ("head = sha256('')", ("shop", None, 9, 9)),
        ("tenant_id = '{other_tenant}'", ("shop", None, 1, 9)),
        ("location_id = {stranger} + 1000", ("shop", None, 1, 9)),
    ],
)
def test_an_altered_stream_is_named(story, change, place):
    found, _ = findings_after(
        story, f"UPDATE inventory_stream SET {change} WHERE location_id = {{shop}}"
    )
    assert where(found)["stream"] == [place]


@pytest.mark.proves("I13")
@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("head = sha256('')", ("shop", None, 3, 4)),
        ("first_seq = 4", ("shop", None, 3, 4)),
        ("last_seq = 3", ("shop", None, 3, 3)),
        ("tenant_id = '{other_tenant}'", ("shop", None, 3, 5)),
        ("location_id = {depot}", ("shop", None, 3, 5)),
    ],
)
def test_an_altered_link_is_named(story, change, place):
    found, _ = findings_after(
        story,
        f"UPDATE inventory_chainlink SET {change} WHERE location_id = {{shop}} AND last_seq = 4",
    )
    assert place in where(found)["chain"]


@pytest.mark.proves("I6")
@pytest.mark.parametrize(
    "change",
    [
        "counted = 4",
        "counted_at = counted_at - interval '1 s'",
        "item_id = {pot}",
        "location_id = {depot}",
        "posting_id = {sale}",
        "tenant_id = '{other_tenant}'",
    ],
)
def test_an_altered_finding_of_a_count_is_named(story, change):
    found, _ = findings_after(
        story, f"UPDATE inventory_countmark SET {change} WHERE location_id = {{shop}}"
    )
    assert "count" in where(found)


@pytest.mark.proves("S30")
@pytest.mark.parametrize(
    ("statement", "check", "place"),
    [
        (
            "DELETE FROM inventory_entry WHERE location_id = {shop} AND seq = 4",
            "chain",
            SALE_RANGE,
        ),
        (
            "DELETE FROM inventory_entry WHERE location_id = {shop} AND seq = 9",
            "stream",
            ("shop", None, 9, 9),
        ),
        ("DELETE FROM inventory_posting WHERE id = {sale}", "posting", ("shop", "MUG", 3, 3)),
        (
            "DELETE FROM inventory_stocklevel WHERE location_id = {shop} AND item_id = {mug}",
            "level",
            ("shop", "MUG", None, None),
        ),
        (
            "DELETE FROM inventory_chainlink WHERE location_id = {shop} AND last_seq = 4",
            "chain",
            ("shop", None, 3, 5),
        ),
        (
            "DELETE FROM inventory_chainlink WHERE location_id = {shop} AND last_seq = 9",
            "stream",
            ("shop", None, 9, 9),
        ),
        (
            "DELETE FROM inventory_countmark WHERE location_id = {shop}",
            "count",
            ("shop", "MUG", 7, 7),
        ),
        (
            "DELETE FROM inventory_stream WHERE location_id = {shop}",
            "stream",
            ("shop", None, 1, 9),
        ),
        (
            "DELETE FROM inventory_stockexception WHERE location_id = {depot}",
            "exception",
            ("depot", "POT", None, None),
        ),
    ],
)
def test_a_row_that_is_gone_is_named(story, statement, check, place):
    found, _ = findings_after(story, statement)
    assert place in where(found)[check]


COLUMNS = "tenant_id, location_id, item_id"
POSTED = "tenant_id, kind, source, actor_id, occurred_at, effective_at"
AMOUNTS = "posting_id, effective_at, quantity, unit_cost, value, on_hand_after"


FORGED_ENTRY = f"""
INSERT INTO inventory_entry ({COLUMNS}, {AMOUNTS}, seq, version)
SELECT {COLUMNS}, {AMOUNTS}, 10, version + 1 FROM inventory_entry
WHERE location_id = {{shop}} AND seq = 9
"""
FORGED_POSTING = f"""
INSERT INTO inventory_posting (id, key, {POSTED}) SELECT 0, 'forged', {POSTED}
FROM inventory_posting WHERE id = {{sale}}
"""
FORGED_LEVEL = f"""
INSERT INTO inventory_stocklevel ({COLUMNS}, on_hand)
SELECT tenant_id, {{depot}}, {{foreign_item}}, 5
FROM inventory_stream WHERE location_id = {{depot}}
"""
FORGED_LINK = """
INSERT INTO inventory_chainlink (tenant_id, location_id, first_seq, last_seq, head)
SELECT tenant_id, location_id, 10, 10, head FROM inventory_stream WHERE location_id = {shop}
"""
FORGED_COUNT = f"""
INSERT INTO inventory_countmark ({COLUMNS}, counted_at, counted, posting_id)
SELECT {COLUMNS}, counted_at, counted, 0 FROM inventory_countmark WHERE location_id = {{shop}}
"""
COUNT_TWICE = FORGED_COUNT.replace("counted, 0", "counted, posting_id")
FORGED_EXCEPTION = f"""
INSERT INTO inventory_stockexception ({COLUMNS}, kind) SELECT {COLUMNS}, 'NEGATIVE_STOCK'
FROM inventory_stocklevel WHERE location_id = {{shop}} AND item_id = {{mug}}
"""


@pytest.mark.proves("S30")
@pytest.mark.parametrize(
    ("statement", "check", "place"),
    [
        (FORGED_ENTRY, "stream", ("shop", None, 10, 10)),
        (FORGED_POSTING, "posting", (None, None, None, None)),
        (FORGED_LEVEL, "level", ("depot", str, None, None)),
        (FORGED_LINK, "chain", ("shop", None, 10, 10)),
        (FORGED_COUNT, "count", ("shop", "MUG", None, None)),
        (COUNT_TWICE, "count", ("shop", "MUG", 7, 7)),
        (FORGED_EXCEPTION, "exception", ("shop", "MUG", None, None)),
    ],
)
def test_a_forged_row_is_named(story, statement, check, place):
    found, _ = findings_after(story, statement)
    assert known(place, story) in where(found)[check]


@pytest.mark.proves("I4")
def test_a_transfer_whose_ends_do_not_balance_is_named(story):
    found, _ = findings_after(
        story,
        "UPDATE inventory_entry SET quantity = 2, on_hand_after = 2, value = 8"
        " WHERE location_id = {depot} AND seq = 1",
    )
    [finding] = [each for each in found if each.check == "balance"]
    assert finding.message == (
        f"posting {story['out']} moves goods inside the chain and leaves -1 over"
    )


def test_a_closed_exception_below_zero_is_named(story):
    found, _ = findings_after(
        story,
        "UPDATE inventory_stockexception SET closed_at = now() WHERE location_id = {depot}",
    )
    assert where(found) == {"exception": [("depot", "POT", None, None)]}


def test_the_running_balance_says_what_it_does_not_add_up_to(story):
    found, _ = findings_after(story, ENTRY.format("quantity = -2"))
    [finding] = [each for each in found if each.check == "version"]
    assert finding.message == "version 3 leaves 7, but 8 and -2 make 6"


def test_a_ruined_table_is_told_of_in_a_few_lines(story):
    with transaction.atomic():
        with tenancy.acting_for(story["tenant"]):
            for _ in range(verification.MOST + 10):
                make_location()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                "DELETE FROM inventory_stream WHERE tenant_id = %s", [story["tenant"].pk]
            )
            cursor.execute("SET LOCAL session_replication_role = origin")
        found = verification.verify(story["tenant"]).findings
        transaction.set_rollback(True)
    assert len([each for each in found if each.check == "stream"]) == verification.MOST


def test_records_of_the_audit_trail_are_verified_as_well(story, monkeypatch):
    class Seal:
        after, before = 7, 12

    monkeypatch.setattr(audit, "broken_seal", lambda _: Seal)
    [finding] = verification.verify(story["tenant"]).findings
    assert finding == verification.Finding(
        "audit", "audit records of transactions 7 to 11 were altered"
    )
