from datetime import UTC

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Count
from django.db.models.functions import TruncDay, TruncHour


def _count(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """What was recorded so far: by the hour, or by the day where people are at risk."""
    growth = apps.get_model("signing", "Growth")
    rows = apps.get_model("signing", "Signature").objects.filter(recorded_at__isnull=False)
    for at_risk, rounded in ((True, TruncDay), (False, TruncHour)):
        some = rows.filter(appeal__profile="at_risk") if at_risk else rows.exclude(appeal__profile="at_risk")
        found = some.annotate(hour=rounded("recorded_at", tzinfo=UTC)).values("appeal", "hour").order_by()
        counted = found.annotate(number=Count("pk")).values_list("appeal", "hour", "number")
        growth.objects.bulk_create(
            growth(appeal_id=appeal, at=hour, recorded=number) for appeal, hour, number in counted
        )


class Migration(migrations.Migration):
    """Decisions of moderators, disputes about names, and how an appeal grew."""

    dependencies = [
        ("appeals", "0012_hidden_names"),
        ("signing", "0017_updates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("hold", "held back"),
                            ("release", "released"),
                            ("refuse", "refused"),
                            ("strike", "struck out"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("tells", models.BooleanField(default=False)),
                ("whole", models.BooleanField(default=False)),
                ("pattern", models.CharField(blank=True, max_length=20)),
                ("value", models.CharField(blank=True, max_length=64)),
                ("cursor", models.PositiveBigIntegerField(default=0)),
                ("last", models.PositiveBigIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("missed", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                ("restored", models.PositiveIntegerField(default=0)),
                ("undo_finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DecisionLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waits", "Waits"),
                            ("done", "Done"),
                            ("missed", "Missed"),
                            ("restored", "Restored"),
                            ("kept", "Kept"),
                        ],
                        default="waits",
                        max_length=10,
                    ),
                ),
                ("before", models.CharField(blank=True, max_length=10)),
                ("amends", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "waiting for confirmation by mail"),
                            ("open", "to be decided"),
                            ("upheld", "upheld: struck out"),
                            ("dismissed", "dismissed: shown again"),
                            ("none", "no such name was listed"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("language", models.CharField(max_length=35)),
                ("nonce", models.BinaryField(max_length=16, unique=True)),
                ("sealed", models.BinaryField(default=b"")),
                ("address_key", models.BinaryField(max_length=32, null=True)),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("froze", models.BooleanField(default=False)),
                ("held_by", models.CharField(blank=True, max_length=20)),
                ("overdue_told_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="DisputeLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveBigIntegerField(db_index=True)),
                ("nonce", models.BinaryField(max_length=16, unique=True)),
                ("frozen", models.BooleanField(default=False)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "no answer"),
                            ("mine", "says: I signed this"),
                            ("gone", "took it back"),
                        ],
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "to be decided"),
                            ("struck", "struck out"),
                            ("shown", "shown again"),
                            ("gone", "was gone before"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Growth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("recorded", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="RefusalWords",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=35)),
                ("words", models.TextField(max_length=3000)),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(
                condition=models.Q(("state", "held")), fields=["appeal", "id"], name="signing_signature_held"
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="appeal",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="appeals.appeal",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="undone_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="decisionline",
            name="decision",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="signing.decision",
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="appeal",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disputes",
                to="appeals.appeal",
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="disputeline",
            name="dispute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="signing.dispute"
            ),
        ),
        migrations.AddField(
            model_name="growth",
            name="appeal",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="appeals.appeal",
            ),
        ),
        migrations.AddField(
            model_name="refusalwords",
            name="appeal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="refusal_words", to="appeals.appeal"
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["appeal", "id"], name="signing_decision_of_appeal"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(
                    ("finished_at__isnull", True),
                    models.Q(("undo_finished_at__isnull", True), ("undone_at__isnull", False)),
                    _connector="OR",
                ),
                fields=["id"],
                name="signing_decision_to_do",
            ),
        ),
        migrations.AddIndex(
            model_name="decisionline",
            index=models.Index(fields=["decision", "outcome", "id"], name="signing_decisionline_left"),
        ),
        migrations.AddConstraint(
            model_name="decisionline",
            constraint=models.UniqueConstraint(
                fields=("decision", "number"), name="signing_decisionline_once"
            ),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(fields=["appeal", "state", "id"], name="signing_dispute_by_state"),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["due_at"], name="signing_dispute_due"
            ),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(
                condition=models.Q(("state", "asked")), fields=["created_at"], name="signing_dispute_asked"
            ),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(
                condition=models.Q(("address_key__isnull", False)),
                fields=["appeal", "address_key", "created_at"],
                name="signing_dispute_of_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "open"), _negated=True),
                    models.Q(("confirmed_at__isnull", False), ("due_at__isnull", False)),
                    _connector="OR",
                ),
                name="signing_dispute_open_has_deadline",
            ),
        ),
        migrations.AddConstraint(
            model_name="growth",
            constraint=models.UniqueConstraint(fields=("appeal", "at"), name="signing_growth_one"),
        ),
        migrations.AddConstraint(
            model_name="refusalwords",
            constraint=models.UniqueConstraint(
                fields=("appeal", "language"), name="signing_refusalwords_one"
            ),
        ),
        migrations.RunPython(_count, migrations.RunPython.noop),
    ]
