"""How far the playable copy of a video is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("videos", "0002_recorded_at")]
    operations = [
        migrations.AddField(
            "video",
            "progress",
            models.FloatField(default=0.0, help_text="Of making the renditions, from 0 to 1"),
        ),
    ]
