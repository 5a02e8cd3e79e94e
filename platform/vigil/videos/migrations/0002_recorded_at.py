"""When each video was filmed; of those there are, as far as their names tell."""

from django.db import migrations, models
from django.utils import timezone

from vigil.videos.recording_time import recorded_at_of


def fill(apps, schema_editor):
    videos = apps.get_model("videos", "Video").objects
    for pk, name in videos.values_list("pk", "name").iterator():
        moment = recorded_at_of(creation_time="", name=name, now=timezone.now())
        if moment is not None:
            videos.filter(pk=pk).update(recorded_at=moment)


class Migration(migrations.Migration):
    dependencies = [("videos", "0001_initial")]
    operations = [
        migrations.AddField(
            "video",
            "recorded_at",
            models.DateTimeField(blank=True, help_text="When it was filmed, as well as the file tells", null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex("video", models.Index(fields=["project", "recorded_at"], name="video_by_day")),
    ]
