import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("circulation", "0001_initial"),
        ("signing", "0006_fewer_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="signature",
            name="carrier",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signatures",
                to="circulation.carrier",
            ),
        ),
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(
                condition=models.Q(("carrier__isnull", False)),
                fields=["carrier", "state", "recorded_at"],
                name="signing_signature_carrier",
            ),
        ),
    ]
