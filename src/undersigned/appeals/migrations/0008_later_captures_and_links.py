"""The words of kept copies, and what the last look at a source's web address gave."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appeals", "0007_cases")]

    operations = [
        migrations.CreateModel(
            name="CapturedWords",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("words", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="LinkCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.TextField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("found", "found"),
                            ("missing", "not found there"),
                            ("unreachable", "no answer"),
                            ("unsure", "it does not answer programs"),
                            ("refused", "not looked up"),
                        ],
                        max_length=12,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=40)),
                ("checked_at", models.DateTimeField()),
                ("troubled_since", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(db_index=True)),
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="link_check",
                        to="appeals.source",
                    ),
                ),
            ],
        ),
    ]
