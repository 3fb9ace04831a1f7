from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0002_frozen_rows"),
        ("signing", "0003_publisher_side"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(fields=["appeal", "repeat_key"], name="signing_signature_repeats"),
        ),
    ]
