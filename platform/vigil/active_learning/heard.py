"""What the queue takes as said: what a reviewer rejected, or people contradict each other about, is still open."""

from collections import defaultdict

from vigil.annotations.models import Annotation, AnnotationState, Outcome, Segment
from vigil.projects.models import Project
from vigil.review.disputes import Judgement, is_unsettled
from vigil.review.models import ReviewVerdict
from vigil.review.selectors import standing_verdicts

READ = ("start_ms", "end_ms", "label", "outcome", "explanation", "dialogue", "source_id", "key", "annotation__video_id")


def heard_segments(*, project: Project) -> list[Segment]:
    """Every segment of the submitted annotations but those that a reviewer rejected."""
    verdicts = standing_verdicts(project=project)
    drawn = Segment.objects.filter(
        annotation__video__project=project,
        annotation__state=AnnotationState.SUBMITTED,
        annotation__is_frozen_truth=False,
    )
    return [
        one
        for one in drawn.select_related("annotation").only(*READ)
        if verdicts.get(one.annotation_id, {}).get(one.key) != ReviewVerdict.REJECTED
    ]


def settled_videos(*, project: Project) -> list[int]:
    """The videos that somebody watched to the end, and about which nothing is rejected or contradicted."""
    submitted = Annotation.objects.filter(
        video__project=project, state=AnnotationState.SUBMITTED, is_frozen_truth=False
    ).exclude(user=None)
    watchers: dict[int, list[int]] = defaultdict(list)
    for video_id, user_id in submitted.filter(is_fully_watched=True).values_list("video_id", "user_id"):
        watchers[video_id].append(user_id)
    verdicts = standing_verdicts(project=project, video_ids=list(watchers))
    said: dict[int, list[Judgement]] = defaultdict(list)
    drawn = Segment.objects.filter(annotation__in=submitted, annotation__video_id__in=watchers)
    for video_id, user_id, annotation_id, key, outcome, start_ms, end_ms, source_id in drawn.values_list(
        "annotation__video_id", "annotation__user_id", "annotation_id", "key", "outcome", "start_ms", "end_ms", "source"
    ):
        verdict = verdicts.get(annotation_id, {}).get(key, "")
        is_event = outcome != Outcome.REJECTED
        said[video_id].append(Judgement(user_id, start_ms, end_ms, is_event, source_id, verdict))
    return [video_id for video_id, people in watchers.items() if not is_unsettled(said[video_id], people)]
