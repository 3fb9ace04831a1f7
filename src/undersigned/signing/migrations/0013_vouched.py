import django.db.models.deletion
from django.db import migrations, models

from undersigned.lib.guards import freeze, refuse


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0006_embargo"),
        ("circulation", "0005_sheets"),
        ("signing", "0012_paper"),
    ]

    operations = [
        migrations.CreateModel(
            name="Voucher",
            fields=[
                (
                    "carrier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="voucher",
                        serialize=False,
                        to="circulation.carrier",
                    ),
                ),
                ("quota", models.PositiveIntegerField(default=20)),
                ("used", models.PositiveIntegerField(default=0)),
                ("public_name", models.CharField(blank=True, max_length=200)),
                ("code_key", models.BinaryField(max_length=32, null=True)),
                ("code_sent_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("session_key", models.BinaryField(max_length=32, null=True)),
                ("session_began_at", models.DateTimeField(null=True)),
                ("session_seen_at", models.DateTimeField(null=True)),
                ("undoing_since", models.DateTimeField(null=True)),
                (
                    "appeal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="appeals.appeal",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Vouching",
            fields=[
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="vouching",
                        serialize=False,
                        to="signing.signature",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("name_key", models.BinaryField(max_length=32, null=True)),
                ("form_key", models.BinaryField(max_length=32)),
                ("is_repeat", models.BooleanField(default=False)),
                ("looked_at", models.DateTimeField(null=True)),
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
                    "voucher",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vouchings",
                        to="signing.voucher",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="voucher",
            index=models.Index(fields=["appeal", "carrier"], name="signing_voucher_all"),
        ),
        migrations.AddIndex(
            model_name="voucher",
            index=models.Index(
                condition=models.Q(("undoing_since__isnull", False)),
                fields=["carrier"],
                name="signing_voucher_undoing",
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(("used__lte", models.F("quota"))), name="signing_voucher_within_quota"
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(("quota__lte", 500)), name="signing_voucher_quota_most"
            ),
        ),
        migrations.AddIndex(
            model_name="vouching",
            index=models.Index(
                condition=models.Q(("name_key__isnull", False)),
                fields=["appeal", "name_key"],
                name="signing_vouching_names",
            ),
        ),
        migrations.AddIndex(
            model_name="vouching",
            index=models.Index(
                condition=models.Q(("is_repeat", True), ("looked_at__isnull", True)),
                fields=["appeal", "signature"],
                name="signing_vouching_repeats",
            ),
        ),
        migrations.AddConstraint(
            model_name="vouching",
            constraint=models.UniqueConstraint(
                fields=("voucher", "number"), name="signing_vouching_one_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="vouching",
            constraint=models.UniqueConstraint(
                fields=("voucher", "form_key"), name="signing_vouching_one_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="vouching",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="signing_vouching_numbered"
            ),
        ),
        freeze("signing_vouching", ["voucher_id", "appeal_id", "number", "form_key"], deletable=True),
        # One place has one row, and no place lies beyond the quota: two who vouch at once cannot exceed it.
        refuse(
            "signing_vouching",
            "within_quota",
            event="INSERT",
            when="NEW.number > 0",
            unless="SELECT 1 FROM signing_voucher v WHERE v.carrier_id = NEW.voucher_id "
            "AND NEW.number <= v.quota",
            message="more than the quota",
        ),
    ]
