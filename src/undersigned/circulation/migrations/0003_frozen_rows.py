from django.db import migrations

from undersigned.lib.guards import freeze


class Migration(migrations.Migration):
    dependencies = [("circulation", "0002_indexes")]

    operations = [
        # A parent that never changes is older than its children: no cycle can arise.
        freeze(
            "circulation_carrier",
            ["public_id", "appeal_id", "parent_id", "depth", "created_at"],
            deletable=True,
        ),
    ]
