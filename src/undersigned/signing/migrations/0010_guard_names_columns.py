from django.db import migrations

from undersigned.lib.guards import freeze, thaw

_TABLE, _FROZEN = "signing_signature", ["appeal_id", "version_id", "kind"]


class Migration(migrations.Migration):
    """The guard of a signature's row looks only at statements that name what it guards."""

    dependencies = [("signing", "0009_fewer_random_keys")]

    operations = [
        thaw(_TABLE, _FROZEN, deletable=True),
        freeze(_TABLE, _FROZEN, deletable=True),
    ]
