"""Foreign keys are checked row by row at the commit of a batch; those that say a thing twice go.

Orders keep the keys that include the tenant. Lines are held by the order that is locked when they
are written, and by the link or level that their item comes from.
"""

import django.db.models.deletion
from django.db import migrations, models

SAID_TWICE = """
ALTER TABLE pos_transaction_items
    DROP CONSTRAINT pos_transaction_items_transaction_id_same_tenant,
    DROP CONSTRAINT pos_transaction_items_item_id_same_tenant,
    DROP CONSTRAINT pos_transaction_items_tenant_key;
ALTER TABLE pos_transactions DROP CONSTRAINT pos_transactions_tenant_key;
"""
SAID_AGAIN = """
ALTER TABLE pos_transactions ADD CONSTRAINT pos_transactions_tenant_key UNIQUE (tenant_id, id);
ALTER TABLE pos_transaction_items
    ADD CONSTRAINT pos_transaction_items_tenant_key UNIQUE (tenant_id, id),
    ADD CONSTRAINT pos_transaction_items_item_id_same_tenant FOREIGN KEY (tenant_id, item_id)
        REFERENCES inventory_item (tenant_id, id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT pos_transaction_items_transaction_id_same_tenant
        FOREIGN KEY (tenant_id, transaction_id)
        REFERENCES pos_transactions (tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
"""


def unchecked(to, **options):
    return models.ForeignKey(
        to=to,
        on_delete=django.db.models.deletion.PROTECT,
        db_constraint=False,
        db_index=False,
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("pos_bridge", "0002_rows_belong_to_their_tenant"),
        ("inventory", "0002_rows_belong_to_their_tenant"),
        ("locations", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            "transaction", "connection", unchecked("pos_bridge.connection", related_name="+")
        ),
        migrations.AlterField(
            "transaction",
            "location",
            unchecked("locations.location", related_name="+", null=True),
        ),
        migrations.AlterField(
            "transactionline",
            "transaction",
            unchecked("pos_bridge.transaction", related_name="lines"),
        ),
        migrations.AlterField(
            "transactionline", "item", unchecked("inventory.item", related_name="+", null=True)
        ),
        migrations.RunSQL(SAID_TWICE, SAID_AGAIN),
    ]
