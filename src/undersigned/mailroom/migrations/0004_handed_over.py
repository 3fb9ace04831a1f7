from django.db import migrations, models


class Migration(migrations.Migration):
    """A message may be handed over without a known answer."""

    dependencies = [("mailroom", "0003_address_slot")]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("handed", "Handed"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("dropped", "Dropped"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "handed")), fields=["due_at"], name="mailroom_message_handed"
            ),
        ),
    ]
