import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from undersigned.lib.guards import freeze


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0006_embargo"),
        ("circulation", "0005_sheets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EditionHandedOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("to", models.CharField(blank=True, max_length=300)),
                ("letters", models.PositiveIntegerField(default=0)),
                ("at", models.DateTimeField()),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="editions_handed_out",
                        to="appeals.appeal",
                    ),
                ),
                (
                    "by",
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
            name="EditionLetter",
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
                        choices=[
                            ("covering", "covering letter"),
                            ("answer", "answer of a carrier"),
                            ("update", "update"),
                            ("other", "another letter"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("language", models.CharField(max_length=35)),
                ("date", models.CharField(blank=True, max_length=40)),
                ("nonce", models.BinaryField(max_length=16, unique=True)),
                ("created_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(null=True)),
                (
                    "consent",
                    models.CharField(
                        blank=True,
                        choices=[("", "not asked yet"), ("yes", "agreed"), ("no", "refused or taken back")],
                        max_length=3,
                    ),
                ),
                ("consent_wording", models.CharField(blank=True, max_length=20)),
                ("consent_at", models.DateTimeField(null=True)),
                ("names_addressee", models.BooleanField(default=False)),
                ("addressee_wording", models.CharField(blank=True, max_length=20)),
                ("addressee_at", models.DateTimeField(null=True)),
                ("included_at", models.DateTimeField(null=True)),
                (
                    "appeal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="edition_letters",
                        to="appeals.appeal",
                    ),
                ),
                (
                    "carrier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="edition_letters",
                        to="circulation.carrier",
                    ),
                ),
                (
                    "consent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reply",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="edition_letter",
                        to="circulation.reply",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["appeal", "id"], name="circulation_editionletter_all"),
                    models.Index(
                        condition=models.Q(("consent", "yes"), ("included_at__isnull", False)),
                        fields=["appeal", "id"],
                        name="circulation_editionletter_in",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("consent", ""), ("consent_at__isnull", True), ("consent_wording", "")),
                            models.Q(
                                models.Q(("consent", ""), _negated=True),
                                ("consent_at__isnull", False),
                                models.Q(("consent_wording", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="circulation_editionletter_consent_kept",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("names_addressee", False),
                            models.Q(
                                ("addressee_at__isnull", False),
                                models.Q(("addressee_wording", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="circulation_editionletter_addressee_kept",
                    ),
                ],
            },
        ),
        # Whose letter it is never changes.
        freeze("circulation_editionletter", ["public_id", "appeal_id", "kind", "created_at"], deletable=True),
        freeze("circulation_editionhandedout", ["appeal_id", "at", "letters"]),
    ]
