"""Row-level security of the inbox and the orders; raw events stay as they came."""

from pathlib import Path

from django.db import migrations

from core.migrations._row_security import (
    TENANT,
    RowSecurity,
    SystemRows,
    TenantRows,
)

HERE = Path(__file__).parent


class RawEvents(RowSecurity):
    """Seen with their state, which knows the tenant; kept by the system, changed by nobody."""

    def statements(self, model):
        own = f"EXISTS (SELECT 1 FROM pos_webhook_states s WHERE s.event_id = id AND s.tenant_id = {TENANT})"
        return [
            *super().statements(model),
            f"CREATE POLICY seen_with_state ON {{table}} FOR SELECT TO storeroom_tenant USING ({own})",
            "GRANT SELECT ON {table} TO storeroom_tenant",
            "GRANT SELECT, INSERT ON {table} TO storeroom_system",
            (
                "CREATE TRIGGER stays_as_written BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history()"
            ),
        ]


# The queue is small and changes all the time; the orders are found by their connection.
STORAGE = """
ALTER TABLE pos_webhook_states SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
ALTER TABLE pos_transactions SET (fillfactor = 80);
ALTER TABLE pos_transaction_items SET (fillfactor = 80);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pos_bridge", "0001_initial"),
        ("inventory", "0002_rows_belong_to_their_tenant"),
    ]

    operations = [
        TenantRows(
            "Connection",
            "MerchantLink",
            "RawEventState",
            "ItemLink",
            "LocationLink",
            "Transaction",
            "TransactionLine",
            "SyncRun",
        ),
        TenantRows("Endpoint"),
        RawEvents("RawEvent"),
        SystemRows("Quarantined"),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL((HERE / "_intake.sql").read_text(), migrations.RunSQL.noop),
    ]
