"""What has to have happened before some pictures: a second annotator, a review, comments, questions of every kind.

Runs inside the installation (see `Stage`), through the same services as the pages; plain JSON values go in and out.
"""

import re
from typing import Any

from ml.contracts import LabelledSegment
from vigil.accounts.models import Role, User
from vigil.accounts.services import membership_set, password_generated
from vigil.active_learning.selection import SelectionRules
from vigil.active_learning.services import queue_fill
from vigil.annotations.models import Annotation, AnnotationState
from vigil.annotations.schemas import DocumentIn
from vigil.annotations.selectors import workbench_document
from vigil.annotations.services import annotation_open, annotation_save, segments_import
from vigil.projects.models import Project
from vigil.registry.models import ModelState, ModelVersion
from vigil.review.comments import comment_add
from vigil.review.models import Comment, ReviewVerdict
from vigil.review.services import segment_review
from vigil.videos.models import Video

SECOND = "lin"
WHAT_HAPPENS = "Three men meet under the lamp; one of them strikes another."
WHY_BACK = "It begins earlier: look at the left edge, a second before."


def scene_set(*, slug: str) -> dict[str, Any]:
    """Sets the scene, or what is missing of it; answers where to look, and the second annotator's login.

    The annotator's first videos with events are annotated by a second person too, who sees the events a little later.
    """
    project = Project.objects.get(slug=slug)
    lin, _ = User.objects.get_or_create(username=SECOND)
    password = password_generated()
    lin.set_password(password)
    lin.save(update_fields=["password"])
    membership_set(user=lin, project_id=project.pk, role=Role.ANNOTATOR)
    done = Annotation.objects.filter(video__project=project, user__username="annotator", segments__isnull=False)
    works = list(done.filter(state=AnnotationState.SUBMITTED).distinct().order_by("pk")[:4])
    if not works:
        raise SystemExit("the annotator has submitted nothing with an event; is it the demo's project?")
    for work in works[:-1]:
        _second_reading(work, lin)
    reviewed = works[-1]
    _review(reviewed)
    _one_event(project, User.objects.get(username="annotator"))
    version = ModelVersion.objects.filter(project=project, state=ModelState.PRODUCTION).first()
    if version is not None:
        queue_fill(project=project, model_version=version, rules=SelectionRules(per_video=50))
    return {
        "login": {"name": SECOND, "password": password},
        "reviewed_video": reviewed.video_id,
        "reviewed": reviewed.pk,
        "twice": works[0].video_id,
        "word": _word(reviewed),
    }


def _second_reading(work: Annotation, by: User) -> None:
    if Annotation.objects.filter(video=work.video, user=by).exists():
        return
    later = [
        LabelledSegment(
            start_ms=min(one.start_ms + 400 * (n + 2), one.end_ms - 200),
            end_ms=min(one.end_ms + 600, work.video.duration_ms),
            label=one.label,
            explanation=one.explanation,
        )
        for n, one in enumerate(work.segments.order_by("start_ms"))
    ]
    segments_import(video=work.video, user=by, segments=later, is_fully_watched=True)


def _one_event(project: Project, by: User) -> None:
    """An event explained in a video that nobody has watched to its end: what a dialogue is asked about."""
    settled = Annotation.objects.filter(state=AnnotationState.SUBMITTED, is_fully_watched=True).values("video")
    videos = Video.objects.filter(project=project, split="train", weak_label="abnormal").exclude(pk__in=settled)
    video = videos.order_by("predictions__peak", "pk").first()
    if video is None or Annotation.objects.filter(video=video, user=by, segments__isnull=False).exists():
        return
    prediction = video.predictions.latest("pk")
    clip = prediction.fused.index(max(prediction.fused))
    start_ms, end_ms = prediction.clip_start_ms[clip], min(prediction.clip_end_ms[clip], video.duration_ms)
    one = LabelledSegment(start_ms, end_ms, label=next(iter(video.classes), "Fighting"), explanation=WHAT_HAPPENS)
    segments_import(video=video, user=by, segments=[one])


def _review(work: Annotation) -> None:
    if Comment.objects.filter(video=work.video).exists():
        return
    annotator, reviewer = work.user, User.objects.get(username="reviewer")
    segment = work.segments.order_by("start_ms").first()
    assert annotator is not None and segment is not None
    asked = comment_add(
        user=annotator, video_id=work.video_id, at_ms=max(0, segment.start_ms - 2000), segment_key=segment.key,
        text="Is this already part of it, or only people passing by?",
    )  # fmt: skip
    comment_add(
        user=reviewer, video_id=work.video_id, at_ms=asked.at_ms, parent_id=asked.pk,
        text="Passing by. It begins where the first of them turns round.",
    )  # fmt: skip
    comment_add(
        user=reviewer, video_id=work.video_id, at_ms=segment.end_ms, text="Good end: everybody has left the picture.",
    )  # fmt: skip
    segment_review(
        user=reviewer, annotation_id=work.pk, segment_key=segment.key, verdict=ReviewVerdict.REJECTED, comment=WHY_BACK
    )


def _word(work: Annotation) -> str:
    """The longest word of its first sentence, to search for."""
    segment = work.segments.order_by("start_ms").first()
    return max(re.findall(r"[a-z]+", segment.explanation if segment else ""), key=len, default="")


def undecided_video(*, slug: str, name: str) -> int:
    """A video with suggestions that this person has not touched; 0 where there is none."""
    touched = Annotation.objects.filter(user__username=name, revision__gt=0).values("video")
    videos = Video.objects.filter(project__slug=slug, predictions__segments__isnull=False).exclude(pk__in=touched)
    found = videos.exclude(split="test").order_by("-predictions__peak", "pk").first()
    return found.pk if found else 0


def saved_by_another(*, video_id: int, name: str, by: str, more: str) -> int:
    """A reviewer saves the person's annotation with one sentence more and an earlier end; the new revision."""
    owner = User.objects.get(username=name)
    annotation = annotation_open(user=owner, video=Video.objects.get(pk=video_id))
    document = workbench_document(annotation)
    for segment in document["segments"]:
        segment |= {
            "explanation": f"{segment['explanation']} {more}",
            "end_ms": max(segment["start_ms"] + 500, segment["end_ms"] - 900),
        }
    saved = annotation_save(
        user=User.objects.get(username=by), annotation_id=annotation.pk, revision=annotation.revision,
        document=DocumentIn.model_validate(document),
    )  # fmt: skip
    return saved.revision
