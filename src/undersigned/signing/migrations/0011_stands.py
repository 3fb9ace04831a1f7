from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from undersigned.lib.guards import freeze, thaw

_TABLE, _FROZEN = "signing_signature", ["appeal_id", "version_id", "kind"]
_LIVE = ["confirmed", "recorded", "held", "disputed"]
_REST = ["pending", "refused", "withdrawn", "struck", "moved"]


def _tell(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("signing", "Signature").objects.filter(state__in=_LIVE).update(stands=True)


class Migration(migrations.Migration):
    """Recording leaves the index of those who stand alone: its condition is a column of its own."""

    dependencies = [("signing", "0010_guard_names_columns")]

    operations = [
        # On SQLite the table is written anew, and loses its guard.
        thaw(_TABLE, _FROZEN, deletable=True),
        migrations.RemoveConstraint(model_name="signature", name="signing_signature_one_live"),
        migrations.AddField(model_name="signature", name="stands", field=models.BooleanField(default=False)),
        migrations.RunPython(_tell, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stands", True)),
                fields=("appeal", "repeat_key"),
                name="signing_signature_one_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(("stands", True), ("state__in", _LIVE))
                | models.Q(("stands", False), ("state__in", _REST)),
                name="signing_signature_stands_by_state",
            ),
        ),
        freeze(_TABLE, _FROZEN, deletable=True),
    ]
