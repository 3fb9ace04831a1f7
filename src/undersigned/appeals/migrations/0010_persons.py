"""Who matters to an edition; no text may be called “persons” any more."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from undersigned.lib.guards import refuse

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
    """A text that is called as a new page moves to the first free name behind it."""
    texts = apps.get_model("appeals", "Text").objects
    for text in texts.filter(slug__in=["persons", "updates", "edition"]):
        taken = set(texts.filter(appeal=text.appeal_id).values_list("slug", flat=True))
        free = (f"{text.slug}-{n}" for n in range(2, len(taken) + 3))
        text.slug = next(slug for slug in free if slug not in taken)
        text.save(update_fields=["slug"])


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0009_text_languages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.CharField(max_length=22, unique=True)),
                ("ident", models.CharField(max_length=60)),
                ("sealed", models.BinaryField()),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("named", "with every name"),
                            ("other", "by pseudonyms and initials only"),
                            ("withheld", "not at all"),
                        ],
                        default="withheld",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PersonMention",
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
            name="PublicPerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ident", models.CharField(max_length=60)),
                ("sort_key", models.BinaryField()),
                ("data", models.JSONField()),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="appeal",
            name="persons_changed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="appeal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="persons", to="appeals.appeal"
            ),
        ),
        migrations.AddField(
            model_name="personmention",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="personmention",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to="appeals.person"
            ),
        ),
        migrations.AddField(
            model_name="personmention",
            name="text",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="person_mentions", to="appeals.text"
            ),
        ),
        migrations.AddField(
            model_name="publicperson",
            name="appeal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="public_persons",
                to="appeals.appeal",
            ),
        ),
        migrations.AddField(
            model_name="publicperson",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="shown", to="appeals.person"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(fields=("appeal", "ident"), name="appeals_person_once"),
        ),
        migrations.AddIndex(
            model_name="publicperson",
            index=models.Index(fields=["appeal", "sort_key", "ident"], name="appeals_publicperson_order"),
        ),
        migrations.AddConstraint(
            model_name="publicperson",
            constraint=models.UniqueConstraint(fields=("appeal", "ident"), name="appeals_publicperson_once"),
        ),
        migrations.RunPython(_give_way, migrations.RunPython.noop),
        *(migrations.RunPython(step.reverse_code, step.code) for step in _PLACE),
        migrations.RemoveConstraint(
            model_name="text",
            name="appeals_text_reserved_slug",
        ),
        migrations.AddConstraint(
            model_name="text",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "slug__in",
                        [
                            "names",
                            "sources",
                            "variants",
                            "verify",
                            "privacy",
                            "cases",
                            "delivery",
                            "persons",
                            "updates",
                            "edition",
                        ],
                    ),
                    _negated=True,
                ),
                name="appeals_text_reserved_slug",
            ),
        ),
        *_PLACE,
    ]
