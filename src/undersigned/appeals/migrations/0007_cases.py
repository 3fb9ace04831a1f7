"""The people and groups for whom an appeal speaks; no text may be called “cases” any more."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from undersigned.lib.guards import freeze, refuse

# Making a table anew takes its triggers with it on SQLite: they are taken off before, and set again.
_PLACE = (
    refuse(
        "appeals_text",
        "hangs_in_its_family",
        event="INSERT",
        when="NEW.parent_id IS NOT NULL",
        unless="SELECT 1 FROM appeals_version v JOIN appeals_text t ON t.id = v.text_id "
        "WHERE v.id = NEW.parent_id AND t.appeal_id = NEW.appeal_id AND t.id <> NEW.id",
        message="a text derives from a version of the same appeal",
    ),
    refuse(
        "appeals_text",
        "stays_where_it_hangs",
        event="UPDATE",
        when="NEW.parent_id IS NOT NULL OR OLD.parent_id IS NOT NULL OR NEW.appeal_id <> OLD.appeal_id",
        unless="SELECT 1 FROM appeals_version a JOIN appeals_version b ON b.text_id = a.text_id "
        "WHERE a.id = OLD.parent_id AND b.id = NEW.parent_id AND NEW.appeal_id = OLD.appeal_id",
        message="a text never changes its family or what it derives from",
    ),
)


def _give_way(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    """A text that is called as one of the new pages moves to the first free name behind it."""
    texts = apps.get_model("appeals", "Text").objects
    for text in texts.filter(slug__in=("cases", "delivery")):
        taken = set(texts.filter(appeal=text.appeal_id).values_list("slug", flat=True))
        free = (f"{text.slug}-{n}" for n in range(2, len(taken) + 3))
        text.slug = next(slug for slug in free if slug not in taken)
        text.save(update_fields=["slug"])


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0006_embargo"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.CharField(max_length=22, unique=True)),
                ("public_id", models.CharField(max_length=22, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "person"), ("group", "group")], default="person", max_length=10
                    ),
                ),
                ("sealed", models.BinaryField()),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("named", "named"),
                            ("other", "by initials or pseudonym only"),
                            ("withheld", "withheld"),
                        ],
                        default="withheld",
                        max_length=10,
                    ),
                ),
                ("is_published", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="CaseConsent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("named", "named"),
                            ("other", "by initials or pseudonym only"),
                            ("withheld", "withheld"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="CaseMention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("exact", models.CharField(max_length=500)),
                ("prefix", models.CharField(blank=True, max_length=64)),
                ("suffix", models.CharField(blank=True, max_length=64)),
                ("start", models.PositiveIntegerField()),
                ("end", models.PositiveIntegerField()),
                ("is_shown", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["text", "start", "pk"],
            },
        ),
        migrations.CreateModel(
            name="CaseStatement",
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
                        blank=True,
                        choices=[
                            ("imprisoned", "imprisoned"),
                            ("deported", "deported"),
                            ("disappeared", "disappeared"),
                            ("released", "released"),
                            ("dead", "dead"),
                            ("unknown", "unknown"),
                        ],
                        max_length=15,
                    ),
                ),
                ("edtf", models.CharField(blank=True, max_length=40)),
                ("date_key", models.CharField(blank=True, max_length=20)),
                ("sealed", models.BinaryField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["date_key", "pk"],
            },
        ),
        migrations.CreateModel(
            name="CaseUpdate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField()),
                ("sealed", models.BinaryField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PublicCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=22, unique=True)),
                ("sort_key", models.BinaryField()),
                ("kind", models.CharField(max_length=10)),
                ("state", models.CharField(max_length=15)),
                ("updated_on", models.DateField(null=True)),
                ("places", models.TextField(blank=True)),
                ("words", models.TextField(blank=True)),
                ("data", models.JSONField()),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="StatementSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("locator", models.CharField(blank=True, max_length=100)),
                ("is_shown", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="appeal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="appeals.appeal"
            ),
        ),
        migrations.AddField(
            model_name="caseconsent",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="consents", to="appeals.case"
            ),
        ),
        migrations.AddField(
            model_name="caseconsent",
            name="recorded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="casemention",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to="appeals.case"
            ),
        ),
        migrations.AddField(
            model_name="casemention",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="casemention",
            name="text",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="case_mentions", to="appeals.text"
            ),
        ),
        migrations.AddField(
            model_name="casestatement",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="statements", to="appeals.case"
            ),
        ),
        migrations.AddField(
            model_name="casestatement",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="caseupdate",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="updates", to="appeals.case"
            ),
        ),
        migrations.AddField(
            model_name="caseupdate",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="publiccase",
            name="appeal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="public_cases", to="appeals.appeal"
            ),
        ),
        migrations.AddField(
            model_name="publiccase",
            name="case",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="shown", to="appeals.case"
            ),
        ),
        migrations.AddField(
            model_name="statementsource",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="appeals.source"
            ),
        ),
        migrations.AddField(
            model_name="statementsource",
            name="statement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="cites", to="appeals.casestatement"
            ),
        ),
        migrations.AddIndex(
            model_name="publiccase",
            index=models.Index(fields=["appeal", "sort_key", "public_id"], name="appeals_publiccase_order"),
        ),
        migrations.AddIndex(
            model_name="publiccase",
            index=models.Index(fields=["appeal", "state"], name="appeals_publiccase_state"),
        ),
        migrations.AddConstraint(
            model_name="statementsource",
            constraint=models.UniqueConstraint(
                fields=("statement", "source", "locator"), name="appeals_statementsource_once"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="cases_changed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        # A consent, a statement and an update are taken back or stand as they were recorded.
        freeze(
            "appeals_caseconsent",
            ["case_id", "level", "sealed", "recorded_at", "recorded_by_id"],
            deletable=True,
        ),
        freeze(
            "appeals_casestatement",
            ["case_id", "state", "edtf", "date_key", "sealed", "created_at", "created_by_id"],
            deletable=True,
        ),
        freeze(
            "appeals_caseupdate",
            ["case_id", "on", "sealed", "created_at", "created_by_id"],
            deletable=True,
        ),
        migrations.RunPython(_give_way, migrations.RunPython.noop),
        *(migrations.RunPython(step.reverse_code, step.code) for step in _PLACE),
        migrations.RemoveConstraint(model_name="text", name="appeals_text_reserved_slug"),
        migrations.AddConstraint(
            model_name="text",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("slug__in", ["names", "sources", "variants", "verify", "privacy", "cases", "delivery"]),
                    _negated=True,
                ),
                name="appeals_text_reserved_slug",
            ),
        ),
        *_PLACE,
    ]
