from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0004_reason_parts")]
    operations = [
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                fields=["kind", "-priority", "id"],
                condition=models.Q(("state__in", ["open", "leased"])),
                name="question_kind_queue",
            ),
        ),
    ]
