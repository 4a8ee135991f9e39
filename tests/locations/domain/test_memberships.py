"""Granting and revoking: what it gives, what it takes, who hears of it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from core import tenancy
from core.models import AuditRecord, OutboxMessage
from locations.domain import memberships, places
from locations.domain.memberships import LastOwner
from locations.events import ACCESS_CHANGED
from locations.models import LocationUserPermission, Membership
from locations.roles import AT_LOCATION, Role
from tests.factories import NOON, make_location, make_member, make_tenant, make_user


@pytest.fixture
def shop(tenant):
    return make_location(code="shop")


def permissions_of(user):
    rows = LocationUserPermission.objects.filter(user=user).select_related("permission")
    return {(row.content_object_id, row.permission.codename) for row in rows}


def rights(role, *locations):
    return {(place.pk, each.value) for place in locations for each in AT_LOCATION[role]}


@pytest.mark.proves("S29")
def test_a_grant_is_recorded_and_told(shop, owner):
    user = make_user()
    memberships.grant(user=user, role=Role.MANAGER, actor=owner, locations=[shop])

    record = AuditRecord.objects.order_by("-id").first()
    assert (record.action, record.actor_id, record.target) == (
        "membership.granted",
        owner.pk,
        f"user:{user.pk}",
    )
    assert record.data == {"role": "MANAGER", "locations": ["shop"]}
    assert OutboxMessage.objects.order_by("-id").first().payload == {"user": user.pk}


def test_a_new_grant_replaces_the_one_before(shop, owner):
    depot = make_location()
    user = make_member(Role.MANAGER, locations=[shop])
    memberships.grant(user=user, role=Role.AUDITOR, actor=owner, locations=[depot])

    assert permissions_of(user) == rights(Role.AUDITOR, depot)
    assert Membership.objects.get(user=user).role == Role.AUDITOR


def test_all_locations_means_those_of_later_as_well(shop, owner):
    everywhere = make_member(Role.WAREHOUSE)
    here = make_member(Role.WAREHOUSE, locations=[shop])
    OutboxMessage.objects.all().delete()

    new = places.open_location(code="new", name="New", actor=owner)

    assert permissions_of(everywhere) == rights(Role.WAREHOUSE, shop, new)
    assert permissions_of(here) == rights(Role.WAREHOUSE, shop)
    told = OutboxMessage.objects.filter(topic=ACCESS_CHANGED)
    assert {message.payload["user"] for message in told} == {owner.pk, everywhere.pk}


@pytest.mark.proves("S27")
def test_revoking_takes_everything_here_and_nothing_elsewhere(shop, owner):
    user = make_member(Role.MANAGER, locations=[shop])
    other = make_tenant()
    with tenancy.acting_for(other):
        theirs = make_location()
        memberships.grant(user=user, role=Role.MANAGER, actor=user, locations=[theirs])

    memberships.revoke(user=user, actor=owner)

    assert not Membership.objects.filter(user=user).exists()
    assert permissions_of(user) == set()
    assert AuditRecord.objects.filter(action="membership.revoked").count() == 1
    assert OutboxMessage.objects.order_by("-id").first().payload == {"user": user.pk}
    with tenancy.acting_for(other):
        assert permissions_of(user) == rights(Role.MANAGER, theirs)


@pytest.mark.parametrize("step", ["revoke", "grant"])
def test_the_last_owner_stays(shop, owner, step):
    steps = {
        "revoke": lambda: memberships.revoke(user=owner, actor=owner),
        "grant": lambda: memberships.grant(user=owner, role=Role.ADMIN, actor=owner),
    }
    with pytest.raises(LastOwner) as refused:
        steps[step]()
    assert refused.value.code == "last_owner"
    assert Membership.objects.get(user=owner).role == Role.OWNER

    make_member(Role.OWNER)
    memberships.revoke(user=owner, actor=owner)
    assert Membership.objects.get().role == Role.OWNER


def test_a_closed_location_keeps_its_history_and_closes_once(shop, owner):
    places.close_location(location=shop, actor=owner, at=NOON)
    shop.refresh_from_db()
    assert shop.closed_at == NOON
    with pytest.raises(places.AlreadyClosed):
        places.close_location(location=shop, actor=owner, at=NOON)
    assert AuditRecord.objects.filter(action="location.closed").count() == 1


@pytest.mark.parametrize("code", ["all", "Shop", "two words", "shop-", "", "shop"])
def test_a_code_is_part_of_an_address_and_its_own(shop, owner, code):
    with pytest.raises(ValidationError):
        places.open_location(code=code, name="Another", actor=owner)
