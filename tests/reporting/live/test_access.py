"""Who may listen, and what ends it."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session

from core import tenancy
from locations.domain import memberships
from locations.roles import Role
from tests import factories
from tests.reporting.live.page import Page, Shop, cookie_of, elsewhere, relayed

SIGNED_OUT, NOT_ALLOWED, TOO_MANY = 4401, 4403, 4429


@pytest.mark.proves("S10")
async def test_a_stranger_is_told_to_sign_in(shop):
    page = Page(None, shop.tenant.slug)
    assert await page.open()
    assert await page.closing_code() == SIGNED_OUT


@pytest.mark.proves("S10")
@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://127.0.0.1:9999", "https://127.0.0.1:8000", "null", ""],
)
async def test_a_page_of_another_origin_is_not_let_in(shop, origin):
    cookie = await elsewhere(cookie_of, shop.owner)
    assert not await Page(cookie, shop.tenant.slug, origin=origin).open()


async def test_a_page_of_every_name_of_ours_is_let_in(shop):
    cookie = await elsewhere(cookie_of, shop.owner)
    page = Page(cookie, shop.tenant.slug, origin="http://localhost:8000")
    assert await page.open()
    await page.socket.disconnect()


@pytest.mark.proves("S2")
@pytest.mark.parametrize("slug", ["no-such-chain", None], ids=["missing", "foreign"])
async def test_a_foreign_chain_answers_as_a_missing_one(shop, slug):
    stranger = await elsewhere(factories.make_user)
    page = Page(await elsewhere(cookie_of, stranger), slug or shop.tenant.slug)
    assert await page.open()
    assert await page.closing_code() == NOT_ALLOWED


@pytest.mark.proves("S2")
async def test_a_foreign_place_answers_exactly_as_a_missing_one(shop, open_page):
    theirs = await elsewhere(Shop)
    page = await open_page()

    for location in (theirs.id, 999_999_999):
        assert await page.follow(location) == {"type": "refused", "location": location}
    await relayed(theirs.sell, theirs.kettle)
    assert await page.hears_nothing()
    assert (await page.follow(shop.id))["seq"] == 2  # something could have been shown


async def test_a_place_where_the_person_has_no_role_is_refused(shop, open_page):
    other = await elsewhere(shop.acting, factories.make_location)
    member = await elsewhere(shop.member, "MANAGER", [other])
    page = await open_page(member)

    assert await page.follow(shop.id) == {"type": "refused", "location": shop.id}
    assert (await page.follow(other.pk))["type"] == "snapshot"


@pytest.mark.proves("S10")
async def test_who_loses_all_access_is_cut_at_once(shop, open_page):
    member = await elsewhere(shop.member)
    page = await open_page(member)
    await page.follow(shop.id)

    await relayed(shop.acting, lambda: memberships.revoke(user=member, actor=shop.owner))
    assert await page.closing_code() == NOT_ALLOWED


@pytest.mark.proves("S10")
async def test_who_loses_the_only_place_followed_is_cut(shop, open_page):
    other = await elsewhere(shop.acting, factories.make_location)
    member = await elsewhere(shop.member, "MANAGER", [shop.place, other])
    page = await open_page(member)
    await page.follow(shop.id)

    await relayed(shop.acting, lambda: grant_only(shop, member, other))
    assert await page.closing_code() == NOT_ALLOWED


async def test_who_loses_one_place_of_two_keeps_hearing_of_the_other(shop, open_page):
    other = await elsewhere(shop.acting, factories.make_location)
    member = await elsewhere(shop.member, "MANAGER", [shop.place, other])
    page = await open_page(member)
    await page.follow(shop.id)
    await page.follow(other.pk)

    await relayed(shop.acting, lambda: grant_only(shop, member, shop.place))
    assert await page.hear() == {"type": "refused", "location": other.pk}
    await relayed(shop.sell, shop.kettle)
    assert (await page.hear())["seq"] == 3


def grant_only(shop, member, place):
    memberships.grant(user=member, role=Role.MANAGER, actor=shop.owner, locations=[place])


def sign_out(user):
    with tenancy.across_tenants("a test signs out"):
        Session.objects.all().delete()


def new_password(user):
    with tenancy.across_tenants("a test's person"):
        user.set_password("another good password")
        user.save()


def deactivate(user):
    with tenancy.across_tenants("a test's person"):
        user.is_active = False
        user.save()


@pytest.mark.proves("S10")
@pytest.mark.parametrize("step", [sign_out, new_password, deactivate])
async def test_who_is_no_longer_signed_in_is_cut_on_the_half_minute(shop, open_page, pace, step):
    pace(recheck=0.1)
    page = await open_page()
    await page.follow(shop.id)

    await elsewhere(step, shop.owner)
    assert await page.closing_code() == SIGNED_OUT


@pytest.mark.proves("S10")
async def test_a_change_nobody_told_of_is_found_on_the_half_minute(shop, open_page, pace):
    pace(recheck=0.1)
    member = await elsewhere(shop.member)
    page = await open_page(member)
    await page.follow(shop.id)

    await elsewhere(shop.acting, lambda: memberships.revoke(user=member, actor=shop.owner))
    assert await page.closing_code() == NOT_ALLOWED


async def test_who_may_still_listen_is_left_alone(shop, open_page, pace):
    pace(recheck=0.03)
    page = await open_page()
    await page.follow(shop.id)
    assert await page.hears_nothing()


@pytest.mark.proves("S11")
async def test_the_eleventh_socket_of_a_person_is_refused_and_of_another_not(shop, open_page):
    for _ in range(10):
        await open_page()
    page = Page(await elsewhere(cookie_of, shop.owner), shop.tenant.slug)
    assert await page.open()
    assert await page.closing_code() == TOO_MANY

    await open_page(await elsewhere(shop.member))
