"""Row-level security of items and stock; the ledger is history; hot rows leave room for updates."""

from django.db import migrations

from core.migrations._row_security import TenantHistory, TenantRows

# Levels and streams are updated in place; room on the page keeps their updates out of the indexes.
STORAGE = """
ALTER TABLE inventory_stocklevel SET (fillfactor = 70);
ALTER TABLE inventory_stream SET (fillfactor = 10);
"""

# The stream is born with its location: one made inside a posting would miss the link formula.
STREAM_OF_A_NEW_LOCATION = """
CREATE FUNCTION give_location_its_stream() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO inventory_stream (tenant_id, location_id, seq, head)
    VALUES (NEW.tenant_id, NEW.id, 0, decode(repeat('00', 32), 'hex'));
    RETURN NEW;
END $$;
CREATE TRIGGER gets_its_stream AFTER INSERT ON locations_location
    FOR EACH ROW EXECUTE FUNCTION give_location_its_stream();
"""

SEARCH = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
GRANT USAGE ON SEQUENCE inventory_posting_id_seq TO storeroom_tenant, storeroom_system;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0001_initial"),
        ("locations", "0002_rows_belong_to_their_tenant"),
    ]

    operations = [
        TenantRows("Unit", "Category", "Product", "Item", "Barcode"),
        TenantRows("StockLevel", "Stream", "StockException"),
        TenantHistory("Posting", "Entry", "ChainLink", "CountMark"),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(
            STREAM_OF_A_NEW_LOCATION,
            "DROP TRIGGER gets_its_stream ON locations_location;"
            " DROP FUNCTION give_location_its_stream",
        ),
        migrations.RunSQL(SEARCH, migrations.RunSQL.noop),
    ]
