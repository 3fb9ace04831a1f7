from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_adopted")]

    operations = [
        migrations.AddField("log", "hidden_since", models.DateTimeField(null=True)),
    ]
