from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("circulation", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="carrier",
            index=models.Index(fields=["appeal", "id"], name="circulation_carrier_all"),
        ),
        migrations.AddIndex(
            model_name="carrier",
            index=models.Index(fields=["appeal", "state", "id"], name="circulation_carrier_state"),
        ),
        migrations.AddIndex(
            model_name="carrier",
            index=models.Index(fields=["appeal", "parent", "id"], name="circulation_carrier_tree"),
        ),
        migrations.AddIndex(
            model_name="carrier",
            index=models.Index(
                condition=models.Q(
                    ("erased_at__isnull", True), ("queued_at__isnull", True), ("revoked_at__isnull", True)
                ),
                fields=["appeal", "id"],
                name="circulation_carrier_to_send",
            ),
        ),
        migrations.AddIndex(
            model_name="carrier",
            index=models.Index(
                condition=models.Q(
                    ("queued_at__isnull", False), ("refused_at__isnull", True), ("sent_at__isnull", True)
                ),
                fields=["id"],
                name="circulation_carrier_on_way",
            ),
        ),
        migrations.AddIndex(
            model_name="carrier",
            index=models.Index(
                condition=models.Q(
                    ("answered_at__isnull", True),
                    ("revoked_at__isnull", True),
                    ("sent_at__isnull", False),
                    ("silent_at__isnull", True),
                ),
                fields=["sent_at", "id"],
                name="circulation_carrier_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="carrier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("address_key__isnull", False)),
                fields=("appeal", "address_key"),
                name="circulation_carrier_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="carrier",
            constraint=models.CheckConstraint(
                condition=models.Q(("depth__lte", 8)), name="circulation_carrier_depth"
            ),
        ),
        migrations.AddConstraint(
            model_name="carrier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("depth", 0), ("parent__isnull", True)),
                    models.Q(("depth__gte", 1), ("parent__isnull", False)),
                    _connector="OR",
                ),
                name="circulation_carrier_depth_of_root",
            ),
        ),
        migrations.AddConstraint(
            model_name="carrier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at__isnull", True)),
                    models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="circulation_carrier_answer_has_date",
            ),
        ),
        migrations.AddIndex(
            model_name="dispatch",
            index=models.Index(
                condition=models.Q(("state", "running")), fields=["id"], name="circulation_dispatch_running"
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["running", "paused"])),
                fields=("appeal", "kind"),
                name="circulation_dispatch_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("queued__lte", models.F("total"))), name="circulation_dispatch_counts"
            ),
        ),
        migrations.AddConstraint(
            model_name="lettertemplate",
            constraint=models.UniqueConstraint(
                fields=("appeal", "language"), name="circulation_template_language"
            ),
        ),
    ]
