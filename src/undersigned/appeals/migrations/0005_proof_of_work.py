"""Whether an appeal asks browsers for a small calculation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appeals", "0004_sources")]

    operations = [
        migrations.AddField(
            model_name="appeal",
            name="proof_of_work",
            field=models.BooleanField(default=False),
        ),
    ]
