"""Every address there is: closed to strangers, and to another chain as if nothing were there.

A new route fails here until it says how it is addressed. What is open to all is listed once.
"""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from config.middleware import OPEN, WEBHOOKS
from core import tenancy
from tests.factories import make_item, make_location, make_member, make_tenant
from tests.web import browser, program

METHODS = ("get", "post", "put", "patch", "delete")
NAMED = {"X-Request-Id": "the-same-name"}  # a refusal tells it, and nothing else that differs

# Route → what its address names besides the chain. Numbers need no row: no id may matter.
API = {
    "configuration-list": {},
    "configuration-detail": {"config_id": 1},
    "entry-list": {},
    "feed": {},
    "item-detail": {"sku": "OM"},
    "item-link-list": {},
    "item-list": {},
    "job-detail": {"pk": 1},
    "level-explanation": {"sku": "OM", "code": "harbour-street"},
    "level-list": {},
    "location-link-list": {},
    "location-list": {},
    "raw-event-detail": {"pk": 1},
    "raw-event-list": {},
    "sync": {"config_id": 1},
    "sync-status": {"config_id": 1},
    "sync-status-list": {},
    "sync-status-list-short": {},
    "transaction-detail": {"pk": 1},
    "transaction-list": {},
}
PAGES = {
    "stock-list": {"place": "harbour-street"},
    "stock-item": {"place": "harbour-street", "sku": "OM"},
}
OWN = {"home", "parts", "account-theme"}  # about the person alone
SIGNED = {"webhook", "webhook-of-connection", "webhook-status"}


def routes():
    """Every pattern of the project and where it stands, the admin site's aside: it has one door."""

    def walk(patterns, before):
        for pattern in patterns:
            at = before + str(pattern.pattern)
            if at.startswith("admin/"):
                continue
            if isinstance(pattern, URLPattern):
                yield pattern.name, at
            else:
                yield from walk(pattern.url_patterns, at)

    return list(walk(get_resolver().url_patterns, ""))


@pytest.fixture
def chain(tenant):
    """A chain with something at every address."""
    make_location(code="harbour-street")
    make_item(sku="OM")
    return tenant


@pytest.fixture
def stranger(chain):
    """Another chain, with things of the same names."""
    made = make_tenant()
    with tenancy.acting_for(made):
        make_location(code="harbour-street")
        make_item(sku="OM")
    return made


@pytest.mark.proves("S4")
def test_every_route_says_who_may_use_it():
    named = {name for name, _ in routes()}
    assert named == set(API) | set(PAGES) | OWN | SIGNED | OPEN


@pytest.mark.proves("S4")
def test_what_is_open_to_all_is_exactly_this():
    assert {"sign-in", "sign-out", "livez", "readyz", "api-schema", "api-docs"} == OPEN
    assert {name for name, at in routes() if at.startswith(WEBHOOKS)} == SIGNED


@pytest.mark.parametrize("name", sorted(API))
@pytest.mark.proves("S4")
def test_a_program_without_a_token_is_refused_whether_or_not_the_chain_exists(chain, name):
    for method in METHODS:
        answers = []
        for tenant_id in (chain.pk, uuid4()):
            address = reverse(name, kwargs={"tenant_id": tenant_id, **API[name]})
            answer = getattr(Client(), method)(address, headers=NAMED)
            assert answer["WWW-Authenticate"] == "Bearer"
            answers.append((answer.status_code, answer.content))
        assert answers[0] == answers[1]
        assert answers[0][0] == 401


@pytest.mark.parametrize("name", sorted(API))
@pytest.mark.proves("S2")
def test_another_chain_answers_exactly_like_none(chain, stranger, name):
    clients = [program(chain), browser(make_member("OWNER"))]
    for client in clients:
        for method in METHODS:
            theirs, missing = (
                getattr(client, method)(
                    reverse(name, kwargs={"tenant_id": tenant_id, **API[name]}), headers=NAMED
                )
                for tenant_id in (stranger.pk, uuid4())
            )
            assert theirs.status_code == 404
            assert (theirs.status_code, theirs.content) == (missing.status_code, missing.content)
            assert theirs["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", sorted(API))
def test_a_token_without_any_scope_reads_and_writes_nothing(chain, name):
    client = program(chain, scopes=[])
    address = reverse(name, kwargs={"tenant_id": chain.pk, **API[name]})
    expected = {403, 404, 405} if name == "job-detail" else {403, 405}  # jobs are the caller's own
    for method in METHODS:
        assert getattr(client, method)(address).status_code in expected


@pytest.mark.parametrize("name", sorted(API))
def test_an_address_of_the_api_has_no_slash_at_its_end_and_never_redirects(chain, name):
    address = reverse(name, kwargs={"tenant_id": chain.pk, **API[name]})
    assert not address.endswith("/")
    assert program(chain).get(address + "/").status_code == 404


@pytest.mark.parametrize("name", sorted(PAGES))
@pytest.mark.proves("S2")
def test_a_page_of_another_chain_answers_exactly_like_none(chain, stranger, name):
    client = browser(make_member("OWNER"))
    theirs, missing = (
        client.get(reverse(name, kwargs={"tenant": slug, **PAGES[name]}))
        for slug in (stranger.slug, "no-such-chain")
    )
    assert (theirs.status_code, theirs.content) == (404, missing.content)
    assert (
        client.get(reverse(name, kwargs={"tenant": chain.slug, **PAGES[name]})).status_code == 200
    )


@pytest.mark.parametrize("name", sorted({*PAGES, *OWN}))
@pytest.mark.proves("S4")
def test_a_page_sends_nobody_to_the_door(chain, name):
    kwargs = {"tenant": chain.slug, **PAGES[name]} if name in PAGES else {}
    for method in METHODS:
        answer = getattr(Client(), method)(reverse(name, kwargs=kwargs))
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in")


@pytest.mark.parametrize("path", ["/admin/", "/admin/core/user/", "/admin/jsi18n/", "/admin/x"])
def test_the_admin_site_sends_nobody_to_the_door(db, path):
    answer = Client().get(path)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in")
