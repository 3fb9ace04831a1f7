from django.db import migrations

from undersigned.lib.guards import freeze


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        freeze("accounts_auditrecord", ["team_id", "actor_id", "verb", "subject", "detail", "at"]),
    ]
