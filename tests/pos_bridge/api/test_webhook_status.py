"""Whether webhooks are taken in: a word for strangers, figures for members of the chain."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from rest_framework.test import APIClient

from core import tenancy
from pos_bridge.api import webhook_status
from tests.factories import make_member, make_tenant

PATH = "/api/v1/webhooks/square/status"


def test_a_stranger_hears_up_and_nothing_else(square):
    answer = APIClient().get(PATH)

    assert (answer.status_code, answer.json()) == (200, {"status": "up"})


def test_an_unknown_till_system_is_not_there(tenant):
    assert APIClient().get("/api/v1/webhooks/abacus/status").status_code == 404


def test_a_database_that_does_not_answer_is_down(tenant, monkeypatch):
    def away(*_):
        raise OperationalError("SELECT secret FROM nowhere")

    monkeypatch.setattr(webhook_status, "_figures", away)

    answer = APIClient().get(PATH)

    assert (answer.status_code, answer.json()) == (503, {"status": "down"})


def test_a_token_hears_the_figures_of_its_own_chain(ask, square):
    answer = ask.client.get(PATH)

    assert answer.json() == {
        "status": "up",
        "connections": 1,
        "events": dict.fromkeys(
            ("pending", "leased", "posted", "ignored", "unmapped", "held", "dead"), 0
        ),
        "last_event_at": None,
        "lag_seconds": 0.0,
        "unmapped_lines": 0,
    }


def test_a_token_that_may_not_see_connections_is_refused(program, square):
    assert program(scopes=["view_stock"]).client.get(PATH).status_code == 403
    assert program("WAREHOUSE").client.get(PATH).status_code == 403


def test_a_person_names_the_chain_and_must_be_a_member_of_it(tenant, square):
    client = APIClient()
    member = make_member("MANAGER")
    with tenancy.across_tenants("sign-in"):
        client.force_login(member)
    other = make_tenant()

    assert client.get(PATH).json() == {"status": "up"}
    assert client.get(PATH, {"tenant": tenant.slug}).json()["connections"] == 1
    assert client.get(PATH, {"tenant": other.slug}).status_code == 404
    assert client.get(PATH, {"tenant": "no-such-chain"}).status_code == 404


@pytest.mark.proves("S2")
def test_a_token_does_not_reach_another_chain(ask, square):
    assert ask.client.get(PATH, {"tenant": make_tenant().slug}).status_code == 404
