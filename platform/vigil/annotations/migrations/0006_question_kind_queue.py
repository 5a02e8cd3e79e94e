from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotations", "0005_first_submit")]
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
