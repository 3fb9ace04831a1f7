from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether names are hidden, and whether each signature waits for review: both begin empty."""

    dependencies = [("appeals", "0011_retention")]

    operations = [
        migrations.AddField("appeal", "names_hidden_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("appeal", "reviewed_since", models.DateTimeField(blank=True, null=True)),
    ]
