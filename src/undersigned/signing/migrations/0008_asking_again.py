import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0004_sources"),
        ("signing", "0007_carrier"),
    ]

    operations = [
        migrations.CreateModel(
            name="AskingRound",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="asking_round",
                        serialize=False,
                        to="appeals.version",
                    ),
                ),
                ("cursor", models.PositiveBigIntegerField(default=0)),
                ("last", models.PositiveBigIntegerField()),
                ("asked", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Asking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("nonce", models.BinaryField(max_length=16, unique=True)),
                (
                    "answer",
                    models.CharField(blank=True, choices=[("yes", "yes"), ("no", "no")], max_length=3),
                ),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "signature",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="askings",
                        to="signing.signature",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="askings",
                        to="appeals.version",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["version", "answer"], name="signing_asking_answers")],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "signature"), name="signing_asking_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at__isnull", True)),
                            models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="signing_asking_answered_has_date",
                    ),
                ],
            },
        ),
    ]
