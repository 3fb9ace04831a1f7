from django.db import migrations, models

from undersigned.lib.guards import freeze, thaw

_TABLE, _FROZEN = "signing_signature", ["appeal_id", "version_id", "kind"]


class Migration(migrations.Migration):
    """A sign writes into no index that grows with what is signed, except at its end.

    Codes are read as the row's number, so those in mails that were sent before find nothing; links do.
    """

    dependencies = [("signing", "0008_asking_again")]

    operations = [
        migrations.RemoveIndex(model_name="signature", name="signing_signature_repeats"),
        # On SQLite the table is written anew, and loses its guard.
        thaw(_TABLE, _FROZEN, deletable=True),
        migrations.RemoveField(model_name="signature", name="code_key"),
        freeze(_TABLE, _FROZEN, deletable=True),
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(
                condition=models.Q(("state", "pending")),
                fields=["appeal", "repeat_key"],
                name="signing_signature_waits",
            ),
        ),
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(
                condition=models.Q(("state__in", ["refused", "withdrawn", "struck", "moved"])),
                fields=["appeal", "repeat_key"],
                name="signing_signature_ended",
            ),
        ),
    ]
