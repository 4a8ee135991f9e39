"""One command begins a chain, or leaves nothing behind."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone

from core import tenancy
from core.domain import people
from core.models import AuditRecord, Tenant, User
from locations import access
from locations.models import Location
from locations.roles import Permission, Role

PASSWORD = "a rather long password"


def create(**changes):
    words = {
        "name": "Harbour Coffee",
        "slug": "harbour",
        "email": "owner@harbour.example",
        "password": PASSWORD,
        "currency": "AUD",
    }
    call_command("create_tenant", **{**words, **changes})


@pytest.fixture
def made(db, capsys):
    create(json=True)
    return json.loads(capsys.readouterr().out)


def everything():
    with tenancy.across_tenants("a look"):
        return [model.objects.count() for model in (Tenant, User, Location, AuditRecord)]


def test_json_says_what_was_made_and_the_token_once(made):
    assert made.keys() == {"tenant", "slug", "owner", "token"}
    assert (made["slug"], made["owner"]) == ("harbour", "owner@harbour.example")
    token = people.token_for(made["token"], at=timezone.now())
    assert str(token.tenant_id) == made["tenant"]


def test_the_owner_signs_in_and_owns_the_chain(made):
    owner = authenticate(None, username="owner@harbour.example", password=PASSWORD)
    with tenancy.acting_for(Tenant(pk=made["tenant"])):
        assert access.membership_of(owner).role == Role.OWNER
        transit = Location.objects.get()
        assert (transit.kind, transit.is_sellable) == (Location.Kind.TRANSIT, False)
        assert access.can(owner, Permission.OVERRIDE_STOCK, transit)
        assert list(AuditRecord.objects.order_by("id").values_list("action", flat=True)) == [
            "tenant.created",
            "membership.granted",
            "location.opened",
            "membership.granted",
            "token.issued",
        ]


def test_people_read_a_sentence(db, capsys):
    create()
    told = capsys.readouterr().out
    assert told.startswith("Made Harbour Coffee (")
    assert "API token, shown only now: srt_" in told


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "else@example.com"}, "Slug already exists"),
        ({"slug": "new", "email": "x@example.com", "password": "short"}, "too short"),
        ({"slug": "new", "email": "not an address"}, "valid email"),
        ({"slug": "no good", "email": "x@example.com"}, "slug"),
        ({"slug": "new", "email": "x@example.com", "currency": "dollars"}, "Three capital letters"),
    ],
)
def test_what_can_not_be_made_leaves_nothing(made, changes, words):
    before = everything()
    with pytest.raises(CommandError, match=words):
        create(**changes)
    assert everything() == before
