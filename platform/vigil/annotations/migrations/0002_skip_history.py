"""Skipping is a person's own affair; answers and revisions are refused every change by the database itself."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A row may go only together with its parent (a whole project or video removed): looked at when the transaction ends.
HISTORY = """
CREATE FUNCTION annotations_history_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append only: row % cannot be changed', TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER revision_is_append_only BEFORE UPDATE ON annotations_revision
  FOR EACH ROW EXECUTE FUNCTION annotations_history_is_kept();

CREATE TRIGGER answer_is_append_only BEFORE UPDATE ON annotations_answer
  FOR EACH ROW
  WHEN (to_jsonb(OLD) - 'withdrawn_at' IS DISTINCT FROM to_jsonb(NEW) - 'withdrawn_at')
  EXECUTE FUNCTION annotations_history_is_kept();

CREATE FUNCTION annotations_revision_goes_with_parent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM annotations_annotation WHERE id = OLD.annotation_id) THEN
    RAISE EXCEPTION 'annotations_revision is append only: row % cannot be deleted', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER revision_is_never_deleted AFTER DELETE ON annotations_revision
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION annotations_revision_goes_with_parent();

CREATE FUNCTION annotations_answer_goes_with_parent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM annotations_question WHERE id = OLD.question_id) THEN
    RAISE EXCEPTION 'annotations_answer is append only: row % cannot be deleted', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER answer_is_never_deleted AFTER DELETE ON annotations_answer
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION annotations_answer_goes_with_parent();
"""

NO_HISTORY = """
DROP TRIGGER answer_is_never_deleted ON annotations_answer;
DROP TRIGGER revision_is_never_deleted ON annotations_revision;
DROP TRIGGER answer_is_append_only ON annotations_answer;
DROP TRIGGER revision_is_append_only ON annotations_revision;
DROP FUNCTION annotations_answer_goes_with_parent();
DROP FUNCTION annotations_revision_goes_with_parent();
DROP FUNCTION annotations_history_is_kept();
"""


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("annotations", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="question",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("leased", "Leased"),
                    ("answered", "Answered"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="open",
                max_length=10,
            ),
        ),
        migrations.RemoveIndex(model_name="question", name="question_queue"),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "leased"])),
                fields=["-priority", "id"],
                name="question_queue",
            ),
        ),
        migrations.CreateModel(
            name="Skip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("skipped_at", models.DateTimeField(auto_now_add=True)),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="skips", to="annotations.question"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="skips",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("question", "user"), name="skip_once_a_person")]
            },
        ),
        migrations.RunSQL(HISTORY, NO_HISTORY),
    ]
