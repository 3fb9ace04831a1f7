import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appeals", "0008_later_captures_and_links"), ("signing", "0015_delivery")]

    operations = [
        migrations.CreateModel(
            name="PaperWatch",
            fields=[
                (
                    "appeal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="appeals.appeal",
                    ),
                ),
                ("size", models.PositiveBigIntegerField(default=0)),
            ],
        ),
    ]
