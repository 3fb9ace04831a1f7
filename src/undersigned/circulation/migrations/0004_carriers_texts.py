import django.db.models.deletion
from django.db import migrations, models

from undersigned.lib.guards import freeze


class Migration(migrations.Migration):
    dependencies = [("appeals", "0004_sources"), ("circulation", "0003_frozen_rows")]

    operations = [
        migrations.CreateModel(
            name="Work",
            fields=[
                (
                    "carrier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="work",
                        serialize=False,
                        to="circulation.carrier",
                    ),
                ),
                ("handed_revision", models.PositiveIntegerField(null=True)),
                ("handed_at", models.DateTimeField(null=True)),
                ("sealed", models.BinaryField(default=b"")),
                ("sent_back_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "appeal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="appeals.appeal",
                    ),
                ),
                (
                    "text",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="work", to="appeals.text"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("handed_at__isnull", False)),
                        fields=["appeal", "handed_at"],
                        name="circulation_work_waiting",
                    ),
                    models.Index(fields=["appeal", "carrier"], name="circulation_work_all"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("handed_at__isnull", True), ("handed_revision__isnull", True)),
                            models.Q(("handed_at__isnull", False), ("handed_revision__isnull", False)),
                            _connector="OR",
                        ),
                        name="circulation_work_handed_has_revision",
                    )
                ],
            },
        ),
        # Whose text it is never changes.
        freeze("circulation_work", ["carrier_id", "text_id", "appeal_id", "created_at"], deletable=True),
    ]
