from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appeals", "0008_later_captures_and_links")]

    operations = [
        migrations.AddIndex(
            "text", models.Index(fields=["appeal", "language", "id"], name="appeals_text_languages")
        ),
        migrations.AddIndex(
            "text", models.Index(fields=["appeal", "relation", "slug"], name="appeals_text_relations")
        ),
    ]
