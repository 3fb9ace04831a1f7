import django.db.models.deletion
from django.db import migrations, models

from undersigned.lib.guards import freeze


class Migration(migrations.Migration):
    """Organisations sign apart from people."""

    dependencies = [
        ("appeals", "0006_embargo"),
        ("signing", "0013_vouched"),
    ]

    operations = [
        migrations.CreateModel(
            name="OrganisationRule",
            fields=[
                (
                    "appeal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="organisation_rule",
                        serialize=False,
                        to="appeals.appeal",
                    ),
                ),
                ("accepts", models.BooleanField(default=True)),
                ("by_hand", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Organisation",
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
                            ("waiting", "waiting for its officer"),
                            ("confirmed", "waiting for its domain check"),
                            ("checked", "waiting for the organisers"),
                            ("signed", "signed"),
                            ("refused", "refused by a moderator"),
                            ("struck", "struck out by a moderator"),
                            ("withdrawn", "withdrawn"),
                            ("moved", "moved to another version"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("nonce", models.BinaryField(max_length=16, unique=True)),
                ("second_nonce", models.BinaryField(max_length=16, null=True, unique=True)),
                ("repeat_key", models.BinaryField(max_length=32, null=True)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("place", models.CharField(blank=True, max_length=200)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("domain", models.CharField(blank=True, max_length=253)),
                ("sort_key", models.BinaryField(max_length=200)),
                ("resolved_on", models.DateField()),
                ("resolution_digest", models.CharField(max_length=43)),
                ("sealed", models.BinaryField()),
                ("shows_officers", models.BooleanField(default=False)),
                ("officer_line", models.CharField(blank=True, max_length=403)),
                ("second_line", models.CharField(blank=True, max_length=403)),
                ("for_addressee", models.BooleanField(default=False)),
                ("for_edition", models.BooleanField(default=False)),
                ("consent_wording", models.CharField(max_length=20)),
                (
                    "check_kind",
                    models.CharField(
                        blank=True, choices=[("mail", "by mail"), ("dns", "by DNS record")], max_length=4
                    ),
                ),
                ("check_failure", models.CharField(blank=True, max_length=20)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("looked_at", models.DateTimeField(null=True)),
                ("cosigned_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "appeal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="organisations",
                        to="appeals.appeal",
                    ),
                ),
                (
                    "signature",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="organisation",
                        to="signing.signature",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="appeals.version",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["appeal", "state", "id"], name="signing_organisation_state"),
                    models.Index(
                        condition=models.Q(("state", "signed")),
                        fields=["appeal", "sort_key", "id"],
                        name="signing_organisation_roll",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting"), ("state", "confirmed"), _connector="OR"),
                        fields=["created_at"],
                        name="signing_organisation_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("check_kind", ""), ("checked_at__isnull", True)),
                            models.Q(
                                models.Q(("check_kind", ""), _negated=True), ("checked_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="signing_organisation_check_has_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "signed"), _negated=True),
                            models.Q(("checked_at__isnull", False), ("confirmed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="signing_organisation_signed_is_checked",
                    ),
                ],
            },
        ),
        # What an organisation signed is what it was shown.
        freeze("signing_organisation", ["appeal_id", "version_id"], deletable=True),
    ]
