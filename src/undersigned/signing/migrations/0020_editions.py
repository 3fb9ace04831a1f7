import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0010_persons"),
        ("signing", "0019_sealed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EditionBuild",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=22, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("edition", "the edition in every format"), ("archive", "the archive")],
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("tried_at", models.DateTimeField(null=True)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("step", models.CharField(blank=True, max_length=40)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("stamp", models.CharField(blank=True, max_length=64)),
                ("moment", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField(null=True)),
                ("lacking", models.JSONField(default=list)),
                ("gone_at", models.DateTimeField(null=True)),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="editions",
                        to="appeals.appeal",
                    ),
                ),
                (
                    "asked_by",
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
            name="EditionFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("format", models.CharField(max_length=40)),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "build",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="signing.editionbuild",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="editionbuild",
            index=models.Index(fields=["appeal", "kind", "id"], name="signing_edition_of_appeal"),
        ),
        migrations.AddIndex(
            model_name="editionbuild",
            index=models.Index(
                condition=models.Q(("made_at__isnull", True), ("problem", "")),
                fields=["id"],
                name="signing_edition_to_make",
            ),
        ),
        migrations.AddIndex(
            model_name="editionbuild",
            index=models.Index(
                condition=models.Q(("published_at__isnull", False)),
                fields=["id"],
                name="signing_edition_public",
            ),
        ),
        migrations.AddConstraint(
            model_name="editionbuild",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("made_at__isnull", True), ("moment__isnull", True)),
                    models.Q(("made_at__isnull", False), ("moment__isnull", False)),
                    _connector="OR",
                ),
                name="signing_edition_made_at_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="editionfile",
            constraint=models.UniqueConstraint(fields=("build", "name"), name="signing_edition_file_name"),
        ),
        migrations.AddConstraint(
            model_name="editionfile",
            constraint=models.UniqueConstraint(
                fields=("build", "number"), name="signing_edition_file_number"
            ),
        ),
    ]
