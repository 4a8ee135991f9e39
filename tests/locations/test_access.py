"""Who may do what, where: only by a role held there, read anew each time."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from core import tenancy
from core.models import User
from locations import access
from locations.domain import memberships
from locations.roles import AT_LOCATION, FOR_TENANT, Permission, Role, TenantPermission
from tests.factories import make_location, make_member, make_tenant, make_user
from tests.logins import as_superuser


def held_at(user, place):
    return {each for each in Permission if access.can(user, each, place)}


def held_in_tenant(user):
    return {each for each in TenantPermission if access.can_in_tenant(user, each)}


@pytest.mark.proves("S5")
@pytest.mark.parametrize("role", list(Role))
def test_a_role_holds_its_permissions_at_its_locations_and_none_elsewhere(tenant, role):
    here, elsewhere = make_location(), make_location()
    user = make_member(role, locations=[here])

    assert held_at(user, here) == AT_LOCATION[role]
    assert held_at(user, elsewhere) == set()
    assert held_in_tenant(user) == FOR_TENANT[role]


@pytest.mark.parametrize(
    ("role", "at_location", "in_tenant"),
    [
        (Role.WAREHOUSE, {"view_stock", "count_stock", "transfer_stock"}, set()),
        (Role.AUDITOR, {"view_stock", "see_costs"}, {"view_connections", "view_audit"}),
        (Role.TILL, {"view_stock"}, set()),
    ],
)
def test_who_only_works_or_only_looks_may_do_no_more(role, at_location, in_tenant):
    assert {each.value for each in AT_LOCATION[role]} == at_location
    assert {each.value for each in FOR_TENANT[role]} == in_tenant


def test_locations_are_those_where_the_permission_is_held(tenant):
    one, other, _ = (make_location() for _ in range(3))
    user = make_member(Role.AUDITOR, locations=[one, other])

    assert set(access.locations_where(user, Permission.SEE_COSTS)) == {one, other}
    assert set(access.locations_where(user, Permission.COUNT_STOCK)) == set()


def test_require_hands_back_the_actor_or_says_what_is_missing(tenant):
    shop = make_location(name="Fitzroy")
    user = make_member(Role.WAREHOUSE, locations=[shop])

    assert access.require(user, Permission.COUNT_STOCK, shop) == user
    with pytest.raises(PermissionDenied, match="You may not adjust stock at Fitzroy"):
        access.require(user, Permission.ADJUST_STOCK, shop)
    with pytest.raises(PermissionDenied, match="You may not read the audit trail"):
        access.require_in_tenant(user, TenantPermission.VIEW_AUDIT)
    owner = make_member(Role.OWNER)
    assert access.require_in_tenant(owner, TenantPermission.VIEW_AUDIT) == owner


@pytest.mark.proves("S5")
def test_no_role_of_the_product_can_give_a_permission_for_the_whole_site(tenant):
    with connection.cursor() as cursor:
        for role in (tenancy.ONE_TENANT, tenancy.ALL_TENANTS):
            cursor.execute(
                "SELECT has_table_privilege(%s, 'core_user_user_permissions', 'INSERT, UPDATE')",
                [role],
            )
            assert cursor.fetchone() == (False,)


@pytest.fixture
def with_global_permission(committing):
    """A member with a global permission on locations, forced in beside every rule."""
    tenant = make_tenant()
    with tenancy.acting_for(tenant):
        shop = make_location()
        member = make_member(Role.TILL, locations=[shop])
    with as_superuser(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_user_user_permissions (user_id, permission_id)"
            " SELECT %s, id FROM auth_permission WHERE codename = 'adjust_stock'",
            [member.pk],
        )
    yield tenant, shop, member
    with as_superuser(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_user_user_permissions WHERE user_id = %s", [member.pk])


@pytest.mark.proves("S5")
def test_even_a_stored_global_permission_gives_nothing_anywhere(with_global_permission):
    tenant, shop, member = with_global_permission
    with tenancy.acting_for(tenant):
        user = User.objects.get(pk=member.pk)
        assert not user.has_perm("locations.adjust_stock")
        assert not access.can(user, Permission.ADJUST_STOCK, shop)
        assert set(access.locations_where(user, Permission.VIEW_STOCK)) == {shop}


@pytest.mark.proves("S1")
def test_a_location_of_another_tenant_is_not_there(tenant):
    other = make_tenant()
    with tenancy.acting_for(other):
        theirs = make_location()
        user = make_member(Role.OWNER)
        assert access.can(user, Permission.VIEW_STOCK, theirs)
    memberships.grant(user=user, role=Role.OWNER, actor=user)
    mine = make_location()
    memberships.extend_to(mine)

    assert not access.can(user, Permission.VIEW_STOCK, theirs)
    assert set(access.locations_where(user, Permission.VIEW_STOCK)) == {mine}


@pytest.mark.proves("S27")
def test_who_is_switched_off_or_unknown_holds_nothing(tenant):
    shop = make_location()
    user = make_member(Role.OWNER)
    user.is_active = False
    for nobody in (user, make_user(), AnonymousUser()):
        assert access.membership_of(nobody) is None
        assert held_at(nobody, shop) == set()
        assert held_in_tenant(nobody) == set()


@pytest.mark.proves("S6")
def test_what_was_taken_away_is_gone_at_the_next_question(tenant):
    shop = make_location()
    owner, user = make_member(Role.OWNER), make_member(Role.MANAGER, locations=[shop])
    assert access.can(user, Permission.ADJUST_STOCK, shop)

    memberships.revoke(user=user, actor=owner)
    assert not access.can(user, Permission.ADJUST_STOCK, shop)
