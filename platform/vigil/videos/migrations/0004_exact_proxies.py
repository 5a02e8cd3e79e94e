"""Queues the videos whose proxy did not hold each frame at its own time: those of a variable or a high frame rate.

Until now a proxy had a constant rate of at most 30 frames a second. The old proxy stays in place until the new one is.
"""

from django.db import migrations
from django.db.models import Q

MOST_FPS_BEFORE = 30.5


def queue_again(apps, schema_editor):
    videos = apps.get_model("videos", "Video").objects.filter(state="succeeded")
    inexact = Q(is_variable_rate=True) | Q(fps__gt=MOST_FPS_BEFORE)
    videos.filter(inexact).update(state="queued", attempts=0, progress=0, finished_at=None)


class Migration(migrations.Migration):
    dependencies = [("videos", "0003_render_progress")]
    operations = [migrations.RunPython(queue_again, migrations.RunPython.noop)]
