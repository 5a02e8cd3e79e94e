"""Videos, the times of their frames, what was rendered from them, and the imports that brought them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from vigil.projects.models import Project
from vigil.projects.work import Work


class WeakLabel(models.TextChoices):
    NORMAL = "normal"
    ABNORMAL = "abnormal"
    UNKNOWN = "unknown"


class Split(models.TextChoices):
    TRAIN = "train"
    VAL = "val"
    TEST = "test"


class Video(Work):
    """One imported file. As `Work`, its state is that of making the renditions: `succeeded` is ready for people,
    `failed` is quarantined with the reason in `error`."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="videos")
    name = models.CharField(max_length=400, help_text="The file's name as imported, unique in the project")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    original = models.CharField(max_length=500, help_text="Path of the kept original, relative to MEDIA_ROOT")
    weak_label = models.CharField(max_length=10, choices=WeakLabel.choices, default=WeakLabel.UNKNOWN)
    classes = models.JSONField(default=list, help_text="Class names known for the whole video")
    group = models.CharField(max_length=200, blank=True, help_text="Camera or source; never divided over splits")
    split = models.CharField(max_length=5, choices=Split.choices, default=Split.TRAIN)
    duration_ms = models.BigIntegerField()
    start_ms = models.BigIntegerField(default=0, help_text="PTS of the first frame in the file; times count from here")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    fps = models.FloatField(help_text="Average frames per second")
    frame_count = models.PositiveIntegerField()
    progress = models.FloatField(default=0.0, help_text="Of making the renditions, from 0 to 1")
    is_variable_rate = models.BooleanField(default=False)
    codec = models.CharField(max_length=40)
    probe = models.JSONField(default=dict)
    imported_at = models.DateTimeField(auto_now_add=True)
    recorded_at = models.DateTimeField(null=True, blank=True, help_text="When it was filmed, as well as the file tells")

    class Meta:
        indexes = [models.Index(fields=["project", "recorded_at"], name="video_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="video_name_once_a_project"),
            models.UniqueConstraint(fields=["project", "sha256"], name="video_content_once_a_project"),
            models.CheckConstraint(condition=Q(duration_ms__gt=0), name="video_has_duration"),
        ]

    def __str__(self) -> str:
        return self.name


class FrameTimes(models.Model):
    """Presentation time of every frame, counted from the first: zlib of little-endian int32 milliseconds."""

    video = models.OneToOneField(Video, on_delete=models.CASCADE, related_name="frame_times")
    packed = models.BinaryField()


class RenditionKind(models.TextChoices):
    PROXY = "proxy"
    POSTER = "poster"
    FILMSTRIP = "filmstrip"


class Rendition(models.Model):
    """A file made from the original for the browser."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="renditions")
    kind = models.CharField(max_length=10, choices=RenditionKind.choices)
    path = models.CharField(max_length=500, help_text="Relative to MEDIA_ROOT")
    geometry = models.JSONField(
        default=dict, help_text="filmstrip: columns, rows, tile_width, tile_height, interval_ms"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["video", "kind"], name="rendition_once_a_kind")]


class ImportJob(models.Model):
    """One `import_videos` or one upload, kept so that each file's fate can be looked up."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="imports")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)


class ImportOutcome(models.TextChoices):
    IMPORTED = "imported"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class ImportItem(models.Model):
    """What became of one file of an import."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="items")
    name = models.CharField(max_length=400)
    outcome = models.CharField(max_length=10, choices=ImportOutcome.choices)
    reason = models.TextField(blank=True)
    video = models.ForeignKey(Video, on_delete=models.SET_NULL, null=True, blank=True, related_name="import_items")
