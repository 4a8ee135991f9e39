"""Row-level security of places and access; users are seen by the chains they belong to."""

from django.db import migrations

from core.migrations._row_security import ParentRows, TenantRows

USERS_ARE_SEEN_BY_THEIR_CHAINS = """
CREATE POLICY seen_by_their_chains ON core_user FOR SELECT TO storeroom_tenant
    USING (EXISTS (SELECT 1 FROM locations_membership m WHERE m.user_id = core_user.id));
GRANT SELECT ON core_user TO storeroom_tenant;
ALTER TABLE django_admin_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE django_admin_log FORCE ROW LEVEL SECURITY;
CREATE POLICY system_sees_all ON django_admin_log TO storeroom_system USING (true) WITH CHECK (true);
CREATE POLICY seen_with_user ON django_admin_log TO storeroom_tenant
    USING (EXISTS (SELECT 1 FROM core_user u WHERE u.id = user_id))
    WITH CHECK (EXISTS (SELECT 1 FROM core_user u WHERE u.id = user_id));
GRANT SELECT, INSERT ON django_admin_log TO storeroom_tenant, storeroom_system;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("locations", "0001_initial"),
        ("core", "0002_rows_belong_to_their_tenant"),
    ]

    operations = [
        TenantRows("Location", "Membership"),
        ParentRows(
            "LocationUserPermission",
            "LocationGroupPermission",
            column="content_object_id",
            parent="locations_location",
        ),
        migrations.RunSQL(USERS_ARE_SEEN_BY_THEIR_CHAINS, migrations.RunSQL.noop),
    ]
