"""Where a person begins."""

from __future__ import annotations

import pytest
from django.test import Client

from core import tenancy
from core.models import User
from locations.domain import memberships
from locations.roles import Role
from tests.factories import make_location, make_member, make_tenant, make_user
from tests.web import browser


def test_nobody_is_asked_to_sign_in(db):
    assert Client().get("/")["Location"] == "/sign-in?next=/"


def test_a_person_of_one_chain_begins_at_their_first_store(tenant):
    make_location(name="A warehouse", kind="WAREHOUSE")
    store = make_location(name="Harbour Street")
    make_location(name="Zed")
    response = browser(make_member("OWNER")).get("/")
    assert response["Location"] == f"/{tenant.slug}/{store.code}/stock/"


def test_a_person_of_several_chains_chooses(tenant):
    store = make_location()
    user = make_member("OWNER", name="Sam")
    other = make_tenant(name="Other chain")
    with tenancy.acting_for(other):
        theirs = make_location()

        memberships.grant(user=user, role=Role.AUDITOR, actor=user)

    response = browser(user).get("/")

    assert response.status_code == 200
    assert [
        (each["name"], each["role_label"], each["url"]) for each in response.context["tenants"]
    ] == [
        (tenant.name, "Owner", f"/{tenant.slug}/{store.code}/stock/"),
        ("Other chain", "Auditor", f"/{other.slug}/{theirs.code}/stock/"),
    ]


def test_a_person_of_no_chain_is_told_what_to_do(db):
    response = browser(make_user(password="a long enough one")).get("/")
    assert "belongs to no chain" in response.content.decode()


def test_a_person_without_a_location_is_told_whom_to_ask(tenant):
    response = browser(make_member("MANAGER", [])).get("/")
    assert "no location has been opened to you" in response.content.decode()


def test_every_part_is_shown_to_whoever_is_signed_in(tenant):
    assert browser(make_member()).get("/parts/").status_code == 200
    assert Client().get("/parts/").status_code == 302


def test_a_theme_is_kept_for_the_person(tenant):
    user = make_member()
    assert browser(user).post("/account/theme", {"theme": "dark"}).status_code == 204
    with tenancy.across_tenants("a test looks"):
        assert User.objects.get(pk=user.pk).theme == "dark"


@pytest.mark.parametrize("theme", ["", "pink", "\0"])
def test_a_theme_that_is_none_is_refused(tenant, theme):
    user = make_member()
    assert browser(user).post("/account/theme", {"theme": theme}).status_code == 400
    with tenancy.across_tenants("a test looks"):
        assert User.objects.get(pk=user.pk).theme == "system"


def test_a_theme_of_nobody_and_without_a_token_is_refused(tenant):
    assert Client().post("/account/theme", {"theme": "dark"}).status_code == 302
    strict = browser(make_member(), enforce_csrf_checks=True)
    assert strict.post("/account/theme", {"theme": "dark"}).status_code == 403
    assert strict.get("/account/theme").status_code == 405
