"""Sources, what they said when they were cited, the evidence for passages, and kept copies."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from undersigned.lib.guards import freeze


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0003_lineage"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="appeal",
            name="citation_style",
            field=models.CharField(
                choices=[
                    ("undersigned", "notes: author, title, place, year"),
                    ("undersigned-author-date", "author and year"),
                ],
                default="undersigned",
                max_length=40,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="sources_changed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("csl", models.JSONField()),
                ("digest", models.CharField(max_length=43)),
                ("date_key", models.CharField(blank=True, max_length=20)),
                ("note", models.TextField(blank=True, max_length=5000)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sources",
                        to="appeals.appeal",
                    ),
                ),
            ],
            options={
                "ordering": ["key"],
            },
        ),
        migrations.CreateModel(
            name="Citation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("exact", models.TextField(max_length=5000)),
                ("prefix", models.CharField(blank=True, max_length=64)),
                ("suffix", models.CharField(blank=True, max_length=64)),
                ("start", models.PositiveIntegerField()),
                ("end", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("anchored", "anchored"), ("orphaned", "its passage was changed")],
                        default="anchored",
                        max_length=10,
                    ),
                ),
                ("claim", models.CharField(blank=True, max_length=500)),
                ("quotation", models.TextField(blank=True, max_length=5000)),
                ("quotation_language", models.CharField(blank=True, max_length=35)),
                ("translation", models.TextField(blank=True, max_length=5000)),
                ("locator", models.CharField(blank=True, max_length=100)),
                ("shelfmark", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField()),
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
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="citations",
                        to="appeals.text",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="citations",
                        to="appeals.source",
                    ),
                ),
            ],
            options={
                "ordering": ["text", "start", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Capture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(max_length=80)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("media_type", models.CharField(max_length=80)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("url", models.URLField(blank=True, max_length=1000)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("captured_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("is_open", models.BooleanField(default=True)),
                (
                    "captured_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="captures",
                        to="appeals.source",
                    ),
                ),
            ],
            options={
                "ordering": ["captured_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SourceState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=43)),
                ("csl", models.JSONField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="states",
                        to="appeals.source",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CitedSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cited_sources",
                        to="appeals.version",
                    ),
                ),
                (
                    "state",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cited_in",
                        to="appeals.sourcestate",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.UniqueConstraint(fields=("appeal", "key"), name="appeals_source_key"),
        ),
        migrations.AddConstraint(
            model_name="citation",
            constraint=models.CheckConstraint(
                condition=models.Q(("end__gt", models.F("start"))), name="appeals_citation_has_passage"
            ),
        ),
        migrations.AddConstraint(
            model_name="capture",
            constraint=models.UniqueConstraint(fields=("source", "sha256"), name="appeals_capture_once"),
        ),
        migrations.AddConstraint(
            model_name="sourcestate",
            constraint=models.UniqueConstraint(fields=("source", "digest"), name="appeals_sourcestate_once"),
        ),
        migrations.AddConstraint(
            model_name="citedsource",
            constraint=models.UniqueConstraint(fields=("version", "state"), name="appeals_citedsource_once"),
        ),
        # A key stands in signed words: a source never changes its name or its appeal.
        freeze("appeals_source", ["appeal_id", "key", "created_at"], deletable=True),
        freeze("appeals_sourcestate", ["source_id", "digest", "csl", "recorded_at"], deletable=True),
        freeze("appeals_citedsource", ["version_id", "state_id"]),
        # Where a passage stands may be found anew; which passage it is, and what was said of it, may not.
        freeze(
            "appeals_citation",
            [
                "text_id",
                "source_id",
                "exact",
                "prefix",
                "suffix",
                "claim",
                "quotation",
                "quotation_language",
                "translation",
                "locator",
                "shelfmark",
                "created_at",
                "created_by_id",
            ],
            deletable=True,
        ),
        freeze(
            "appeals_capture",
            [
                "source_id",
                "path",
                "name",
                "media_type",
                "size",
                "sha256",
                "url",
                "note",
                "captured_at",
                "captured_by_id",
                "created_at",
            ],
            deletable=True,
        ),
    ]
