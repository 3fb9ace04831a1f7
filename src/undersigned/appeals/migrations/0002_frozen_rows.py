from django.db import migrations

from undersigned.lib.guards import freeze


class Migration(migrations.Migration):
    dependencies = [("appeals", "0001_initial")]

    operations = [
        freeze(
            "appeals_version",
            ["text_id", "number", "source", "canonical", "digest", "title", "language", "published_at"],
        ),
    ]
