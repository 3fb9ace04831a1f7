import django.db.models.deletion
from django.db import migrations, models

# Nothing asks for rows by these alone, and each signature paid for all three.
_DROPPED = (
    ("signing_signature_version_id_4f4974df", "signing_signature", "version_id"),
    ("signing_publicline_appeal_id_44dd62c4", "signing_publicline", "appeal_id"),
    ("signing_publicline_version_id_233c9c77", "signing_publicline", "version_id"),
)


def _unindexed(model: str, field: str, to: str, related: str) -> migrations.AlterField:
    return migrations.AlterField(
        model_name=model,
        name=field,
        field=models.ForeignKey(
            db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name=related, to=to
        ),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0002_frozen_rows"),
        ("signing", "0005_indexes"),
    ]

    operations = [
        # Not by AlterField itself: on SQLite it writes the table anew and loses the guard of frozen rows.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                _unindexed("signature", "version", "appeals.version", "signatures"),
                _unindexed("publicline", "appeal", "appeals.appeal", "+"),
                _unindexed("publicline", "version", "appeals.version", "+"),
            ],
            database_operations=[
                migrations.RunSQL(
                    f'DROP INDEX IF EXISTS "{name}"', f'CREATE INDEX "{name}" ON "{table}" ("{column}")'
                )
                for name, table, column in _DROPPED
            ],
        ),
    ]
