"""How programs sign in, and how they are told no."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.http import Http404
from django.test import Client, RequestFactory
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.request import Request

from config import api as edge
from config import errors
from core import tenancy
from core.api import Stale, VersionMissing, plain, require_version
from core.domain import people
from core.models import ApiToken, Job
from inventory.domain.ledger import NotEnoughStock
from locations.domain import memberships
from locations.models import Location
from tests.factories import make_location, make_member, make_tenant, make_tenant_with_owner
from tests.web import api, bearer, browser, program


def status_of(client, tenant, path="locations"):
    return client.get(api(tenant, path)).status_code


@pytest.mark.proves("S8")
def test_a_token_signs_in_until_it_is_revoked(tenant):
    make_location()
    client = program(tenant)
    assert status_of(client, tenant) == 200
    ApiToken.objects.update(revoked_at=timezone.now())
    response = client.get(api(tenant, "locations"))
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.proves("S8")
def test_a_token_signs_in_until_it_expires(tenant):
    now = timezone.now()
    assert status_of(program(tenant, expires_at=now + timedelta(minutes=5)), tenant) == 200
    assert status_of(program(tenant, expires_at=now - timedelta(seconds=1)), tenant) == 401


@pytest.mark.parametrize("text", ["srt_unknown", "", "srt_\u00e9", "a b c", "x" * 4000])
def test_an_unknown_token_is_refused(tenant, text):
    assert status_of(bearer(text.encode().decode("latin-1")), tenant) == 401


@pytest.mark.proves("S6")
def test_a_right_that_is_taken_away_is_gone_at_the_next_request(tenant, owner):
    shop = make_location()
    person, other = make_member("MANAGER", [shop]), make_member("OWNER")
    client = browser(person)
    assert client.get(api(tenant, "locations")).json()["results"] != []
    memberships.grant(user=person, role="MANAGER", actor=other, locations=[])
    assert client.get(api(tenant, "locations")).json()["results"] == []
    memberships.revoke(user=person, actor=other)
    assert status_of(client, tenant) == 404


def test_a_token_of_one_chain_opens_no_other_even_if_its_user_does(tenant):
    client = program(tenant)
    user = ApiToken.objects.get().user
    other = make_tenant()
    with tenancy.acting_for(other):
        memberships.grant(user=user, role="ADMIN", actor=user)
    assert status_of(client, tenant) == 200
    assert status_of(client, other) == 404


@pytest.mark.proves("S26")
def test_a_browsers_write_needs_the_csrf_token(tenant):
    strict = browser(make_member("OWNER"), enforce_csrf_checks=True)
    response = strict.post(api(tenant, "item-links"), {}, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert strict.get(api(tenant, "locations")).status_code == 200


def test_only_whoever_asked_for_a_job_sees_how_far_it_is(tenant):
    make_location()
    person = make_member("OWNER")
    job = Job.objects.create(tenant=tenant, kind="import", owner=person, total=10, done=3)
    found = browser(person).get(api(tenant, f"jobs/{job.pk}"))
    assert (found.json()["done"], found.json()["state"]) == (3, "QUEUED")
    assert status_of(browser(make_member("OWNER")), tenant, f"jobs/{job.pk}") == 404
    assert status_of(program(tenant), tenant, f"jobs/{job.pk}") == 404


DENIED = str(exceptions.PermissionDenied.default_detail)
SECRET = "SELECT secret FROM table"


@pytest.mark.proves("S31")
@pytest.mark.parametrize(
    ("refusal", "status", "code", "detail"),
    [
        (
            ValidationError("Closed already.", code="already_closed"),
            409,
            "already_closed",
            "Closed already.",
        ),
        (ValidationError("No."), 409, "refused", "No."),
        (Http404(SECRET), 404, "not_found", "Not found."),
        (
            PermissionDenied("You may not adjust stock."),
            403,
            "permission_denied",
            "You may not adjust stock.",
        ),
        (
            PermissionDenied(),
            403,
            "permission_denied",
            "You do not have permission to perform this action.",
        ),
        (exceptions.NotFound(), 404, "not_found", "Not found."),
        (exceptions.ParseError("Not JSON."), 400, "parse_error", "Not JSON."),
        (
            Stale(),
            412,
            "stale",
            "This changed since you read it. Read it again, then send your change.",
        ),
    ],
)
def test_a_refusal_is_answered_as_a_problem(refusal, status, code, detail):
    response = edge.answer_refusal(refusal, {})
    assert response.data == {
        "type": "about:blank",
        "title": response.data["title"],
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": "",
    }
    assert response.content_type == "application/problem+json"


def test_a_refusal_for_want_of_stock_says_where_it_is_missing():
    shortfalls = [{"location": 1, "item": 2, "available": "3", "short": "1"}]
    response = edge.answer_refusal(NotEnoughStock(shortfalls), {})
    assert (response.status_code, response.data["shortfalls"]) == (409, shortfalls)


def test_values_that_are_not_usable_are_named(tenant):
    try:
        Location(tenant=tenant, code="All", name="").full_clean()
    except ValidationError as error:
        response = edge.answer_refusal(error, {})
    assert (response.status_code, set(response.data["errors"])) == (400, {"code", "name"})
    drf = edge.answer_refusal(exceptions.ValidationError({"q": ["No."]}), {})
    assert (drf.status_code, drf.data["errors"]) == (400, {"q": ["No."]})


def test_who_asks_too_often_is_told_when_to_come_back():
    response = edge.answer_refusal(exceptions.Throttled(wait=7.2), {})
    assert (response.status_code, response["Retry-After"]) == (429, "8")


def test_a_fault_of_ours_is_not_a_refusal():
    assert edge.answer_refusal(RuntimeError(SECRET), {}) is None


@pytest.mark.proves("S31")
def test_a_fault_tells_nothing_of_our_insides(rf):
    request = rf.get("/api/v1/anything")
    answers = [
        errors.server_error(request),
        errors.page_not_found(request, Http404(SECRET)),
        errors.permission_denied(request, PermissionDenied(SECRET)),
        errors.bad_request(request, ValueError(SECRET)),
    ]
    assert [answer.status_code for answer in answers] == [500, 404, 403, 400]
    for answer in answers:
        assert answer["Content-Type"] == "application/problem+json"
        assert b"secret" not in answer.content


def test_an_address_that_is_none_is_a_problem_for_programs_and_a_page_for_people(db):
    program_, person = Client().get("/api/v1/nothing"), Client().get("/no/such/page/")
    assert (program_.status_code, program_.json()["code"]) == (404, "not_found")
    assert (person.status_code, b"<html" in person.content) == (404, True)


@pytest.mark.parametrize(
    ("given", "raised"),
    [('"7"', None), ("7", None), ('W/"7"', None), ('"6"', Stale), ("", VersionMissing)],
)
def test_an_edit_names_the_version_it_is_of(given, raised):
    headers = {"If-Match": given} if given else {}
    request = Request(RequestFactory().put("/", headers=headers))
    if raised is None:
        require_version(request, 7)
    else:
        with pytest.raises(raised):
            require_version(request, 7)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("12.000000", "12"),
        ("-0.250000", "-0.25"),
        ("1200", "1200"),
        ("-0.000000", "0"),
        ("1E+3", "1000"),
    ],
)
def test_a_quantity_is_written_plainly(number, text):
    assert plain(Decimal(number)) == text


def test_the_api_is_described_without_a_doubt(db, tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "api.yaml"))


def test_the_description_is_the_same_for_somebody_signed_in(db, capfd):
    signed_in = browser(make_tenant_with_owner())
    assert signed_in.get("/api/v1/schema").status_code == 200
    assert "Warning" not in capfd.readouterr().err


def test_the_description_and_its_pages_come_from_this_server(db):
    schema, pages = Client().get("/api/v1/schema"), Client().get("/api/docs")
    assert (schema.status_code, pages.status_code) == (200, 200)
    assert b"https://cdn" not in pages.content


def test_tokens_that_stand_in_a_url_are_not_read(tenant):
    user = people.service_user(tenant=tenant, name="x", purpose="token")
    memberships.grant(user=user, role="ADMIN", actor=user)
    made = people.issue_token(tenant=tenant, name="x", user=user, scopes=["view_stock"], actor=None)
    address = api(tenant, "locations")
    assert Client().get(address, {"token": made.text}).status_code == 401
    assert Client(headers={"Authorization": f"Token {made.text}"}).get(address).status_code == 401
