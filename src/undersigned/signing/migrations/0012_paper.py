import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from undersigned.lib.guards import freeze

_FROZEN = [
    "mark", "appeal_id", "version_id", "sheet_id", "origin", "basis", "sha256", "digest", "kept_by_id", "kept_at",
]  # fmt: skip


def _id() -> "models.BigAutoField[int, int]":
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    """Signatures gathered on paper and elsewhere: what came in, who read it, line by line."""

    dependencies = [
        ("appeals", "0006_embargo"),
        ("circulation", "0005_sheets"),
        ("signing", "0011_stands"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Gathering",
            fields=[
                ("id", _id()),
                ("mark", models.CharField(max_length=32, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preview", "shown, not taken yet"),
                            ("reading", "being read"),
                            ("settling", "two readings differ"),
                            ("checking", "to be checked"),
                            ("counting", "being counted"),
                            ("counted", "counted"),
                            ("reversed", "taken back"),
                        ],
                        default="reading",
                        max_length=10,
                    ),
                ),
                ("origin", models.CharField(blank=True, max_length=300)),
                ("basis", models.CharField(blank=True, max_length=500)),
                ("notes", models.JSONField(default=list)),
                ("media_type", models.CharField(max_length=50)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=43)),
                ("salt", models.BinaryField(max_length=32, null=True)),
                ("is_kept", models.BooleanField(default=True)),
                ("claimed", models.PositiveIntegerField()),
                ("transcribed", models.PositiveIntegerField(null=True)),
                ("verified", models.PositiveIntegerField(default=0)),
                ("leaf_index", models.PositiveBigIntegerField(null=True)),
                ("kept_at", models.DateTimeField()),
                ("counted_at", models.DateTimeField(null=True)),
                ("reversed_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "appeal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gatherings",
                        to="appeals.appeal",
                    ),
                ),
                (
                    "kept_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gatherings",
                        to="circulation.sheet",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gatherings",
                        to="appeals.version",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaperLine",
            fields=[
                ("id", _id()),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("differs", "read in two ways"),
                            ("ready", "read"),
                            ("empty", "nobody"),
                            ("duplicate", "signed already"),
                            ("counted", "counted"),
                            ("undone", "taken back"),
                            ("erased", "erased"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sealed", models.BinaryField(null=True)),
                ("name_key", models.BinaryField(max_length=32, null=True)),
                ("email_key", models.BinaryField(max_length=32, null=True)),
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
                    "gathering",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="paper_lines",
                        to="signing.gathering",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "signature",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="paper_line",
                        to="signing.signature",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaperMatch",
            fields=[
                ("id", _id()),
                (
                    "why",
                    models.CharField(
                        choices=[("email", "the same address"), ("name", "the same name and place")],
                        max_length=5,
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "to be decided"),
                            ("same", "the same person"),
                            ("other", "another person"),
                        ],
                        max_length=5,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "gathering",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="signing.gathering",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matches",
                        to="signing.paperline",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="signing.paperline",
                    ),
                ),
                (
                    "signature",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="signing.signature",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Transcript",
            fields=[
                ("id", _id()),
                ("seat", models.PositiveSmallIntegerField()),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "gathering",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transcripts",
                        to="signing.gathering",
                    ),
                ),
                (
                    "reader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TranscriptLine",
            fields=[
                ("id", _id()),
                ("number", models.PositiveIntegerField()),
                ("sealed", models.BinaryField()),
                (
                    "transcript",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="signing.transcript",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="gathering",
            index=models.Index(fields=["appeal", "id"], name="signing_gathering_of_appeal"),
        ),
        migrations.AddConstraint(
            model_name="gathering",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "reversed"), _negated=True),
                fields=("sheet",),
                name="signing_gathering_one_of_sheet",
            ),
        ),
        migrations.AddConstraint(
            model_name="gathering",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "reversed"), _negated=True),
                fields=("appeal", "sha256"),
                name="signing_gathering_one_of_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="gathering",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sheet__isnull", False),
                    models.Q(models.Q(("basis", ""), _negated=True), models.Q(("origin", ""), _negated=True)),
                    _connector="OR",
                ),
                name="signing_gathering_file_has_basis",
            ),
        ),
        migrations.AddIndex(
            model_name="paperline",
            index=models.Index(fields=["gathering", "state", "number"], name="signing_paperline_states"),
        ),
        migrations.AddIndex(
            model_name="paperline",
            index=models.Index(
                condition=models.Q(("name_key__isnull", False)),
                fields=["appeal", "name_key"],
                name="signing_paperline_name",
            ),
        ),
        migrations.AddIndex(
            model_name="paperline",
            index=models.Index(
                condition=models.Q(("email_key__isnull", False)),
                fields=["appeal", "email_key"],
                name="signing_paperline_email",
            ),
        ),
        migrations.AddConstraint(
            model_name="paperline",
            constraint=models.UniqueConstraint(
                fields=("gathering", "number"), name="signing_paperline_number"
            ),
        ),
        migrations.AddIndex(
            model_name="papermatch",
            index=models.Index(fields=["gathering", "verdict", "id"], name="signing_papermatch_open"),
        ),
        migrations.AddConstraint(
            model_name="papermatch",
            constraint=models.UniqueConstraint(
                fields=("line", "signature"), name="signing_papermatch_signature"
            ),
        ),
        migrations.AddConstraint(
            model_name="papermatch",
            constraint=models.UniqueConstraint(fields=("line", "other"), name="signing_papermatch_line"),
        ),
        migrations.AddConstraint(
            model_name="papermatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("other__isnull", True), ("signature__isnull", False)),
                    models.Q(("other__isnull", False), ("signature__isnull", True)),
                    _connector="OR",
                ),
                name="signing_papermatch_one_of_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="transcript",
            constraint=models.UniqueConstraint(fields=("gathering", "seat"), name="signing_transcript_seat"),
        ),
        migrations.AddConstraint(
            model_name="transcript",
            constraint=models.UniqueConstraint(
                fields=("gathering", "reader"), name="signing_transcript_reader"
            ),
        ),
        migrations.AddConstraint(
            model_name="transcript",
            constraint=models.CheckConstraint(
                condition=models.Q(("seat__in", [1, 2])), name="signing_transcript_two"
            ),
        ),
        migrations.AddConstraint(
            model_name="transcriptline",
            constraint=models.UniqueConstraint(
                fields=("transcript", "number"), name="signing_transcript_line"
            ),
        ),
        migrations.AddIndex(
            model_name="gathering",
            index=models.Index(
                fields=["id"], name="signing_gathering_counting", condition=models.Q(state="counting")
            ),
        ),
        migrations.AddIndex(
            model_name="gathering",
            index=models.Index(
                fields=["reversed_at"],
                name="signing_gathering_reversed",
                condition=models.Q(state="reversed"),
            ),
        ),
        freeze("signing_gathering", _FROZEN, deletable=True),
    ]
