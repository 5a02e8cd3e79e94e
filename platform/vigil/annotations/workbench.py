"""Everything the workbench and the questions page need to draw, as plain values of the API's contract."""

from typing import Any

from django.utils import timezone

from annotation_templates.loading import load_template
from vigil.accounts.models import Role, User
from vigil.accounts.selectors import has_role
from vigil.annotations.blindness import tells_of_others
from vigil.annotations.models import Annotation, Question, QuestionKind
from vigil.annotations.questions import question_lease
from vigil.annotations.reasons import reason_shown
from vigil.annotations.selectors import labels_to_choose, workbench_document
from vigil.annotations.services import annotation_open
from vigil.predictions.models import PredictedSegment, Prediction
from vigil.predictions.packed_scores import SCORES, TIMES
from vigil.predictions.selectors import awaited_of, prediction_of
from vigil.projects.failures import failure_told
from vigil.projects.models import Project
from vigil.projects.work import WorkState
from vigil.videos.models import Video
from vigil.videos.selectors import queued_before, rendition_urls

CONTEXT_MS = 1500
"""Shown before and after the seconds that a question is about."""
SCORE_DIGITS = 4
"""Of a score as it is sent: no screen shows more, and a day of scores is half as long to read."""


def workbench_contents(
    *,
    user: User,
    video: Video,
    question_id: int | None,
    language: str,
    annotation: Annotation | None = None,
    with_scores: bool = True,
) -> dict[str, Any]:
    """The answer of `GET /api/videos/{id}/workbench`. Opens the person's annotation, and leases the question.

    A reviewer's `annotation` is somebody else's; the caller has checked that they may see it.
    """
    may_write = has_role(user=user, project_id=video.project_id, at_least=Role.ANNOTATOR)
    prediction = prediction_of(video=video, with_scores=with_scores)
    shown = annotation or (annotation_open(user=user, video=video) if may_write else None)
    return {
        "me": {
            "id": user.pk,
            "name": user.get_username(),
            "may_manage": has_role(user=user, project_id=video.project_id, at_least=Role.MANAGER),
        },
        "project": {"id": video.project_id, "slug": video.project.slug, "name": video.project.name},
        "video": video_body(video),
        "labels": label_bodies(video.project, prediction, language),
        "prediction": prediction_body(prediction, with_scores=with_scores) if prediction else None,
        "awaited": None if prediction else _awaited_body(video),
        "annotation": _annotation_body(shown) if shown else _NOTHING,
        "question": _leased(user, video, question_id) if may_write and question_id else None,
    }


def _awaited_body(video: Video) -> dict[str, Any]:
    state, error = awaited_of(video=video)
    return {"state": state, "error": failure_told(error)}


_NOTHING: dict[str, Any] = {
    "id": 0,
    "revision": 0,
    "state": "read_only",
    "author": None,
    "document": {"segments": [], "is_fully_watched": False, "spent_ms": 0},
}
"""What a viewer gets, who may look and has no annotation."""


def video_body(video: Video) -> dict[str, Any]:
    """The video as the API shows it."""
    return {
        "id": video.pk,
        "name": video.name,
        "duration_ms": video.duration_ms,
        "fps": video.fps,
        "frame_count": video.frame_count,
        "width": video.width,
        "height": video.height,
        "is_variable_rate": video.is_variable_rate,
        "weak_label": video.weak_label,
        "split": video.split,
        "state": video.state,
        "error": failure_told(video.error),
        "progress": video.progress,
        "queued_before": queued_before(video) if video.state == WorkState.QUEUED else 0,
        **rendition_urls(video),
    }


def label_bodies(project: Project, prediction: Prediction | None, language: str) -> list[dict[str, Any]]:
    """Every label to choose from with its title in `language`, hotkey and colour."""
    predicted = {segment.label for segment in prediction.segments.all()} if prediction else set()
    template = load_template(project.template)
    # Django writes language codes in lower case, templates as the standard does (zh-Hans).
    language = next((code for code in template.languages if code.lower() == language.lower()), "en")
    labels = [template.label(name) for name in labels_to_choose(project=project, also=predicted)]
    return [
        {"name": one.name, "title": one.title(language), "hotkey": one.hotkey or None, "color": one.colour}
        for one in labels
    ]


def scores_url(video_id: int, prediction_id: int) -> str:
    """Where the prediction's scores are to be had in a form that needs no parsing."""
    return f"/api/videos/{video_id}/predictions/{prediction_id}/scores"


def prediction_body(prediction: Prediction, *, with_scores: bool = True) -> dict[str, Any]:
    """Scores (empty lists without them), judgement and segments of one prediction."""
    scores = _scores(prediction) if with_scores else {name: [] for name in (*TIMES, *SCORES)}
    return {
        "id": prediction.pk,
        "model": prediction.model_version.name,
        "scores_url": scores_url(prediction.video_id, prediction.pk),
        **scores,
        "judgement": prediction.judgement,
        "segments": [_segment_body(segment) for segment in prediction.segments.all()],
    }


def _scores(prediction: Prediction) -> dict[str, list[Any]]:
    times = {name: getattr(prediction, name) for name in TIMES}
    return {**times, **{name: [round(score, SCORE_DIGITS) for score in getattr(prediction, name)] for name in SCORES}}


def _segment_body(segment: PredictedSegment) -> dict[str, Any]:
    return {
        "id": segment.pk,
        "start_ms": segment.start_ms,
        "end_ms": segment.end_ms,
        "label": segment.label,
        "confidence": segment.confidence,
        "explanation": segment.explanation,
        "judgement": segment.judgement,
    }


def question_body(question: Question) -> dict[str, Any]:
    """The question with what is needed to play its seconds."""
    video = question.video
    urls = rendition_urls(video)
    margin = CONTEXT_MS if question.kind == QuestionKind.VERIFY else 0
    return {
        "id": question.pk,
        "kind": question.kind,
        "video_id": video.pk,
        "start_ms": question.start_ms,
        "end_ms": question.end_ms,
        "segment_id": question.segment_id,
        "reason": reason_shown(question),
        "leased_until": question.leased_until,
        "lease_ms": question.lease_ms(timezone.now()),
        "model": question.prediction.model_version.name if question.prediction else "",
        "label": question.segment.label if question.segment else None,
        "play": {
            "proxy_url": urls["proxy_url"],
            "start_ms": max(0, question.start_ms - margin),
            "end_ms": min(video.duration_ms, question.end_ms + margin),
            "poster_url": urls["poster_url"],
        },
        "video_name": video.name,
        "duration_ms": video.duration_ms,
    }


def _annotation_body(annotation: Annotation) -> dict[str, Any]:
    return {
        "id": annotation.pk,
        "revision": annotation.revision,
        "state": annotation.state,
        "author": {"id": annotation.user_id, "name": annotation.user.get_username()} if annotation.user else None,
        "document": workbench_document(annotation),
    }


def _leased(user: User, video: Video, question_id: int) -> dict[str, Any] | None:
    """The question that the page was opened for; None when somebody else has or answered it."""
    question = Question.objects.with_bodies().filter(pk=question_id, video=video).first()
    if (
        question is None
        or tells_of_others(question=question, user=user)
        or not question_lease(user=user, question=question)
    ):
        return None
    return question_body(question)
