"""Fills the queue with questions from a model's predictions, and leases the next one to a person."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from vigil.accounts.models import User
from vigil.active_learning.candidates import (
    SAME_PLACE,
    Candidate,
    ExplainedEvent,
    Ranks,
    SeenSegment,
    SeenVideo,
    candidates_of,
)
from vigil.active_learning.heard import heard_segments, settled_videos
from vigil.active_learning.models import Round
from vigil.active_learning.selection import SelectionRules, selected
from vigil.active_learning.waiting import COUNTED_UP_TO, waiting_for
from vigil.annotations.blindness import PEOPLES_KINDS
from vigil.annotations.dialogues import answered_turns
from vigil.annotations.models import (
    Outcome,
    Question,
    QuestionKind,
    QuestionState,
    Skip,
)
from vigil.annotations.questions import LEASE, WORKBENCH_KINDS
from vigil.predictions.models import Prediction
from vigil.projects.models import Project
from vigil.projects.sentences import as_json
from vigil.projects.work import WorkState
from vigil.registry.models import ModelVersion
from vigil.review.double import blind_videos
from vigil.videos.intervals import overlap
from vigil.videos.models import Split

CLAIM = """
WITH free AS (
    SELECT q.id FROM annotations_question q JOIN videos_video v ON v.id = q.video_id
    WHERE v.project_id = %(project)s AND q.state IN ('open', 'leased')
      AND (q.state = 'open' OR q.leased_until <= %(now)s)
      AND q.kind = ANY(%(kinds)s) AND NOT q.id = ANY(%(exclude)s)
      AND NOT (q.kind = ANY(%(of_people)s) AND q.video_id = ANY(%(blind)s))
      AND NOT EXISTS (SELECT 1 FROM annotations_skip s WHERE s.question_id = q.id AND s.user_id = %(user)s)
    ORDER BY q.priority DESC, q.id LIMIT 1 FOR UPDATE OF q SKIP LOCKED
), held AS (
    SELECT q.id FROM annotations_question q JOIN videos_video v ON v.id = q.video_id
    WHERE v.project_id = %(project)s AND q.state = 'leased' AND q.leased_by_id = %(user)s
      AND q.leased_until > %(now)s AND q.kind = ANY(%(kinds)s) AND NOT q.id = ANY(%(exclude)s)
      AND NOT (q.kind = ANY(%(of_people)s) AND q.video_id = ANY(%(blind)s))
    ORDER BY q.priority DESC, q.id LIMIT 1 FOR UPDATE OF q SKIP LOCKED
)
UPDATE annotations_question SET state = 'leased', leased_by_id = %(user)s, leased_until = %(until)s
WHERE id = COALESCE((SELECT id FROM held), (SELECT id FROM free))
RETURNING id
"""
"""One statement: the question that the person already holds (a page loaded anew), else the most useful free one.
Two people at once skip each other's row instead of waiting for it. What is made from others' segments is asked of
nobody who must not see those yet."""


def question_next(
    *, user: User, project: Project, kinds: Sequence[str] | None = None, exclude: Sequence[int] = ()
) -> Question | None:
    """The next question, leased to the person for ten minutes; None when none is left for them."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {
                "project": project.pk,
                "user": user.pk,
                "now": now,
                "until": now + LEASE,
                "kinds": [str(kind) for kind in (QuestionKind.values if kinds is None else kinds)],
                "exclude": list(exclude),
                "of_people": [str(kind) for kind in PEOPLES_KINDS],
                "blind": list(blind_videos(project=project, user=user)),
            },
        )
        row = cursor.fetchone()
    return Question.objects.with_bodies().get(pk=row[0]) if row else None


def questions_open(*, user: User, project: Project, kinds: Sequence[str] | None = None) -> int:
    """How many questions this person could still get, the ones they hold included; stops at `COUNTED_UP_TO`."""
    waiting = waiting_for(user=user, project=project)
    if kinds is not None:
        waiting = waiting.filter(kind__in=kinds)
    return waiting.order_by()[:COUNTED_UP_TO].count()


def next_url(*, user: User, project: Project) -> str | None:
    """Where a person goes after submitting: the next question for the workbench, else the questions page, else None."""
    question = question_next(user=user, project=project, kinds=WORKBENCH_KINDS)
    if question is not None:
        return f"{reverse('workbench', args=[question.video_id])}?question={question.pk}"
    if questions_open(user=user, project=project):
        return reverse("questions", args=[project.slug])
    return None


@transaction.atomic
def queue_fill(
    *,
    project: Project,
    model_version: ModelVersion,
    rules: SelectionRules | None = None,
    includes_test: bool = False,
) -> Round:
    """A new round: questions from the version's predictions take the place of the open ones of earlier rounds.

    What somebody holds right now stays theirs, and what was answered is not asked again, nor what a person skipped of
    that person. The frozen test split is left out unless `includes_test`.
    """
    Project.objects.select_for_update().get(pk=project.pk)  # two rounds at once would ask everything twice
    entry = Round.objects.create(model_version=model_version)
    rules = rules or SelectionRules(seed=entry.pk)
    _withdraw_stale(project)
    predictions = _predictions(project, model_version, includes_test=includes_test)
    videos = _seen(project, predictions)
    ranks = Ranks.of(videos)
    chosen = selected([one for video in videos for one in candidates_of(video, ranks)], rules)
    prediction_ids = {prediction.video_id: prediction.pk for prediction in predictions}
    asked = Question.objects.bulk_create([_question(one, prediction_ids) for one in chosen], batch_size=1000)
    _skips_carry(asked)
    entry.questions = len(chosen)
    entry.settings = {**vars(rules), "includes_test": includes_test}
    entry.save(update_fields=["questions", "settings"])
    return entry


def _question(one: Candidate, prediction_ids: dict[int, int]) -> Question:
    return Question(
        video_id=one.video_id,
        kind=one.kind,
        start_ms=one.start_ms,
        end_ms=one.end_ms,
        prediction_id=prediction_ids[one.video_id],
        segment_id=one.segment_id,
        priority=one.priority,
        reason=one.reason[:300],
        reason_parts=as_json(one.why),
    )


def _skips_carry(asked: Sequence[Question]) -> None:
    """Who skipped a question of the same kind about the same place has skipped the new one too."""
    skipped: dict[tuple[int, str], list[tuple[int, int, int]]] = defaultdict(list)
    earlier = Skip.objects.filter(question__video__in={one.video_id for one in asked})
    for video_id, kind, start_ms, end_ms, user_id in earlier.values_list(
        "question__video_id", "question__kind", "question__start_ms", "question__end_ms", "user_id"
    ).distinct():
        skipped[video_id, kind].append((start_ms, end_ms, user_id))
    again = {
        (one.pk, user_id)
        for one in asked
        for start_ms, end_ms, user_id in skipped[one.video_id, one.kind]
        if overlap(start_ms, end_ms, one.start_ms, one.end_ms) >= SAME_PLACE
    }
    Skip.objects.bulk_create([Skip(question_id=pk, user_id=user_id) for pk, user_id in sorted(again)], batch_size=1000)


def _withdraw_stale(project: Project) -> None:
    expired = Q(state=QuestionState.LEASED, leased_until__lte=timezone.now())
    stale = Question.objects.filter(Q(state=QuestionState.OPEN) | expired, video__project=project)
    # Who had one and is still at it may answer it all the same: `leased_by` stays.
    stale.update(state=QuestionState.WITHDRAWN, leased_until=None)


def _predictions(project: Project, version: ModelVersion, *, includes_test: bool) -> QuerySet[Prediction]:
    """The version's predictions of videos that people can watch and that are not settled."""
    stored = Prediction.objects.filter(
        model_version=version, video__project=project, video__state=WorkState.SUCCEEDED
    ).exclude(video_id__in=settled_videos(project=project))
    if not includes_test:
        stored = stored.exclude(video__split=Split.TEST)
    return stored.select_related("video").prefetch_related("segments").order_by("video_id")


def _seen(project: Project, predictions: Iterable[Prediction]) -> list[SeenVideo]:
    """Each prediction together with what people already said of its video."""
    asked: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    known = Question.objects.filter(video__project=project).filter(
        Q(state=QuestionState.ANSWERED) | Q(state=QuestionState.LEASED)
    )
    for video_id, kind, start_ms, end_ms in known.values_list("video_id", "kind", "start_ms", "end_ms"):
        asked[video_id].append((kind, start_ms, end_ms))
    labelled: dict[int, list[tuple[int, int]]] = defaultdict(list)
    judged: dict[int, set[int]] = defaultdict(set)
    explained: dict[int, list[ExplainedEvent]] = defaultdict(list)
    for one in heard_segments(project=project):
        video_id = one.annotation.video_id
        labelled[video_id].append((one.start_ms, one.end_ms))
        if one.source_id is not None:
            judged[video_id].add(one.source_id)
        if one.explanation.strip() and one.outcome != Outcome.REJECTED:
            has_dialogue = bool(answered_turns(one.dialogue))
            event = ExplainedEvent(one.start_ms, one.end_ms, one.label, has_dialogue, one.source_id)
            explained[video_id].append(event)
    return [
        replace(
            _seen_video(one, asked[one.video_id]),
            labelled=labelled[one.video_id],
            judged_ids=frozenset(judged[one.video_id]),
            explained=explained[one.video_id],
        )
        for one in predictions
    ]


def _seen_video(prediction: Prediction, asked: list[tuple[str, int, int]]) -> SeenVideo:
    return SeenVideo(
        id=prediction.video_id,
        duration_ms=prediction.video.duration_ms,
        weak_label=prediction.video.weak_label,
        clip_start_ms=prediction.clip_start_ms,
        clip_end_ms=prediction.clip_end_ms,
        branches=list(zip(prediction.raw, prediction.long, prediction.short, strict=True)),
        fused=prediction.fused,
        segments=[
            SeenSegment(one.pk, one.start_ms, one.end_ms, one.label, one.confidence)
            for one in prediction.segments.all()
        ],
        asked=asked,
    )
