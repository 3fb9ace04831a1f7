from django.db import migrations

from undersigned.lib.guards import freeze


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        freeze("ledger_leaf", ["log_id", "index", "entry", "text_index", "adopted"]),
        freeze("ledger_log", ["appeal_id", "origin", "vkey", "created_at"]),
    ]
