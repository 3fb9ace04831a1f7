import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Messages whose address goes with their delivery."""

    dependencies = [("mailroom", "0004_handed_over")]

    operations = [
        migrations.CreateModel(
            name="PassingMail",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="passing",
                        serialize=False,
                        to="mailroom.message",
                    ),
                ),
                ("span", models.BigIntegerField(db_index=True, null=True)),
                ("created_at", models.DateTimeField()),
            ],
        ),
    ]
