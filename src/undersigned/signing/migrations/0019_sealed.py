import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Sealed persons, and names that wait before they appear: beside the signatures, not in their table."""

    dependencies = [("appeals", "0013_sealed"), ("signing", "0018_moderation")]

    operations = [
        migrations.CreateModel(
            name="SealedPerson",
            fields=[
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sealed_person",
                        serialize=False,
                        to="signing.signature",
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("private_digest", models.BinaryField(max_length=32)),
                ("spelling", models.BinaryField(max_length=32, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DelayedLine",
            fields=[
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="delayed_line",
                        serialize=False,
                        to="signing.signature",
                    ),
                ),
                ("due_at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
