import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from undersigned.lib.guards import freeze


class Migration(migrations.Migration):
    """A team's own keys: their public halves."""

    dependencies = [("accounts", "0002_frozen_rows")]

    operations = [
        migrations.CreateModel(
            name="AgeRecipient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=100)),
                ("recipient", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="age_recipients",
                        to="accounts.team",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("team", "recipient"), name="accounts_agerecipient_once")
                ],
            },
        ),
        # A key is entered once and retired: nobody puts another in its place.
        freeze("accounts_agerecipient", ["team_id", "recipient", "created_at", "created_by_id"]),
    ]
