"""Connecting a till system through the API: what goes in, what never comes out."""

from __future__ import annotations

import pytest

from core import crypto, tenancy
from core.models import AuditRecord
from pos_bridge.domain import addresses, connections
from pos_bridge.models import Connection, LocationLink, MerchantLink, RawEvent, RawEventState
from tests.factories import make_location
from tests.pos_bridge.api.conftest import SECRET

ALL = "/pos/configurations"
QUERIES = 18


def one(connection):
    return f"{ALL}/{connection.pk}"


def wanted(**fields):
    return {
        "pos_system": "square",
        "name": "Main tills",
        "merchant_ids": ["M1", "M2"],
        "credentials": {"access_token": SECRET},
        "webhook_secrets": [f"{SECRET}-1", f"{SECRET}-2"],
        **fields,
    }


def with_history(connection):
    event = RawEvent.objects.model(
        origin="endpoint:1", dedupe="1", provider="square", kind="webhook", fingerprint=b""
    )
    with tenancy.across_tenants("a test's event"):
        event.save()
        RawEventState.objects.create(
            event=event, tenant_id=connection.tenant_id, connection=connection
        )


def test_a_connection_is_made_and_answered_without_any_secret(ask, settings):
    shop = make_location(code="fitzroy")

    answer = ask(
        "post", ALL, wanted(location_links=[{"external_id": "LOC1", "location": "fitzroy"}])
    )

    made = Connection.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": made.pk,
        "pos_system": "square",
        "name": "Main tills",
        "environment": "production",
        "base_url": "",
        "state": "ACTIVE",
        "restock_policy": "as_stated",
        "oldest_days": 35,
        "merchant_ids": ["M1", "M2"],
        "has_credentials": True,
        "webhook_secrets": 2,
        "webhooks": "ready",
        "webhook_url": f"{settings.WEBHOOK_BASE_URL}/api/v1/webhooks/square/{made.pk}",
        "location_links": [{"external_id": "LOC1", "location": "fitzroy", "name": ""}],
        "capabilities": {
            "pushes_sales": True,
            "polls_sales": True,
            "stock_push": "absolute",
            "states_restock": False,
            "has_locations": True,
        },
        "version": 1,
        "last_event_at": None,
        "last_error": "",
        "created_at": answer.json()["created_at"],
        "archived_at": None,
    }
    assert answer["ETag"] == '"1"'
    assert connections.opened(made) == {"access_token": SECRET}
    assert LocationLink.objects.get().location == shop


@pytest.mark.proves("S15")
def test_no_answer_and_no_record_ever_holds_a_secret(ask):
    made = ask("post", ALL, wanted())
    path = f"{ALL}/{made.json()['id']}"
    answers = [
        made,
        ask("get", ALL),
        ask("get", path),
        ask("patch", path, {"credentials": {"client_secret": SECRET}}),
        ask("put", path, wanted(oldest_days="many")),
        ask("post", ALL, wanted()),
        ask("get", f"{path}/sync/status"),
    ]

    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 400, 400, 200]
    assert not any(SECRET in answer.content.decode() for answer in answers)
    assert SECRET not in str(list(AuditRecord.objects.values_list("data", flat=True)))


def test_one_merchant_and_one_secret_may_be_named_in_the_singular(ask):
    body = {
        "provider": "lightspeed",
        "name": "Bar",
        "merchant_id": "42",
        "webhook_secret": "user:password",
    }

    answer = ask("post", ALL, body).json()

    assert (answer["pos_system"], answer["merchant_ids"]) == ("lightspeed", ["42"])
    assert (answer["webhook_secrets"], answer["webhooks"]) == (1, "ready")


def test_without_a_webhook_secret_the_answer_says_that_nothing_verifies(ask):
    answer = ask("post", ALL, {"pos_system": "toast", "name": "Grill"}).json()

    assert (answer["webhook_secrets"], answer["webhooks"]) == (0, "no secret yet")
    assert answer["has_credentials"] is False


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"pos_system": "abacus"}, "pos_system"),
        ({"pos_system": None}, "pos_system"),
        ({"provider": "toast"}, "pos_system"),
        ({"name": ""}, "name"),
        ({"environment": "moon"}, "environment"),
        ({"state": "ARCHIVED"}, "state"),
        ({"credentials": ["a"]}, "credentials"),
        ({"location_links": [{"external_id": "1", "location": "nowhere"}]}, "location_links"),
        ({"oldest_days": 0}, "oldest_days"),
        ({"base_url": "http://example.com"}, "base_url"),
    ],
)
def test_what_is_not_usable_is_named_and_nothing_is_made(ask, change, field):
    answer = ask("post", ALL, wanted(**change))

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert not Connection.objects.exists()


def test_a_name_is_given_once_until_its_connection_is_archived(ask, square):
    assert ask("post", ALL, wanted()).json()["errors"] == {
        "name": ["Another connection has this name."]
    }

    with_history(square)
    ask("delete", one(square))

    assert ask("post", ALL, wanted()).status_code == 201


def test_a_merchant_that_another_chain_speaks_for_is_refused(ask, elsewhere):
    with tenancy.acting_for(elsewhere.tenant_id):
        connections.speak_for(elsewhere, "M2")

    answer = ask("post", ALL, wanted())

    assert (answer.status_code, answer.json()["code"]) == (409, "merchant_taken")


def test_a_dry_run_answers_what_would_be_made_and_makes_nothing(ask):
    answer = ask("post", f"{ALL}?dry_run=true", wanted())

    assert (answer.status_code, answer["Dry-Run"]) == (201, "true")
    assert not Connection.objects.exists()


def test_a_change_changes_what_it_names_and_leaves_the_rest(ask, square):
    answer = ask("put", one(square), {"name": "Bar tills", "state": "PAUSED"})

    square.refresh_from_db()
    assert answer.status_code == 200
    assert (square.name, square.state, square.version) == ("Bar tills", "PAUSED", 2)
    assert connections.opened(square) == {"access_token": SECRET}
    assert list(MerchantLink.objects.values_list("external_id", flat=True)) == ["MERCHANT1"]
    assert AuditRecord.objects.filter(action="connection.changed").count() == 1


def test_merchants_that_a_change_names_replace_the_former_ones(ask, square):
    answer = ask("patch", one(square), {"merchant_ids": ["M9"]})

    assert answer.json()["merchant_ids"] == ["M9"]


def test_secrets_are_replaced_by_name(ask, square):
    body = {"credentials": {"client_secret": "new"}, "webhook_secrets": ["a", "b"]}

    assert ask("patch", one(square), body).json()["webhook_secrets"] == 2
    square.refresh_from_db()
    assert connections.opened(square) == {"access_token": SECRET, "client_secret": "new"}


@pytest.mark.parametrize(
    ("headers", "body"), [({"If-Match": '"7"'}, {}), ({}, {"version": 7})], ids=["header", "body"]
)
def test_a_change_of_a_version_that_has_passed_is_refused(ask, square, headers, body):
    answer = ask("put", one(square), {"name": "Late", **body}, **headers)

    assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    square.refresh_from_db()
    assert square.name == "Main tills"


def test_a_change_of_the_version_that_was_read_goes_through(ask, square):
    etag = ask("get", one(square))["ETag"]

    answer = ask("patch", one(square), {"name": "Bar"}, **{"If-Match": etag})

    assert (answer.status_code, answer["ETag"]) == (200, '"2"')


def test_one_that_nothing_came_through_is_deleted(ask, square):
    answer = ask("delete", one(square))

    assert (answer.status_code, answer.content) == (204, b"")
    assert not Connection.objects.exists()


def test_one_with_history_is_archived_and_can_still_be_read(ask, square):
    with_history(square)

    answer = ask("delete", one(square))

    assert (answer.status_code, answer.json()["state"]) == (200, "ARCHIVED")
    assert ask("get", ALL).json()["results"] == []
    assert [row["id"] for row in ask("get", f"{ALL}?state=ARCHIVED").json()["results"]] == [
        square.pk
    ]
    assert ask("delete", one(square)).status_code == 200
    assert ask("put", one(square), {"name": "x"}).status_code == 404


@pytest.mark.parametrize("role", ["MANAGER", "AUDITOR"])
def test_who_may_only_look_reads_and_changes_nothing(program, square, role):
    ask = program(role)

    assert ask("get", one(square)).status_code == 200
    assert [
        ask("post", ALL, wanted(name="x")).status_code,
        ask("put", one(square), {"name": "x"}).status_code,
        ask("delete", one(square)).status_code,
        ask("post", f"{one(square)}/sync").status_code,
    ] == [403, 403, 403, 403]


def test_a_token_needs_the_scope_as_well_as_its_user_the_right(program, square):
    ask = program(scopes=["view_connections"])

    assert ask("get", ALL).status_code == 200
    assert ask("delete", one(square)).status_code == 403


def test_warehouse_staff_do_not_see_connections(program, square):
    assert program("WAREHOUSE")("get", ALL).status_code == 403


@pytest.mark.proves("S2")
def test_another_chains_connection_answers_as_one_that_never_was(ask, square, elsewhere):
    for method in ("get", "put", "patch", "delete"):
        theirs = ask(method, one(elsewhere))
        missing = ask(method, f"{ALL}/999999999")
        assert theirs.status_code == missing.status_code == 404
        without_name = [{**a.json(), "request_id": ""} for a in (theirs, missing)]
        assert without_name[0] == without_name[1]


def test_the_list_asks_as_often_for_three_connections_as_for_one(
    ask, square, owner, django_assert_num_queries
):
    ask("get", ALL)  # what a process learns once
    with django_assert_num_queries(QUERIES):
        ask("get", ALL)
    for name in ("b", "c"):
        connections.create(
            provider="toast",
            name=name,
            actor=owner,
            merchants=[name],
            webhook_secrets=["x"],
        )
    with django_assert_num_queries(QUERIES):
        assert len(ask("get", ALL).json()["results"]) == 3


@pytest.mark.proves("S18")
@pytest.mark.parametrize(
    ("url", "resolved"),
    [
        ("http://square.example", ["203.0.113.9"]),
        ("https://square.example:8443", ["8.8.8.8"]),
        ("https://user:pass@square.example", ["8.8.8.8"]),
        ("https://inside.example", ["10.0.0.7"]),
        ("https://mixed.example", ["8.8.8.8", "192.168.1.1"]),
        ("https://metadata.example", ["169.254.169.254"]),
        ("https://cgnat.example", ["100.64.0.1"]),
        ("https://mapped.example", ["::ffff:8.8.8.8"]),
        ("https://nat64.example", ["64:ff9b::a00:1"]),
        ("https://sixtofour.example", ["2002:a00:1::"]),
        ("https://local.example", ["::1"]),
        ("https://[::1]", ["::1"]),
    ],
)
def test_an_address_inside_is_refused(monkeypatch, settings, url, resolved):
    settings.ALLOW_LOOPBACK_PROVIDERS = False
    monkeypatch.setattr(
        addresses.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (ip,)) for ip in resolved]
    )

    with pytest.raises(addresses.ForbiddenAddress):
        addresses.check(url)


def test_a_public_address_is_taken_and_a_loopback_where_the_settings_allow_it(
    monkeypatch, settings
):
    monkeypatch.setattr(
        addresses.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("8.8.8.8",))]
    )
    addresses.check("https://square.example/v2")
    settings.ALLOW_LOOPBACK_PROVIDERS = True
    addresses.check("http://127.0.0.1:8020")
    settings.ALLOW_LOOPBACK_PROVIDERS = False
    with pytest.raises(addresses.ForbiddenAddress):
        addresses.check("http://127.0.0.1:8020")


def test_what_is_sealed_opens_for_this_connection_only(square):
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(square.sealed_secrets, owner=f"connection:{square.pk + 1}")
