import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appeals", "0005_proof_of_work")]

    operations = [
        # Choices are no matter of the database: no table is made anew.
        migrations.AlterField(
            "appeal",
            "state",
            models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("embargo", "Under embargo"),
                    ("open", "Open for signature"),
                    ("closed", "Closed"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Embargo",
            fields=[
                (
                    "appeal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="embargo",
                        serialize=False,
                        to="appeals.appeal",
                    ),
                ),
                ("until", models.DateTimeField(null=True)),
                ("number", models.PositiveIntegerField(null=True)),
                ("latest", models.DateTimeField()),
                ("begun_at", models.DateTimeField()),
                ("revealing_at", models.DateTimeField(null=True)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hour", "the hour has come"),
                            ("number", "the number is reached"),
                            ("lifted", "lifted by the organisers"),
                            ("closing", "the closing date has come"),
                        ],
                        max_length=10,
                    ),
                ),
                ("revealed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", False), ("number__gte", 1), _connector="OR"),
                        name="appeals_embargo_has_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("latest__lte", models.F("until")), _connector="OR"
                        ),
                        name="appeals_embargo_latest_within",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revealed_at__isnull", True), ("revealing_at__isnull", False), _connector="OR"
                        ),
                        name="appeals_embargo_reveal_in_order",
                    ),
                ],
            },
        ),
    ]
