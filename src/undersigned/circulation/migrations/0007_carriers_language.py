from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("circulation", "0006_correspondence")]

    operations = [
        migrations.AddIndex(
            model_name="carrier",
            index=models.Index(
                condition=models.Q(
                    ("erased_at__isnull", True), ("queued_at__isnull", True), ("revoked_at__isnull", True)
                ),
                fields=["appeal", "language"],
                name="circulation_carrier_language",
            ),
        ),
    ]
