"""What a till hears when it posts, and what is kept of it: through the whole web stack."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from core import tenancy
from pos_bridge import views
from pos_bridge.domain import connections, endpoints, inbox
from pos_bridge.models import Quarantined, RawEvent, RawEventState
from pos_bridge.providers import PROVIDERS
from pos_bridge.tasks import drain_inbox
from tests import factories
from tests.pos_bridge import tills
from tests.pos_bridge.providers.lightspeed_k import signing as lightspeed
from tests.pos_bridge.providers.square import signing as square
from tests.pos_bridge.providers.toast import signing as toast

PUBLIC = "https://stock.example"
SIGNING = {"square": square, "toast": toast, "lightspeed": lightspeed}
SECRET, OTHER = "the-secret-in-use", "the-secret-to-come"
KEYS = dict.fromkeys(("square", "toast"), (SECRET, OTHER)) | {
    "lightspeed": (f"hooks:{SECRET}", f"hooks:{OTHER}")
}


@pytest.fixture(autouse=True)
def public_address(settings):
    settings.WEBHOOK_BASE_URL = PUBLIC


def address(provider: str, connection: int | None = None) -> str:
    return f"/api/v1/webhooks/{provider}" + (f"/{connection}" if connection else "")


def event(provider: str, number: object = 1, **fields: Any) -> bytes:
    """An event this provider could send; of no interest, but known and readable."""
    bodies = {
        "square": {"type": "payment.created", "event_id": f"e-{number}", "merchant_id": "M-1"},
        "toast": {
            "timestamp": "2026-11-20T10:00:00.000Z",
            "eventCategory": "partners",
            "eventType": "partner_added",
            "guid": f"e-{number}",
            "details": {"restaurantGuid": "M-1"},
        },
        "lightspeed": {"type": "PING", "businessLocationId": "17", "id": number},
    }
    return json.dumps({**bodies[provider], **fields}).encode()


def post(client, path: str, body: bytes, *, secret: str | None = None, **extra: Any) -> Any:
    provider = path.split("/")[4]
    secret = KEYS[provider][0] if secret is None else secret
    signing = SIGNING[provider]
    more = {"url": PUBLIC + path} if provider == "square" else {}
    webhook = signing.sign(body, secret, **more)
    return client.post(
        path, data=body, content_type="application/json", headers=dict(webhook.headers), **extra
    )


@pytest.fixture(params=list(PROVIDERS))
def connected(request, tenant):
    """A connection of each provider, with two secrets that are live while one is replaced."""
    return connect(request.param, webhook_secrets=KEYS[request.param])


def connect(provider: str, **fields: Any) -> Any:
    owner = factories.make_member(role="OWNER")
    return connections.create(provider=provider, name=f"A {provider}", actor=owner, **fields)


@contextmanager
def database_away():
    def refuse(*_: Any) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.proves("1.1")
def test_a_signed_event_is_kept_as_it_came_and_answered_200(client, connected):
    body = event(connected.provider)

    answer = post(client, address(connected.provider, connected.pk), body)

    assert (answer.status_code, answer.json()) == (200, {"status": "accepted"})
    kept = RawEvent.objects.get()
    assert (bytes(kept.body), kept.state.state) == (body, "PENDING")
    assert kept.state.connection_id == connected.pk


@pytest.mark.proves("1.4")
def test_the_same_event_again_is_answered_200_and_kept_once(client, connected):
    answers = [
        post(client, address(connected.provider, connected.pk), event(connected.provider)).json()
        for _ in range(2)
    ]

    assert answers == [{"status": "accepted"}, {"status": "duplicate"}]
    assert RawEvent.objects.count() == 1


@pytest.mark.proves("S14")
def test_both_secrets_fit_while_one_replaces_the_other_and_then_only_the_new_one(client, connected):
    path = address(connected.provider, connected.pk)
    old, new = KEYS[connected.provider]
    for number, secret in enumerate((old, new)):
        body = event(connected.provider, number)
        assert post(client, path, body, secret=secret).status_code == 200

    connections.change(
        connection=connected, actor=factories.make_member(role="OWNER"), webhook_secrets=[new]
    )

    answers = [
        post(client, path, event(connected.provider, f"later {secret}"), secret=secret).status_code
        for secret in (old, new)
    ]
    assert answers == [401, 200]


@pytest.mark.proves("S12")
def test_a_body_changed_after_it_was_signed_is_refused_where_the_body_is_signed(client, connected):
    path, provider = address(connected.provider, connected.pk), connected.provider
    signing = SIGNING[provider]
    body = event(provider)
    more = {"url": PUBLIC + path} if provider == "square" else {}
    headers = dict(signing.sign(body, KEYS[provider][0], **more).headers)
    changed = body.replace(b"e-1", b"e-2").replace(b'"id": 1', b'"id": 2')

    answer = client.post(path, changed, content_type="application/json", headers=headers)

    assert answer.status_code == (401 if signing.SIGNS_BODY else 200)


def test_no_signature_is_a_bad_signature(client, connected):
    path = address(connected.provider, connected.pk)
    answer = client.post(path, event(connected.provider), content_type="application/json")
    assert answer.status_code == 401


@pytest.mark.proves("S13")
def test_an_unknown_connection_is_answered_exactly_as_a_bad_signature(client, connected):
    body, provider = event(connected.provider), connected.provider
    wrong = "hooks:wrong" if provider == "lightspeed" else "wrong"

    unknown = post(client, address(provider, 987_654_321), body)
    unsigned = post(client, address(provider, connected.pk), body, secret=wrong)
    no_application = post(client, address(provider), body)

    told = {
        (each.status_code, each.content, each["Content-Type"])
        for each in (unknown, unsigned, no_application)
    }
    assert len(told) == 1
    assert unknown.status_code == 401
    assert unknown.json()["code"] == "bad_signature"
    assert not RawEvent.objects.exists()


@pytest.mark.parametrize("number", [2**63, 10**30])
def test_a_connection_number_beyond_all_numbers_is_unknown_like_any_other(client, db, number):
    answer = post(client, address("toast", number), event("toast"))

    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")


def test_a_connection_of_another_provider_is_unknown_here(client, tenant):
    connected = connect("square", webhook_secrets=[SECRET])
    answer = post(client, address("toast", connected.pk), event("toast"))
    assert answer.status_code == 401


@pytest.mark.proves("S12")
def test_the_signed_address_is_ours_as_configured_and_not_what_the_host_header_says(client, tenant):
    connected = connect("square", webhook_secrets=[SECRET])
    path, body = address("square", connected.pk), event("square")

    for_their_host = square.sign(body, SECRET, url=f"http://localhost{path}")
    refused = client.post(
        path, body, "application/json", headers=dict(for_their_host.headers), HTTP_HOST="localhost"
    )
    accepted = post(client, path, body, HTTP_HOST="localhost")

    assert (refused.status_code, accepted.status_code) == (401, 200)


def test_an_address_registered_with_a_query_is_signed_with_it(client, tenant):
    connected = connect("square", webhook_secrets=[SECRET])
    path = f"{address('square', connected.pk)}?from=till"
    assert post(client, path, event("square")).status_code == 200


@pytest.mark.proves("1.3")
@pytest.mark.parametrize("provider", list(PROVIDERS))
def test_more_than_the_provider_may_send_is_refused_before_it_is_read(client, db, provider):
    most = PROVIDERS[provider].max_body
    answer = client.post(address(provider), b"x" * (most + 1), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_body_longer_than_it_said_is_refused_as_well(db):
    request = RequestFactory().post(address("square"), b"", content_type="application/json")
    request.META["CONTENT_LENGTH"] = "10"
    request._body = b"x" * (PROVIDERS["square"].max_body + 1)
    assert views.receive_webhook(request, "square").status_code == 413


def test_a_body_of_exactly_the_limit_is_kept(client, tenant):
    connected = connect("square", webhook_secrets=[SECRET])
    most = PROVIDERS["square"].max_body
    body = event("square")
    full = body[:-1] + b" " * (most - len(body)) + b"}"
    assert post(client, address("square", connected.pk), full).status_code == 200


def test_an_unknown_till_system_is_not_found(client, db):
    answer = client.post("/api/v1/webhooks/abacus", b"{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_asking_instead_of_posting_is_not_allowed(client, db):
    for method in (client.get, client.put, client.delete):
        answer = method(address("square"))
        assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize("end", ["", "/"])
def test_an_address_never_redirects_for_a_post_would_lose_its_body(client, connected, end):
    path = address(connected.provider, connected.pk) + end
    answer = post(client, path, event(connected.provider))
    assert answer.status_code == (404 if end else 200)


@pytest.mark.proves("1.3")
def test_with_the_database_away_the_till_is_asked_to_come_again(client, connected):
    path = address(connected.provider, connected.pk)
    with database_away():
        answer = post(client, path, event(connected.provider))

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer["Retry-After"] == "10"
    assert "closed" not in answer.content.decode()
    assert post(client, path, event(connected.provider)).json() == {"status": "accepted"}


def test_secrets_that_cannot_be_opened_are_our_trouble_and_not_a_bad_signature(
    client, tenant, settings
):
    connected = connect("toast", webhook_secrets=[SECRET])
    settings.FIELD_ENCRYPTION_KEYS = ["YW5vdGhlci1rZXktdGhhdC1pcy0zMi1ieXRlcy1sb24="]
    answer = post(client, address("toast", connected.pk), event("toast"))
    assert answer.status_code == 503


@pytest.mark.proves("1.1")
def test_keeping_an_event_takes_two_statements_and_no_session(
    client, connected, django_assert_num_queries
):
    path, body = address(connected.provider, connected.pk), event(connected.provider)
    client.cookies["sessionid"] = "somebody-elses-session"
    with django_assert_num_queries(2) as asked:
        assert post(client, path, body).status_code == 200

    said = [query["sql"] for query in asked.captured_queries]
    assert ["pos_endpoints(" in said[0], "pos_accept(" in said[1]] == [True, True]


@pytest.mark.proves("2.2")
def test_a_broker_that_is_away_is_nobodys_trouble(
    client, tenant, monkeypatch, django_capture_on_commit_callbacks
):
    connected = connect("toast", webhook_secrets=[SECRET])
    rung = []

    def ring(**options: Any) -> None:
        rung.append(options["kwargs"])
        raise BrokerAway("connection refused")

    monkeypatch.setattr(drain_inbox, "apply_async", ring)
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(client, address("toast", connected.pk), event("toast"))

    assert answer.status_code == 200
    assert rung == [{"connection_id": connected.pk}]
    assert RawEventState.objects.get().state == "PENDING"
    assert inbox.connections_due() == [connected.pk]


@pytest.mark.proves("1.2")
@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"\x00\xff\xfe",
        b'{"type":',
        b"[" * 100_000,
        b'{"event_id": "\\u0000", "type": "\\ud800", "merchant_id": "\\udfff\\u0000"}',
        b'{"type": NaN, "event_id": 1e999999}',
        json.dumps(
            {"type": "t" * 9000, "event_id": "e" * 9000, "merchant_id": "m" * 9000}
        ).encode(),
    ],
    ids=["empty", "bytes", "cut", "deep", "surrogates", "nan", "long"],
)
def test_junk_that_is_truly_signed_is_kept_as_it_came(client, tenant, junk):
    for provider in ("square", "lightspeed"):
        connected = connect(provider, webhook_secrets=KEYS[provider])
        answer = post(client, address(provider, connected.pk), junk)
        assert answer.status_code == 200
        kept = RawEvent.objects.get(state__connection=connected)
        assert bytes(kept.body) == junk


@pytest.mark.proves("1.2")
def test_hostile_ids_of_a_signed_order_are_kept_as_well(client, tenant):
    connected = connect("toast", webhook_secrets=[SECRET])
    hostile = ["\0", "\ud800", "x" * 5000, "'; DROP TABLE pos_webhook_logs; --", "<script>"]
    for text in hostile:
        body = event("toast", guid=text, eventType=text, details={"restaurantGuid": text})
        assert post(client, address("toast", connected.pk), body).status_code == 200
    assert RawEvent.objects.count() == len(hostile)


@pytest.mark.proves("S16")
def test_card_data_is_blanked_before_anything_is_kept(client, tenant):
    connected = connect("square", webhook_secrets=[SECRET])
    body = event("square", note="paid with 4111 1111 1111 1111", cvv="123", id="4111111111111111")

    post(client, address("square", connected.pk), body)

    kept = RawEvent.objects.get()
    read = json.loads(bytes(kept.body))
    assert read["note"] == "paid with *******************"
    assert (read["cvv"], read["id"]) == ("***", "4111111111111111")
    assert len(bytes(kept.body)) == len(body)


def test_no_secret_of_a_request_is_kept_with_it(client, tenant):
    connected = connect("lightspeed", webhook_secrets=KEYS["lightspeed"])
    post(
        client,
        address("lightspeed", connected.pk),
        event("lightspeed"),
        HTTP_COOKIE="sessionid=abc",
        HTTP_X_REQUEST_ID="told-by-them",
    )
    kept = RawEvent.objects.get().headers
    assert kept == {"content-type": "application/json", "x-request-id": "told-by-them"}


@pytest.mark.proves("1.1")
def test_an_application_s_events_go_to_who_speaks_for_the_merchant(client, tenant):
    endpoints.give_application("square", [SECRET])
    ours = connect("square", merchants=["M-1"])

    assert post(client, address("square"), event("square")).status_code == 200
    state = RawEventState.objects.get()
    assert (state.connection_id, state.state) == (ours.pk, "PENDING")


@pytest.mark.proves("1.1")
def test_an_unknown_merchant_s_event_waits_without_a_tenant_and_is_taken_over(client, tenant):
    endpoints.give_application("square", [SECRET])
    assert post(client, address("square"), event("square")).status_code == 200
    with tenancy.across_tenants("a test looks at what nobody owns"):
        state = RawEventState.objects.get()
        assert (state.state, state.tenant_id, state.connection_id) == ("UNMAPPED", None, None)
        assert state.reason == "No connection speaks for this merchant yet."
    assert not RawEventState.objects.exists()  # no tenant sees it

    taker = connect("square", merchants=["M-1"])

    state = RawEventState.objects.get()
    assert (state.state, state.tenant_id, state.connection_id) == ("PENDING", tenant.pk, taker.pk)
    assert inbox.connections_due() == [taker.pk]


def test_an_event_that_came_while_its_merchant_was_being_connected_is_found_by_the_sweep(
    client, tenant
):
    endpoints.give_application("square", [SECRET])
    taker = connect("square", merchants=["M-1"])
    post(client, address("square"), event("square"))
    with tenancy.across_tenants("as the other transaction saw it, before the merchant's commit"):
        RawEventState.objects.update(state="UNMAPPED", tenant=None, connection=None)

    assert connections.adopt() == 1
    assert inbox.connections_due() == [taker.pk]
    assert connections.adopt() == 0


def test_one_merchant_cannot_be_claimed_by_two_chains(tenant):
    connect("square", merchants=["M-1"])
    with tenancy.acting_for(factories.make_tenant()):
        with pytest.raises(connections.MerchantTaken):
            connect("square", merchants=["M-1"])
        assert not connections.Connection.objects.exists()


def test_one_application_s_secret_does_not_open_a_connection_s_own_endpoint(client, tenant):
    endpoints.give_application("square", ["the-application-s"])
    connected = connect("square", merchants=["M-1"], webhook_secrets=[SECRET])
    path = address("square", connected.pk)
    assert post(client, path, event("square"), secret="the-application-s").status_code == 401
    assert post(client, path, event("square")).status_code == 200


@pytest.fixture
def suspected(tenant):
    """A connection at whose endpoint nothing verifies; and its quarantine, which only we see."""
    connected = connect("toast", webhook_secrets=["another"])
    with tenancy.across_tenants("a test fills a quarantine"):
        yield connected, connected.endpoints.get()


def quarantined(endpoint) -> int:
    return Quarantined.objects.filter(endpoint=endpoint).count()


@pytest.mark.proves("1.3")
def test_a_quarantine_holds_a_thousand_bodies(client, suspected):
    connected, endpoint = suspected
    Quarantined.objects.bulk_create(Quarantined(endpoint=endpoint, body=b"x") for _ in range(999))
    for number in range(3):
        post(client, address("toast", connected.pk), event("toast", number))
    assert quarantined(endpoint) == 1000


@pytest.mark.proves("1.3")
def test_a_quarantine_holds_sixteen_mebibytes(client, suspected):
    connected, endpoint = suspected
    Quarantined.objects.create(endpoint=endpoint, body=b"x" * (16 * 1024 * 1024 - 200))
    post(client, address("toast", connected.pk), event("toast", pad="x" * 200))
    assert quarantined(endpoint) == 1


@pytest.mark.proves("1.3")
def test_a_quarantine_forgets_after_three_days(client, suspected):
    connected, endpoint = suspected
    old = Quarantined.objects.create(endpoint=endpoint, body=b"x")
    Quarantined.objects.update(received_at=timezone.now() - timedelta(hours=73))
    post(client, address("toast", connected.pk), event("toast"))
    assert list(Quarantined.objects.values_list("endpoint", flat=True)) == [endpoint.pk]
    assert not Quarantined.objects.filter(pk=old.pk).exists()


@pytest.mark.proves("1.3")
def test_what_was_quarantined_under_a_wrong_secret_is_taken_in_once_it_is_corrected(tenant):
    till = tills.open_till(items=["latte"])
    owner = factories.make_member(role="OWNER")
    connections.change(connection=till.connection, actor=owner, webhook_secrets=["a typing error"])
    with pytest.raises(inbox.BadSignature):
        inbox.accept(
            provider=PROVIDERS["toast"],
            webhook=till.webhook(till.order("A", [("1", "latte", 2)])),
            connection=till.connection.pk,
        )

    connections.change(connection=till.connection, actor=owner, webhook_secrets=[tills.SECRET])

    assert till.states() == ["PENDING"]
    till.drain()
    assert till.states() == ["POSTED"]
