import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from undersigned.lib.guards import refuse


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0009_text_languages"),
        ("signing", "0016_paper_watch"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Update",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(null=True)),
                ("title", models.CharField(max_length=200)),
                ("language", models.CharField(max_length=35)),
                ("words", models.TextField()),
                ("revision", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
                ("taken_down_at", models.DateTimeField(null=True)),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="updates",
                        to="appeals.appeal",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UpdateRound",
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
                        choices=[("running", "Running"), ("paused", "Paused"), ("done", "Done")],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("cursor", models.PositiveBigIntegerField(default=0)),
                ("last", models.PositiveBigIntegerField()),
                ("told", models.PositiveIntegerField(default=0)),
                ("sent", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("looked_at", models.DateTimeField(null=True)),
                ("unreachable", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "update",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="round", to="signing.update"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="update",
            index=models.Index(fields=["appeal", "id"], name="signing_update_list"),
        ),
        migrations.AddConstraint(
            model_name="update",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number__isnull", False)),
                fields=("appeal", "number"),
                name="signing_update_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="update",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number__isnull", True), ("published_at__isnull", True)),
                    models.Q(("number__gte", 1), ("published_at__isnull", False)),
                    _connector="OR",
                ),
                name="signing_update_published_has_number",
            ),
        ),
        migrations.AddIndex(
            model_name="updateround",
            index=models.Index(
                condition=models.Q(("state", "running")), fields=["id"], name="signing_update_round_runs"
            ),
        ),
        # What readers were told stays as it was told.
        refuse(
            "signing_update",
            "published_stays",
            event="UPDATE",
            when='OLD."number" IS NOT NULL AND (NEW."number" IS NULL OR NEW."number" <> OLD."number" '
            'OR NEW."title" <> OLD."title" OR NEW."words" <> OLD."words" '
            'OR NEW."language" <> OLD."language")',
            unless="SELECT 1 WHERE 1 = 0",
            message="this row can not be changed",
        ),
    ]
