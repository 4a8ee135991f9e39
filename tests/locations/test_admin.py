"""People, programs and places in the admin site: granted, issued and opened by the domain."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from core import tenancy
from core.domain import people
from core.models import ApiToken, AuditRecord, User
from locations import access
from locations.models import Location, Membership
from locations.roles import Permission
from tests.factories import make_location, make_member, make_user
from tests.web import browser


@pytest.fixture
def site(owner):
    return browser(owner)


@pytest.fixture
def shop(owner):
    return make_location(code="fitzroy")


ADD = "admin:locations_membership_add"


def page_of(member, what="change"):
    membership = Membership.objects.get(user=member)
    return reverse(f"admin:locations_membership_{what}", args=[membership.pk])


def seen_by(user):
    return list(access.locations_where(user, Permission.VIEW_STOCK))


def test_somebody_new_is_brought_in_with_an_account(shop, site):
    answer = site.post(
        reverse(ADD),
        {
            "email": "ana@example.com",
            "name": "Ana",
            "password": "a long enough one",
            "role": "MANAGER",
            "locations": [shop.pk],
        },
    )

    ana = User.objects.get(email="ana@example.com")
    assert answer.status_code == 302
    assert ana.check_password("a long enough one")
    assert seen_by(ana) == [shop]
    assert AuditRecord.objects.filter(action="membership.granted", target=f"user:{ana.pk}").exists()


def test_one_with_an_account_keeps_its_password_and_name(shop, site):
    known = make_user(email="bo@example.com", name="Bo", password="of another chain")

    site.post(
        reverse(ADD),
        {"email": "BO@example.com", "name": "X", "role": "AUDITOR", "has_all_locations": "on"},
    )

    bo = User.objects.get(pk=known.pk)
    assert (bo.name, bo.check_password("of another chain")) == ("Bo", True)
    assert seen_by(bo) == [shop]


def test_a_password_that_is_too_short_is_told_and_nobody_is_made(shop, site):
    body = {"email": "ana@example.com", "name": "Ana", "password": "short", "role": "MANAGER"}

    answer = site.post(reverse(ADD), body, follow=True)

    assert "too short" in answer.content.decode()
    with tenancy.across_tenants("a test looks"):
        assert not User.objects.filter(email="ana@example.com").exists()


def test_another_role_and_other_places_replace_the_former(shop, site):
    member = make_member("MANAGER", locations=[shop])
    other = make_location()

    site.post(page_of(member), {"role": "WAREHOUSE", "locations": [other.pk]})

    assert Membership.objects.get(user=member).role == "WAREHOUSE"
    assert seen_by(member) == [other]


def test_the_last_owner_stays_owner(owner, site):
    changed = site.post(page_of(owner), {"role": "AUDITOR", "has_all_locations": "on"}, follow=True)
    removed = site.post(page_of(owner, "delete"), {"post": "yes"}, follow=True)

    assert "last owner" in changed.content.decode()
    assert "last owner" in removed.content.decode()
    assert Membership.objects.get(user=owner).role == "OWNER"


def test_a_member_is_removed_with_all_access(shop, site):
    member = make_member("MANAGER", locations=[shop])

    assert site.post(page_of(member, "delete"), {"post": "yes"}).status_code == 302

    assert seen_by(member) == []
    assert not Membership.objects.filter(user=member).exists()


@pytest.mark.proves("S8")
def test_a_token_is_shown_once_and_can_be_revoked_at_once(shop, site):
    answer = site.post(
        reverse("admin:core_apitoken_add"),
        {
            "name": "Robot",
            "role": "INTEGRATOR",
            "scopes": ["view_stock"],
            "locations": [shop.pk],
            "expires_at_0": "",
            "expires_at_1": "",
        },
    )

    token = ApiToken.objects.get()
    text = answer.content.decode().split("<code>")[1].split("</code>")[0]
    assert people.token_for(text, at=timezone.now()) == token
    assert "no-store" in answer["Cache-Control"]
    assert seen_by(token.user) == [shop]
    listed = reverse("admin:core_apitoken_changelist")
    for page in (listed, reverse("admin:core_apitoken_change", args=[token.pk])):
        assert text not in site.get(page).content.decode()

    site.post(listed, {"action": "revoke", "_selected_action": [token.pk]})

    assert people.token_for(text, at=timezone.now()) is None
    assert AuditRecord.objects.filter(action="token.revoked", target=f"token:{token.pk}").exists()


def test_a_location_is_opened_for_all_who_have_all_locations_and_closed(owner, site):
    body = {
        "code": "brunswick",
        "name": "Brunswick",
        "kind": "STORE",
        "time_zone": "UTC",
        "day_cutoff": "00:00",
        "negative_stock": "REFUSE",
    }

    assert site.post(reverse("admin:locations_location_add"), body).status_code == 302
    made = Location.objects.get()
    assert seen_by(owner) == [made]

    site.post(
        reverse("admin:locations_location_changelist"),
        {"action": "close", "_selected_action": [made.pk]},
    )

    made.refresh_from_db()
    assert made.closed_at is not None
    assert AuditRecord.objects.filter(action="location.closed").count() == 1
