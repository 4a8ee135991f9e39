"""Row-level security from the first day, and history that stays as written."""

from django.db import migrations

from core.migrations._row_security import SystemRows, TenantHistory, TenantRows

NEEDS_ROLES = """
DO $$ BEGIN
    IF (SELECT count(*) FROM pg_roles WHERE rolname IN ('storeroom_tenant', 'storeroom_system')) < 2 THEN
        RAISE EXCEPTION 'The database roles are missing: run config/launch/roles.sql as a superuser first.';
    END IF;
END $$;
"""

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % refused: history stays as written', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# Django's own tables have no tenant. Sessions are read before one is known; the rest only names things.
SHARED = """
GRANT SELECT ON django_content_type, auth_permission, auth_group, auth_group_permissions,
    core_user_groups, core_user_user_permissions, django_migrations
    TO storeroom_tenant, storeroom_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON django_session TO storeroom_system;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        ("sessions", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunSQL(NEEDS_ROLES, migrations.RunSQL.noop),
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION refuse_change_of_history"),
        TenantRows("Tenant", "ApiToken", "Job", "OutboxMessage", "LogEntry"),
        TenantHistory("AuditRecord", "AuditSeal"),
        SystemRows("User"),
        migrations.RunSQL(SHARED, migrations.RunSQL.noop),
    ]
