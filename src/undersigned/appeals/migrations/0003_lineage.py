"""Where texts come from: who derived them and why; the tree is kept by the database."""

import django.db.models.deletion
from django.db import migrations, models

from undersigned.lib.guards import freeze, refuse, thaw

_FROZEN = ["text_id", "number", "source", "canonical", "digest", "title", "language", "published_at"]


class Migration(migrations.Migration):
    dependencies = [("appeals", "0002_frozen_rows")]

    operations = [
        migrations.AddField(
            "appeal",
            "licence",
            models.CharField(
                choices=[
                    ("free", "anyone invited may adapt and translate"),
                    ("review", "after the author's review"),
                    ("none", "nobody may change it"),
                ],
                default="review",
                max_length=10,
            ),
        ),
        migrations.AddField("text", "reason", models.CharField(blank=True, max_length=500)),
        migrations.AddField("text", "made_by", models.CharField(blank=True, max_length=200)),
        migrations.AddField("text", "attested_by", models.CharField(blank=True, max_length=200)),
        migrations.AddField(
            "text",
            "attested",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="appeals.version",
            ),
        ),
        migrations.AddField("text", "rules_in_doubt", models.BooleanField(default=False)),
        migrations.AddField(
            "version",
            "derived_from",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followers",
                to="appeals.version",
            ),
        ),
        thaw("appeals_version", _FROZEN),
        freeze("appeals_version", [*_FROZEN, "derived_from_id"]),
        # A text hangs under a Version that exists, of its own appeal, and may only move on to another
        # Version of the same text: so no cycle can ever be written.
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
    ]
