import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from undersigned.lib.guards import freeze

_FROZEN = ["public_id", "appeal_id", "version_id", "carrier_id", "number", "lines"]


class Migration(migrations.Migration):
    """Sheets to sign on paper: what was printed once is never another sheet."""

    dependencies = [
        ("appeals", "0005_proof_of_work"),
        ("circulation", "0004_carriers_texts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Sheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=22, unique=True)),
                ("number", models.PositiveIntegerField()),
                (
                    "paper",
                    models.CharField(
                        choices=[("a4", "A4"), ("letter", "US Letter")], default="a4", max_length=6
                    ),
                ),
                ("lines", models.PositiveSmallIntegerField()),
                ("asks_email", models.BooleanField(default=False)),
                ("issued_at", models.DateTimeField()),
                (
                    "appeal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="appeals.appeal",
                    ),
                ),
                (
                    "carrier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="circulation.carrier",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="appeals.version",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("appeal", "number"), name="circulation_sheet_number"),
                    models.CheckConstraint(
                        condition=models.Q(("lines__gte", 1), ("lines__lte", 40)),
                        name="circulation_sheet_lines",
                    ),
                ],
            },
        ),
        freeze("circulation_sheet", _FROZEN),
    ]
