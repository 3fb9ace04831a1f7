from django.db import migrations

from undersigned.lib.guards import freeze


class Migration(migrations.Migration):
    dependencies = [("signing", "0001_initial")]

    operations = [
        # The words that were signed; a signature of other words is another row.
        freeze("signing_signature", ["appeal_id", "version_id", "kind"], deletable=True),
    ]
