"""The set-based function that is the only way stock is written."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    dependencies = [("inventory", "0002_rows_belong_to_their_tenant")]

    operations = [
        migrations.RunSQL((HERE / "_ledger_digest.sql").read_text(), "DROP FUNCTION ledger_digest"),
        migrations.RunSQL((HERE / "_ledger_post.sql").read_text(), "DROP FUNCTION ledger_post"),
    ]
