"""Row-level security fails in silence, so every table, role and grant is asked, not just some."""

from __future__ import annotations

import io

import pytest
from django.apps import apps
from django.db import (
    IntegrityError,
    ProgrammingError,
    connection,
    models,
    transaction,
)
from django.db.migrations.loader import MigrationLoader
from psycopg2.errors import FeatureNotSupported

from core import tenancy
from core.migrations._row_security import TenantHistory
from core.models import Tenant, User
from inventory.models import Item, Product
from locations.models import Location, LocationUserPermission, Membership
from tests.factories import make_item, make_location, make_member, make_tenant, make_user

# Tables without row security, and why that shows nobody another's rows. A tenant can only read
# them, if at all. A table of ours belongs in a migration step of core.migrations._row_security.
SHARED = {
    "django_migrations": "names of migrations",
    "django_content_type": "names of models",
    "auth_permission": "names of permissions",
    "auth_group": "unused",
    "auth_group_permissions": "unused",
    "core_user_groups": "unused",
    "core_user_user_permissions": "unused",
    "django_session": "read before a tenant is known; no right for the tenant role",
    "auditlog_logentry": "replaced by core_logentry; no right for anybody",
    "guardian_userobjectpermission": "replaced by locations_*; no right for anybody",
    "guardian_groupobjectpermission": "replaced by locations_*; no right for anybody",
}
# Tables of the machinery: no tenant sees any row.
SYSTEM_ONLY = {"pos_quarantine"}
# History that came with more than a trigger: retention empties the body, as the system alone.
SYSTEM_MAY_EMPTY = {"pos_webhook_logs"}

ROLES = ("storeroom_tenant", "storeroom_system")
REFUSED = "42501"


def rows(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def values(statement, *args):
    return {value for (value,) in rows(statement, *args)}


TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'f')
"""


@pytest.mark.proves("S1")
def test_every_table_forces_row_security_unless_it_is_listed_as_shared(tenant):
    bare = values(f"{TABLES} AND NOT (relrowsecurity AND relforcerowsecurity)")
    assert bare - SHARED.keys() == set()


@pytest.mark.proves("S1")
def test_every_table_under_row_security_says_who_sees_it(tenant):
    policies = "SELECT polrelid FROM pg_policy WHERE polroles = ARRAY[%s::regrole::oid]"
    unseen_by = {
        role: values(f"{TABLES} AND relrowsecurity AND oid NOT IN ({policies})", role)
        for role in ROLES
    }
    assert unseen_by == {"storeroom_tenant": SYSTEM_ONLY, "storeroom_system": set()}


@pytest.mark.proves("S1")
def test_no_policy_is_for_everybody(tenant):
    assert (
        values(
            "SELECT tablename FROM pg_policies WHERE roles <> ARRAY[%s::name]"
            " AND roles <> ARRAY[%s::name]",
            *ROLES,
        )
        == set()
    )


@pytest.mark.proves("S1")
def test_a_row_with_a_tenant_is_seen_and_written_by_that_tenant_alone(tenant):
    with_tenant = values(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = 'tenant_id'"
    )
    own = (
        "(tenant_id = ( SELECT (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid"
    )
    held = values(
        "SELECT tablename FROM pg_policies WHERE policyname = 'tenant_sees_own' AND cmd = 'ALL'"
        " AND starts_with(qual, %s) AND with_check = qual",
        own,
    )
    assert with_tenant - held - SYSTEM_ONLY - SHARED.keys() == set()


@pytest.mark.proves("S1")
def test_what_the_tenant_role_may_write_is_checked_as_well_as_what_it_may_read(tenant):
    unchecked = values(
        "SELECT tablename FROM pg_policies WHERE 'storeroom_tenant' = ANY(roles)"
        " AND cmd <> 'SELECT' AND with_check IS NULL"
    )
    assert unchecked == set()


@pytest.mark.proves("S1")
def test_shared_tables_can_not_be_written_by_a_tenant(tenant):
    writable = values(
        f"{TABLES} AND NOT relrowsecurity"
        " AND has_table_privilege('storeroom_tenant', oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
    )
    assert writable == set()
    readable = values(
        f"{TABLES} AND NOT relrowsecurity"
        " AND has_table_privilege('storeroom_tenant', oid, 'SELECT')"
    )
    assert not readable & {"django_session", "auditlog_logentry", "guardian_userobjectpermission"}


@pytest.mark.proves("S3")
def test_every_view_asks_as_the_one_who_looks(tenant):
    assert (
        values(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND (relkind = 'm' OR (relkind = 'v' AND NOT coalesce(reloptions, '{}')"
            " && ARRAY['security_invoker=true', 'security_invoker=on']))"
        )
        == set()
    )


@pytest.mark.proves("S40")
def test_a_function_with_rights_of_its_own_is_the_systems_and_finds_only_our_tables(tenant):
    assert (
        values(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
            " AND (proowner <> 'storeroom_system'::regrole OR"
            " NOT coalesce(proconfig, '{}') && ARRAY['search_path=public, pg_temp'])"
        )
        == set()
    )


@pytest.mark.proves("I3")
def test_history_can_not_be_changed_by_any_role_of_the_product(tenant):
    listed = {
        apps.get_model(app, name)._meta.db_table
        for (app, _), migration in MigrationLoader(None).disk_migrations.items()
        for step in migration.operations
        if isinstance(step, TenantHistory)
        for name in step.names
    }
    triggers = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'stays_as_written'"
    assert values(triggers) >= listed >= {"inventory_entry", "inventory_posting"}

    right = "has_table_privilege({!r}, oid, 'UPDATE, DELETE, TRUNCATE')"
    may = " OR ".join(right.format(role) for role in ROLES)
    history = f"{TABLES} AND relname IN ({triggers})"
    assert values(f"{history} AND ({may})") - SYSTEM_MAY_EMPTY == set()
    assert values(f"{history} AND {right.format('storeroom_tenant')}") == set()


def test_the_login_is_nobody(tenant):
    [login] = values("SELECT session_user")
    assert rows(
        "SELECT rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcreatedb, rolreplication"
        " FROM pg_roles WHERE rolname = %s",
        login,
    ) == [(False,) * 6]
    assert values("SELECT relname FROM pg_class WHERE relowner = %s::regrole", login) == set()


@pytest.mark.proves("S1")
def test_the_login_may_become_two_roles_and_inherits_from_neither(tenant):
    assert set(
        rows(
            "SELECT roleid::regrole::text, inherit_option, set_option, admin_option"
            " FROM pg_auth_members WHERE member = session_user::regrole"
        )
    ) == {(role, False, True, False) for role in ROLES}
    assert set(
        rows(
            "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname IN %s",
            ROLES,
        )
    ) == {(role, False, False, False) for role in ROLES}


@pytest.mark.proves("S1")
def test_outside_a_scope_every_table_is_refused(committing):
    with transaction.atomic():
        with tenancy.across_tenants("the names of tables"):
            tables = values(TABLES)
        open_doors = {table for table in tables if not is_refused(f'SELECT 1 FROM "{table}"')}
    assert open_doors == set()
    assert len(tables) > len(SHARED)


def is_refused(statement):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return error.__cause__.pgcode == REFUSED
    return False


@pytest.mark.proves("S40")
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE inventory_item DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE inventory_item NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY tenant_sees_own ON inventory_item",
        "CREATE POLICY wide ON inventory_item USING (true)",
        "ALTER TABLE inventory_entry DISABLE TRIGGER stays_as_written",
        "DROP TRIGGER stays_as_written ON inventory_entry",
        "ALTER TABLE inventory_item ADD COLUMN more int",
        "DROP TABLE inventory_item",
        "CREATE TABLE inventory_more (id int)",
        "CREATE OR REPLACE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE sql AS ''",
        "SET LOCAL session_replication_role = replica",
        "SET LOCAL row_security = off; SELECT 1 FROM inventory_item",
        "CREATE ROLE another",
        "SET LOCAL ROLE storeroom_owner",
    ],
)
def test_a_tenant_can_not_alter_what_guards_it(tenant, statement):
    assert is_refused(statement)


@pytest.fixture
def neighbour(tenant):
    """Another chain with a location, a member and an item that could have shown."""
    other = make_tenant()
    with tenancy.acting_for(other):
        place, item = make_location(), make_item()
        make_member(locations=[place])
        counts = {model: model.objects.count() for model in (Location, Item, Membership)}
    assert all(counts.values())
    return other, place, item


@pytest.mark.proves("S1")
def test_anothers_rows_are_neither_read_changed_nor_deleted(tenant, neighbour):
    _, place, item = neighbour

    assert not Location.objects.filter(pk=place.pk).exists()
    assert Item.objects.filter(pk=item.pk).update(name="Mine now") == 0
    assert Item.objects.filter(pk=item.pk).delete()[0] == 0
    assert not LocationUserPermission.objects.exists()
    assert list(Tenant.objects.all()) == [tenant]


@pytest.mark.proves("S1")
def test_a_row_for_another_tenant_is_refused(tenant, neighbour):
    other, *_ = neighbour
    with pytest.raises(ProgrammingError) as refused, transaction.atomic():
        Product.objects.create(tenant=other, name="Smuggled")
    assert refused.value.__cause__.pgcode == REFUSED


@pytest.mark.proves("S1")
def test_a_row_can_not_be_given_away(tenant, neighbour):
    other, *_ = neighbour
    item = make_item()
    with pytest.raises(ProgrammingError), transaction.atomic():
        Item.objects.filter(pk=item.pk).update(tenant=other)


def test_people_are_seen_by_the_chains_they_belong_to(tenant, neighbour):
    mine, stranger = make_member(), make_user()
    both = make_member()
    other, *_ = neighbour
    with tenancy.acting_for(other):
        Membership.objects.create(tenant=other, user=both, role="AUDITOR")
        assert both in User.objects.all()
        assert mine not in User.objects.all()
    assert set(User.objects.all()) == {mine, both}
    assert stranger not in User.objects.all()


@pytest.mark.proves("S5")
def test_guardians_rows_are_seen_and_made_with_their_location_only(tenant, neighbour):
    other, place, _ = neighbour
    member = make_member(locations=[make_location()])
    grant = LocationUserPermission.objects.filter(user=member).first()

    with tenancy.acting_for(other):
        assert not LocationUserPermission.objects.filter(pk=grant.pk).exists()
    forged = LocationUserPermission(
        user=member, permission_id=grant.permission_id, content_object=place
    )
    with pytest.raises(ProgrammingError), transaction.atomic():
        LocationUserPermission.objects.bulk_create([forged])


def tenant_keys():
    """(table, column, parent table) of every foreign key between rows of tenants."""
    for model in apps.get_models():
        names = {field.name for field in model._meta.local_fields}
        for field in model._meta.local_fields:
            if "tenant" not in names or not isinstance(field, models.ForeignKey):
                continue
            parent = field.related_model
            has_tenant = any(each.name == "tenant" for each in parent._meta.local_fields)
            if field.name != "tenant" and has_tenant and field.db_constraint:
                yield model._meta.db_table, field.column, parent._meta.db_table


@pytest.mark.proves("I11")
def test_every_key_between_rows_of_tenants_includes_the_tenant(tenant):
    composite = set(
        rows(
            "SELECT conrelid::regclass::text, a.attname, confrelid::regclass::text"
            " FROM pg_constraint c"
            " JOIN pg_attribute t ON t.attrelid = conrelid AND t.attnum = conkey[1]"
            " JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[2]"
            " WHERE contype = 'f' AND cardinality(conkey) = 2 AND t.attname = 'tenant_id'"
        )
    )
    keys = set(tenant_keys())
    assert ("inventory_item", "product_id", "inventory_product") in keys
    assert keys - composite == set()


@pytest.mark.proves("I11")
@pytest.mark.parametrize("field", ["product", "unit"])
def test_not_even_the_system_can_hang_a_row_on_anothers_parent(tenant, neighbour, field):
    _, _, foreign = neighbour
    item = make_item()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with tenancy.across_tenants("a test of keys"):
        theirs = Item.objects.values_list(f"{field}_id", flat=True).get(pk=foreign.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            Item.objects.filter(pk=item.pk).update(**{f"{field}_id": theirs})


def test_copy_can_not_write_under_row_security(tenant):
    """Known beforehand, so that imports go by a temporary table and a merge."""
    with (
        pytest.raises(FeatureNotSupported, match="COPY FROM"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.copy_expert("COPY inventory_unit (code) FROM STDIN", io.StringIO("each"))
