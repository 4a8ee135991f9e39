"""The command others script against: its exit, its words, its JSON."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from core import tenancy
from inventory.domain.ledger import Kind
from tests.factories import make_item, make_location, make_tenant, make_user, post
from tests.logins import as_superuser

MESSAGE = "the level is not the sum of its entries; on hand 4.000000, entries 3.000000"


@pytest.fixture
def chain(committing):
    """A chain whose history is committed, so that the command reads it as it would any."""
    tenant = make_tenant()
    with tenancy.acting_for(tenant):
        shop, mug = make_location(code="shop"), make_item(sku="MUG")
        actor = make_user()
        post(Kind.OPENING, (mug, 5, shop, "4"), actor=actor)
        post(Kind.SALE, (mug, -2, shop), actor=actor)
    return tenant


def raise_a_level(slug, by):
    with as_superuser(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_stocklevel l SET on_hand = on_hand + %s FROM core_tenant t"
            " WHERE t.id = l.tenant_id AND t.slug = %s",
            [by, slug],
        )


@pytest.fixture
def tampered(chain):
    raise_a_level(chain.slug, 1)
    yield chain
    raise_a_level(chain.slug, -1)


def test_a_ledger_that_adds_up_is_told_in_one_line(chain, capsys):
    call_command("verify_ledger", tenant=chain.slug)
    assert capsys.readouterr().out == f"{chain.slug}: 2 entries, as written\n"


def test_json_says_what_was_read(chain, capsys):
    call_command("verify_ledger", tenant=chain.slug, json=True)
    assert json.loads(capsys.readouterr().out) == {
        "ok": True,
        "tenants": [{"tenant": chain.slug, "entries": 2, "findings": []}],
    }


def test_a_finding_exits_with_1_and_names_the_place(tampered, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ledger", tenant=tampered.slug)

    assert ended.value.code == 1
    assert capsys.readouterr().out == (
        f"{tampered.slug}: 2 entries, 1 findings\n  level: at shop, item MUG: {MESSAGE}\n"
    )


def test_json_of_a_finding_has_a_field_a_part(tampered, capsys):
    with pytest.raises(SystemExit):
        call_command("verify_ledger", tenant=tampered.slug, json=True)

    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert told["tenants"][0]["findings"] == [
        {
            "check": "level",
            "location": "shop",
            "item": "MUG",
            "first_seq": None,
            "last_seq": None,
            "message": MESSAGE,
        }
    ]


def test_without_a_slug_every_tenant_is_verified(tampered, capsys):
    with pytest.raises(SystemExit):
        call_command("verify_ledger", json=True)

    verdicts = {
        each["tenant"]: bool(each["findings"])
        for each in json.loads(capsys.readouterr().out)["tenants"]
    }
    assert verdicts.pop(tampered.slug) is True
    assert not any(verdicts.values())


def test_an_unknown_slug_is_an_error_and_not_a_clean_bill(committing):
    with pytest.raises(CommandError, match=r"There is no tenant nowhere\."):
        call_command("verify_ledger", tenant="nowhere")
