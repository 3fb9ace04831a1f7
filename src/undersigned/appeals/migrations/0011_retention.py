import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0010_persons"),
    ]

    operations = [
        migrations.CreateModel(
            name="Retention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("notes_days", models.PositiveIntegerField(null=True)),
                ("scans_days", models.PositiveIntegerField(null=True)),
                ("carriers_days", models.PositiveIntegerField(null=True)),
                ("changed_at", models.DateTimeField()),
                (
                    "appeal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="retention",
                        to="appeals.appeal",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RetentionReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("unconfirmed", "Unconfirmed"),
                            ("notes", "Notes"),
                            ("scans", "Scans"),
                            ("carriers", "Carriers"),
                            ("contacts", "Contacts"),
                            ("names", "Names"),
                            ("messages", "Messages"),
                            ("ended", "Ended"),
                        ],
                        max_length=15,
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("on", models.DateField()),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="retention_reports",
                        to="appeals.appeal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("appeal", "on", "what"), name="appeals_retention_report_once"
                    )
                ],
            },
        ),
    ]
