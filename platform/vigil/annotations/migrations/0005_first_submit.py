"""Which revision a person submitted first, and which was the newest that said something new."""

from django.db import migrations, models

# Of what was submitted more than once the last submit alone is known, of what was saved since all that matters.
KNOWN = """
UPDATE annotations_annotation SET said_revision = revision;
UPDATE annotations_annotation a SET first_submitted_revision = COALESCE(
  (SELECT max(r.number) FROM annotations_revision r WHERE r.annotation_id = a.id AND r.saved_at <= a.submitted_at), 0)
WHERE a.state = 'submitted' AND NOT a.is_frozen_truth AND a.submitted_at IS NOT NULL;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("annotations", "0004_reason_parts"),
    ]

    operations = [
        migrations.AddField(
            model_name="annotation",
            name="first_submitted_revision",
            field=models.PositiveIntegerField(
                blank=True, help_text="What they said before they could see what others had said", null=True
            ),
        ),
        migrations.AddField(
            model_name="annotation",
            name="said_revision",
            field=models.PositiveIntegerField(default=0, help_text="The newest that changed more than the time spent"),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
