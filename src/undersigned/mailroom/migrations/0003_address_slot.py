from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_QUARTER_DAY = 21_600


def _fill(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    messages = apps.get_model("mailroom", "Message").objects
    some = []
    for row in messages.only("pk", "address_key", "created_at").order_by("pk").iterator(2000):
        quarter = int(row.created_at.timestamp()) // _QUARTER_DAY
        row.address_slot = quarter << 40 | int.from_bytes(bytes(row.address_key)[:5], "big")
        some.append(row)
        if len(some) == 2000:
            messages.bulk_update(some, ["address_slot"])
            some.clear()
    messages.bulk_update(some, ["address_slot"])


class Migration(migrations.Migration):
    # PostgreSQL makes no index on a table that the same transaction has filled.
    atomic = False

    dependencies = [("mailroom", "0002_enclosures")]

    operations = [
        migrations.AddField(
            model_name="message", name="address_slot", field=models.PositiveBigIntegerField(default=0)
        ),
        migrations.RunPython(_fill, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="message", name="mailroom_message_address"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["address_slot"], name="mailroom_message_slot"),
        ),
    ]
