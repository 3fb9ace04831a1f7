import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from undersigned.lib.guards import freeze, refuse

_ANSWER = [
    "delivery_id", "signed", "language", "date", "words", "published_at", "published_by_id",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0008_later_captures_and_links"),
        ("signing", "0014_organisations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.CharField(max_length=22, unique=True)),
                ("recipient", models.CharField(max_length=300)),
                ("created_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("lines_done", models.PositiveIntegerField(default=0)),
                ("lines_total", models.PositiveIntegerField(default=0)),
                ("step", models.CharField(blank=True, max_length=40)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("moment", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField(null=True)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("digest", models.CharField(blank=True, max_length=43)),
                ("names", models.PositiveIntegerField(default=0)),
                ("signatures", models.PositiveIntegerField(default=0)),
                ("log_size", models.PositiveBigIntegerField(default=0)),
                ("log_root", models.CharField(blank=True, max_length=44)),
                ("leaf_index", models.PositiveBigIntegerField(null=True)),
                ("gone_at", models.DateTimeField(null=True)),
                (
                    "gone_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("people", "somebody who may stand in it took their name back"),
                            ("retention", "the time for which personal data are kept is over"),
                        ],
                        max_length=10,
                    ),
                ),
                ("handed_on", models.DateField(null=True)),
                (
                    "handed_how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("person", "in person"),
                            ("post", "by post"),
                            ("mail", "by e-mail"),
                            ("portal", "through the addressee's own office or web site"),
                            ("other", "in another way"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sealed", models.BinaryField(default=b"")),
                ("handed_noted_at", models.DateTimeField(null=True)),
                (
                    "appeal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
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
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="appeals.text"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DeliveryAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("signed", models.CharField(max_length=300)),
                ("language", models.CharField(max_length=35)),
                ("date", models.CharField(max_length=40)),
                ("words", models.TextField()),
                ("published_at", models.DateTimeField()),
                ("taken_down_at", models.DateTimeField(null=True)),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="signing.delivery",
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
            name="DeliveryNews",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cursor", models.PositiveBigIntegerField(default=0)),
                ("last", models.PositiveBigIntegerField()),
                ("told", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="news",
                        to="signing.deliveryanswer",
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="news",
                        to="signing.delivery",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("leaf_index__isnull", True), ("made_at__isnull", False)),
                fields=["appeal", "id"],
                name="signing_delivery_to_record",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("made_at__isnull", True), ("problem", "")),
                fields=["id"],
                name="signing_delivery_to_make",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("digest", ""), ("made_at__isnull", True), ("moment__isnull", True)),
                    models.Q(
                        ("made_at__isnull", False),
                        ("moment__isnull", False),
                        models.Q(("digest", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="signing_delivery_made_has_digest",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("leaf_index__isnull", True), ("made_at__isnull", False), _connector="OR"),
                name="signing_delivery_leaf_of_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("handed_how", ""), ("handed_on__isnull", True)),
                    models.Q(("handed_on__isnull", False), models.Q(("handed_how", ""), _negated=True)),
                    _connector="OR",
                ),
                name="signing_delivery_handed_how",
            ),
        ),
        migrations.AddIndex(
            model_name="deliveryanswer",
            index=models.Index(fields=["delivery", "id"], name="signing_delivery_answers"),
        ),
        migrations.AddIndex(
            model_name="deliverynews",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True)),
                fields=["id"],
                name="signing_delivery_news_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverynews",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answer__isnull", True)),
                fields=("delivery",),
                name="signing_delivery_news_once",
            ),
        ),
        freeze("signing_delivery", ["public_id", "appeal_id", "text_id", "recipient", "created_at"]),
        # What the log was told stays as it was told.
        refuse(
            "signing_delivery",
            "made_stays",
            event="UPDATE",
            when='OLD."digest" <> \'\' AND (NEW."digest" <> OLD."digest" OR NEW."log_size" <> OLD."log_size")',
            unless="SELECT 1 WHERE 1 = 0",
            message="this row can not be changed",
        ),
        freeze("signing_deliveryanswer", _ANSWER),
    ]
