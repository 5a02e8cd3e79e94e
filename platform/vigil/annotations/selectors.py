"""Reads annotations, answers and questions; hands them out only to those who may see them."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Exists, Func, OuterRef, Prefetch, QuerySet, TextField
from django.utils.translation import gettext as _

from annotation_templates.loading import load_template
from vigil.accounts.models import Role, User
from vigil.annotations.blindness import is_blind, tells_of_others
from vigil.annotations.documents import DocumentRules, Source
from vigil.annotations.models import (
    Annotation,
    AnnotationState,
    Answer,
    Draft,
    DraftKind,
    Outcome,
    Question,
    Revision,
    Segment,
)
from vigil.predictions.models import PredictedSegment
from vigil.projects.errors import Missing, NotAllowed
from vigil.projects.models import Project
from vigil.projects.selectors import role_required
from vigil.projects.work import WorkState
from vigil.videos.models import Video

# ---------------------------------------------------------------- access


def annotation_for(*, user: User, annotation_id: int) -> Annotation:
    """The annotation, if the person may write it: their own, or anybody's for a reviewer who is not blind to it.

    Raises:
        Missing: no such annotation, or in a project that the person is no member of.
        NotAllowed: somebody else's, the frozen truth, or of a video that the person is to annotate blind.
    """
    missing = _("There is no such annotation, or you are not a member of its project.")
    found = Annotation.objects.filter(pk=annotation_id).select_related("video__project", "user").first()
    if found is None:
        raise Missing(missing)
    needed = Role.ANNOTATOR if found.user_id == user.pk else Role.REVIEWER
    role_required(user=user, project_id=found.video.project_id, at_least=needed, missing=missing)
    if found.is_frozen_truth:
        raise NotAllowed(_("This is the frozen truth of a test video; it is set by an import, not by hand."))
    if found.user_id != user.pk and is_blind(video=found.video, user=user):
        raise NotAllowed(_("You are asked to annotate this video blind; submit your own annotation, then look here."))
    return found


def question_for(*, user: User, question_id: int, at_least: Role = Role.ANNOTATOR) -> Question:
    """The question, if the person may answer in its project and is not blind to what it is made from.

    Raises:
        Missing, NotAllowed: as for `annotation_for`.
    """
    missing = _("There is no such question, or you are not a member of its project.")
    found = Question.objects.filter(pk=question_id).select_related("video__project", "segment").first()
    if found is None:
        raise Missing(missing)
    role_required(user=user, project_id=found.video.project_id, at_least=at_least, missing=missing)
    if tells_of_others(question=found, user=user):
        raise Missing(missing)
    return found


def answer_for(*, user: User, answer_id: int) -> Answer:
    """The person's own answer.

    Raises:
        Missing: no such answer, or in a project that the person is no member of.
        NotAllowed: somebody else's.
    """
    missing = _("There is no such answer, or you are not a member of its project.")
    found = Answer.objects.filter(pk=answer_id).select_related("question__video").first()
    if found is None:
        raise Missing(missing)
    role_required(user=user, project_id=found.question.video.project_id, at_least=Role.ANNOTATOR, missing=missing)
    if found.user_id != user.pk:
        raise NotAllowed(_("This is somebody else's answer; only the person who gave it can withdraw it."))
    return found


# ---------------------------------------------------------------- what training and exports read


def submitted_of(*, project: Project) -> QuerySet[Annotation]:
    """Every submitted annotation by a person, with its segments; frozen truths are not among them.

    As it is now: a save after the submit counts at once, and `updated_at` says when it was made.
    """
    submitted = Annotation.objects.filter(
        video__project=project, is_frozen_truth=False, state=AnnotationState.SUBMITTED
    )
    segments = Prefetch(
        "segments", queryset=Segment.objects.select_related("source__prediction__model_version", "draft__model_version")
    )
    return submitted.select_related("video", "user").prefetch_related(segments).order_by("video_id", "pk")


def answers_of(*, project: Project) -> QuerySet[Answer]:
    """Every answer that stands, with its question, video and model segment.

    An answer given by submitting an annotation is left out: `submitted_of` has what it says.
    """
    standing = Answer.objects.filter(question__video__project=project, withdrawn_at=None)
    standing = standing.exclude(payload__has_key="annotation_id")
    return standing.select_related("question__video", "question__segment", "user").order_by("question__video_id", "pk")


def frozen_truths_of(*, project: Project, split: str | None = None) -> QuerySet[Annotation]:
    """The frozen truth of each video that has one, with its segments."""
    truths = Annotation.objects.filter(video__project=project, is_frozen_truth=True)
    if split is not None:
        truths = truths.filter(video__split=split)
    return truths.select_related("video").prefetch_related("segments").order_by("video_id")


# ---------------------------------------------------------------- the workbench


def workbench_document(annotation: Annotation) -> dict[str, Any]:
    """The annotation as the workbench and its revisions write it."""
    return {
        "segments": [_segment_json(segment) for segment in sorted(annotation.segments.all(), key=_place)],
        "is_fully_watched": annotation.is_fully_watched,
        "spent_ms": annotation.spent_ms,
    }


def _place(segment: Segment) -> tuple[int, int, str]:
    return segment.start_ms, segment.end_ms, str(segment.key)


def _segment_json(segment: Segment) -> dict[str, Any]:
    return {
        "key": str(segment.key),
        "start_ms": segment.start_ms,
        "end_ms": segment.end_ms,
        "label": segment.label,
        "explanation": segment.explanation,
        "outcome": segment.outcome,
        "source_id": segment.source_id,
        "draft_explanation": segment.draft_explanation,
        "draft_id": segment.draft_id,
        "dialogue": segment.dialogue,
    }


def label_names(*, project: Project) -> list[str]:
    """Every label of the project: the template's in its order, then those that data sets, people and models brought."""
    predicted = PredictedSegment.objects.filter(prediction__video__project=project)
    return labels_to_choose(project=project, also=predicted.order_by().values_list("label", flat=True).distinct())


def labels_to_choose(*, project: Project, also: Iterable[str] = ()) -> list[str]:
    """What a person may choose from: the template's labels in its order, then those that data sets and people brought,
    and `also` (what the model said of the video at hand)."""
    template = [label.name for label in load_template(project.template).labels]
    classes = Video.objects.filter(project=project).annotate(
        name_in_classes=Func("classes", function="jsonb_array_elements_text", output_field=TextField())
    )
    used = Segment.objects.filter(annotation__video__project=project)
    brought = set(also)
    brought.update(classes.order_by().values_list("name_in_classes", flat=True).distinct())
    brought.update(used.order_by().values_list("label", flat=True).distinct())
    return template + sorted(brought - set(template))


def document_rules(
    *, video: Video, labels: Iterable[str], draft_ids: Collection[int] = (), draft_readers: Collection[int | None] = ()
) -> DocumentRules:
    """What a document about the video may hold, as far as these labels and drafts go: not all is read at each save.
    Drafts that none of `draft_readers` (ids of people) asked for are unknown: they are nobody else's business."""
    segments = PredictedSegment.objects.filter(prediction__video=video)
    sources = {row.pk: Source(row.start_ms, row.end_ms, row.label, row.explanation) for row in segments}
    known = {label.name for label in load_template(video.project.template).labels}
    known.update(source.label for source in sources.values())
    known.update(label for label in set(labels) - known if _is_used(video.project, label))
    written = Draft.objects.filter(video=video, pk__in=draft_ids, user__in=draft_readers, kind=DraftKind.EXPLANATION)
    drafts = dict(written.filter(state=WorkState.SUCCEEDED).values_list("pk", "text")) if draft_ids else {}
    return DocumentRules(duration_ms=video.duration_ms, labels=frozenset(known), sources=sources, drafts=drafts)


def writers_of(*, annotation: Annotation, user: User) -> set[int | None]:
    """Who may bring drafts into the annotation: who saves it now, its author, and who has ever saved it."""
    saved = Revision.objects.filter(annotation=annotation).exclude(saved_by=None)
    return {user.pk, annotation.user_id, *saved.order_by().values_list("saved_by", flat=True).distinct()}


def _is_used(project: Project, label: str) -> bool:
    """Whether a data set, a person or a model brought the label into the project."""
    return (
        Video.objects.filter(project=project, classes__contains=[label]).exists()
        or Segment.objects.filter(annotation__video__project=project, label=label).exists()
        or PredictedSegment.objects.filter(prediction__video__project=project, label=label).exists()
    )


def labelled_by_somebody() -> Exists:
    """For a query of videos: whether a person has submitted an annotation of the video."""
    return Exists(
        Annotation.objects.filter(video=OuterRef("pk"), is_frozen_truth=False, state=AnnotationState.SUBMITTED)
    )


def judged_source_ids(*, annotation: Annotation) -> set[int]:
    """The model's segments that the annotation accepts, changes or rejects."""
    judged = annotation.segments.exclude(outcome=Outcome.MANUAL).exclude(source_id=None)
    return {source_id for source_id in judged.values_list("source_id", flat=True) if source_id is not None}
