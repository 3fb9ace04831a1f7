from django.db import migrations, models


class Migration(migrations.Migration):
    """Since when an appeal is sealed."""

    dependencies = [("appeals", "0012_hidden_names")]

    operations = [
        migrations.AddField(
            model_name="appeal",
            name="sealed_at",
            # Empty and without a default: SQLite adds it without making the table anew.
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="appeal",
            name="roll_changed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
