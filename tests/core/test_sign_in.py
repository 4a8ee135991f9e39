"""The door: who comes in, what is said to those who do not, and how one leaves."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from core import tenancy
from tests.factories import make_location, make_member, make_user
from tests.web import browser

PASSWORD = "a rather long password"


@pytest.fixture
def priya(tenant):
    make_location()
    return make_member("MANAGER", email="priya@example.com", password=PASSWORD)


def sign_in(client, **fields):
    return client.post("/sign-in", {"email": "priya@example.com", "password": PASSWORD, **fields})


def test_the_form_asks_for_e_mail_and_password_and_lets_managers_fill_them(db):
    text = Client().get("/sign-in").content.decode()
    assert 'autocomplete="username"' in text
    assert 'autocomplete="current-password"' in text
    assert "csrfmiddlewaretoken" in text


def test_a_person_comes_in_and_goes_home(priya):
    client = Client()
    response = sign_in(client, email="PRIYA@example.com")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/").status_code == 302
    assert client.get("/sign-in")["Location"] == "/"


def test_a_person_goes_on_to_where_they_were_going(priya):
    assert sign_in(Client(), next="/chain/all/stock/?q=1")["Location"] == "/chain/all/stock/?q=1"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example", "\0"],
)
def test_nobody_is_sent_to_another_site(priya, elsewhere):
    assert sign_in(Client(), next=elsewhere)["Location"] == "/"


@pytest.mark.parametrize(
    "fields",
    [
        {"password": "wrong"},
        {"email": "nobody@example.com"},
        {"password": PASSWORD + "\n"},
    ],
)
def test_a_wrong_word_and_an_unknown_person_hear_the_same(priya, fields):
    response = sign_in(Client(), **fields)
    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == [
        "E-mail and password do not belong together."
    ]
    assert PASSWORD not in response.content.decode()


@pytest.mark.parametrize(
    "fields", [{"email": ""}, {"password": ""}, {"email": "\0"}, {"password": "\0"}, {"email": "x"}]
)
def test_what_is_missing_or_unreadable_is_said_at_its_field(priya, fields):
    response = sign_in(Client(), **fields)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == list(fields)


@pytest.mark.parametrize("how", ["service", "inactive"])
def test_service_users_and_those_who_left_do_not_come_in(tenant, how):
    fields = {"kind": "SERVICE"} if how == "service" else {"is_active": False}
    make_user(email="priya@example.com", password=PASSWORD, **fields)
    client = Client()
    assert sign_in(client).status_code == 200
    assert client.get("/")["Location"].startswith("/sign-in")


def test_signing_in_needs_the_token_of_the_form(priya):
    assert sign_in(Client(enforce_csrf_checks=True)).status_code == 403


@pytest.mark.proves("S27")
def test_leaving_ends_the_session_everywhere(priya):
    client = browser(priya)
    key = client.session.session_key
    again = Client()
    again.cookies.update(client.cookies)
    assert again.get("/").status_code == 302

    assert client.post("/sign-out")["Location"] == "/sign-in"

    with tenancy.across_tenants("a test looks"):
        assert not Session.objects.filter(pk=key).exists()
    assert again.get("/")["Location"].startswith("/sign-in")


def test_a_link_cannot_sign_anybody_out(priya):
    client = browser(priya)
    assert client.get("/sign-out").status_code == 405
    assert client.get("/").status_code == 302


def test_the_process_says_that_it_is_well(db):
    for path in ("/livez", "/readyz"):
        response = Client().get(path)
        assert (response.status_code, response.content) == (200, b"ok\n")
