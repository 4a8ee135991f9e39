"""Every request has a name and one tenant; going well it commits, else it leaves no trace."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpResponse, JsonResponse
from django.test import Client, RequestFactory
from django.urls import ResolverMatch

from config import middleware
from core import tenancy
from core.domain import audit
from core.models import LogEntry, Tenant
from inventory.models import Category
from locations.domain import memberships
from tests.factories import make_location, make_member, make_tenant
from tests.web import asked_of_tables, browser


class Refused(Exception):
    pass


def run(tenant, view, *, method="post", path=None, user=None, **fields):
    """A view behind the scope, asked as a program of a chain would ask it."""
    made = getattr(RequestFactory(), method)(path or f"/api/v1/tenants/{tenant.pk}/x", **fields)
    made.user = user or SimpleNamespace(is_authenticated=False)
    kwargs = {"tenant_id": tenant.pk}
    made.resolver_match = ResolverMatch(view, (), kwargs, route="api/v1/tenants/x")
    return middleware.Scope(lambda request: None).process_view(made, view, (), kwargs)


def make_category(request, tenant_id):
    Category.objects.create(tenant_id=tenancy.current_tenant(), name="Milk")
    return HttpResponse(status=201)


def test_a_good_answer_stays(tenant):
    assert run(tenant, make_category).status_code == 201
    assert Category.objects.count() == 1


@pytest.mark.parametrize("status", [400, 409, 422, 500, 503])
def test_a_refusal_leaves_no_trace(tenant, status):
    def view(request, tenant_id):
        make_category(request, tenant_id)
        return HttpResponse(status=status)

    assert run(tenant, view).status_code == status
    assert not Category.objects.exists()


def test_a_fault_leaves_no_trace(tenant):
    def view(request, tenant_id):
        make_category(request, tenant_id)
        raise Refused

    with pytest.raises(Refused):
        run(tenant, view)
    assert not Category.objects.exists()


def test_a_dry_run_answers_as_if_it_had_happened_and_leaves_no_trace(tenant):
    response = run(tenant, make_category, path="/api/v1/tenants/x/y?dry_run=true")
    assert (response.status_code, response["Dry-Run"]) == (201, "true")
    assert not Category.objects.exists()


def test_a_view_sees_the_rows_of_its_tenant_alone(tenant):
    other = make_tenant()
    with tenancy.acting_for(other):
        Category.objects.create(tenant=other, name="Theirs")
    Category.objects.create(tenant=tenant, name="Ours")

    def view(request, tenant_id):
        return JsonResponse([*Category.objects.values_list("name", flat=True)], safe=False)

    assert run(tenant, view, method="get").content == b'["Ours"]'
    assert run(other, view, method="get").content == b'["Theirs"]'
    assert tenancy.current_tenant() == tenant.pk


@pytest.mark.proves("3.2")
def test_a_view_that_met_a_lock_runs_again_with_its_body(tenant, monkeypatch):
    monkeypatch.setattr(tenancy, "PAUSE_SECONDS", 0)
    bodies = []

    def view(request, tenant_id):
        bodies.append(request.read() or request.body)
        if len(bodies) < 3:
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$")
        return make_category(request, tenant_id)

    response = run(tenant, view, data=b'{"a": 1}', content_type="application/json")

    assert response.status_code == 201
    assert bodies == [b'{"a": 1}'] * 3
    assert Category.objects.count() == 1


def test_a_view_that_meets_locks_five_times_says_come_back(tenant, monkeypatch):
    monkeypatch.setattr(tenancy, "PAUSE_SECONDS", 0)
    runs = []

    def view(request, tenant_id):
        runs.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '55P03'; END $$")

    response = run(tenant, view)

    assert (response.status_code, response["Retry-After"], len(runs)) == (503, "5", 5)


@pytest.mark.proves("F2")
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_without_a_database_a_program_and_a_person_hear_that_nothing_changed(tenant, error):
    def view(request, **kwargs):
        raise error("connection to server at 10.1.2.3 failed: SELECT secret")

    program = run(tenant, view)
    assert program.status_code == 503
    assert b'"code": "unavailable"' in program.content

    user = make_member()
    request = RequestFactory().get(f"/{tenant.slug}/all/stock/")
    request.user = user
    kwargs = {"tenant": tenant.slug, "place": "all"}
    request.resolver_match = ResolverMatch(view, (), kwargs, route="x")
    person = middleware.Scope(lambda request: None).process_view(request, view, (), kwargs)
    assert person.status_code == 503
    for answer in (program, person):
        assert answer["Retry-After"] == "5"
        assert b"SELECT" not in answer.content
        assert b"10.1.2.3" not in answer.content


def test_a_fault_of_ours_in_sql_is_no_excuse(tenant):
    def view(request, tenant_id):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nonsense")

    with pytest.raises(DatabaseError):
        run(tenant, view)


def test_what_display_history_keeps_names_the_actor(tenant):
    user = make_member()

    def view(request, tenant_id):
        LogEntry.objects.log_create(
            Category.objects.create(tenant_id=tenant_id, name="Milk"), force_log=True, action=0
        )
        return HttpResponse()

    run(tenant, view, user=user)
    assert LogEntry.objects.latest("id").actor == user


@pytest.mark.parametrize("name", ["0123abcd", "a-b_c.d-e", "x" * 64])
def test_a_callers_good_name_for_a_request_is_kept(db, name):
    assert Client().get("/livez", headers={"X-Request-Id": name})["X-Request-Id"] == name


@pytest.mark.proves("S32")
@pytest.mark.parametrize("name", ["", "short", "x" * 65, "a b c d e f", "abcdefgh\n", "é" * 10])
def test_any_other_name_is_replaced(db, name):
    client = Client(headers={"X-Request-Id": name}) if name else Client()
    assert re.fullmatch(r"[0-9a-f]{32}", client.get("/livez")["X-Request-Id"])


def test_the_name_reaches_the_audit_trail_and_ends_with_the_request(tenant):
    seen = []

    def answer(request):
        seen.append(audit.request_id.get())
        return HttpResponse()

    request = RequestFactory().get("/", headers={"X-Request-Id": "0123abcd"})
    middleware.RequestId(answer)(request)

    assert (seen, audit.request_id.get()) == (["0123abcd"], "")


def test_a_webhook_reads_no_session_and_no_tenant(tenant):
    client = browser(make_member())
    with asked_of_tables() as statements:
        response = client.post("/api/v1/webhooks/no-such-till", data=b"{}", content_type="x/y")
    assert response.status_code == 404
    assert statements == []


def test_the_admin_site_works_inside_the_chain_chosen_in_the_session(tenant):
    make_location()
    user = make_member("OWNER", is_staff=True)
    other = make_tenant(name="Another chain")
    with tenancy.acting_for(other):
        memberships.grant(user=user, role="ADMIN", actor=user)
    first = min([tenant, other], key=lambda chain: chain.name)

    def tenant_of(session):
        request = RequestFactory().get("/admin/")
        request.user, request.session = user, session
        with tenancy.across_tenants("a test"):
            return middleware._tenant_of_admin(request, user)

    assert tenant_of({}) == first
    assert tenant_of({"admin_tenant": str(tenant.pk)}) == tenant
    assert tenant_of({"admin_tenant": str(other.pk)}) == other
    assert tenant_of({"admin_tenant": str(make_tenant().pk)}) == first


def test_the_admin_site_is_not_there_for_those_who_may_not_open_it(tenant):
    make_location()
    assert browser(make_member("MANAGER")).get("/admin/").status_code == 404
    assert Client().get("/admin/").status_code == 302


def test_a_tenant_that_is_gone_runs_no_scope(tenant):
    gone = Tenant(name="Gone")

    def view(request, tenant_id):
        assert not hasattr(request, "tenant")
        return HttpResponse(status=404)

    assert run(gone, view).status_code == 404
