"""Gives verdicts on other people's segments, and sets which videos two people annotate."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from vigil.accounts.models import Role, User
from vigil.accounts.services import audit_record
from vigil.annotations.models import Annotation, AnnotationState, Revision
from vigil.annotations.selectors import annotation_for, workbench_document
from vigil.projects.errors import Conflict, Invalid
from vigil.projects.models import Project
from vigil.projects.selectors import role_required
from vigil.review.double import drawn_videos, is_drawn, load_of, readers_of, rule_of, second_reader
from vigil.review.models import AnnotationReview, DoubleAnnotation, ReviewVerdict, SecondReading, SegmentReview
from vigil.review.selectors import newest_reviews, still_stands
from vigil.videos.models import Video


@transaction.atomic
def segment_review(
    *,
    user: User,
    annotation_id: int,
    segment_key: uuid.UUID,
    verdict: ReviewVerdict,
    comment: str = "",
    revision: int | None = None,
) -> SegmentReview:
    """The verdict on the segment as it is in `revision` (None: as it is now). A newer one takes its place.

    One given after somebody ended the review counts as well: it sends the annotation back, or takes that back.

    Raises:
        Invalid: one's own work, no such segment, or a rejection that does not say why.
        Conflict: the annotation is not handed in.
    """
    annotation = _annotation_to_review(user, annotation_id)
    if verdict == ReviewVerdict.REJECTED and not comment.strip():
        raise Invalid(_("Say what is wrong: a rejected segment goes back to its author, who has only your words."))
    held = Annotation.objects.select_for_update().get(pk=annotation.pk)  # another reviewer may be ending the review
    content = _segment_in(held, segment_key, revision)
    review = SegmentReview.objects.create(
        annotation=annotation,
        segment_key=segment_key,
        verdict=verdict,
        comment=comment.strip(),
        content=content,
        reviewer=user,
    )
    _end_again(held, user)
    return review


def _end_again(held: Annotation, reviewer: User) -> None:
    """States the end of the review anew where the verdicts now say otherwise; nothing while it waits for a review."""
    last = AnnotationReview.objects.filter(annotation=held).order_by("-pk").first()
    if last is None or held.submitted_at is None or held.submitted_at > last.reviewed_at:
        return
    if not last.is_sent_back and held.said_revision > last.revision:
        return
    present = set(held.segments.values_list("key", flat=True))
    reviews = newest_reviews(annotations=[held])[held.pk]
    is_sent_back = any(one.verdict == ReviewVerdict.REJECTED for key, one in reviews.items() if key in present)
    if is_sent_back != last.is_sent_back:
        AnnotationReview.objects.create(
            annotation=held, revision=last.revision, is_sent_back=is_sent_back, reviewer=reviewer
        )


@transaction.atomic
def annotation_review_end(*, user: User, annotation_id: int, revision: int) -> AnnotationReview:
    """Ends the review of the annotation: every segment without a verdict that stands is accepted.

    With a rejected segment it goes back to its author; without one it is through.

    Raises:
        Invalid: one's own work. Conflict: it was changed after the reviewer looked, or is not handed in.
    """
    annotation = _annotation_to_review(user, annotation_id)
    held = Annotation.objects.select_for_update().get(pk=annotation.pk)
    if held.revision != revision:
        raise Conflict(_("This annotation was changed while you reviewed it. Reload the page and look at what is new."))
    reviews = newest_reviews(annotations=[annotation])[annotation.pk]
    segments = {uuid.UUID(one["key"]): one for one in workbench_document(held)["segments"]}
    standing = {key for key, segment in segments.items() if key in reviews and still_stands(reviews[key], segment)}
    SegmentReview.objects.bulk_create(
        SegmentReview(annotation=held, segment_key=key, verdict=ReviewVerdict.ACCEPTED, content=segment, reviewer=user)
        for key, segment in segments.items()
        if key not in standing
    )
    is_sent_back = any(reviews[key].verdict == ReviewVerdict.REJECTED for key in standing)
    return AnnotationReview.objects.create(annotation=held, revision=revision, is_sent_back=is_sent_back, reviewer=user)


def _annotation_to_review(user: User, annotation_id: int) -> Annotation:
    annotation = annotation_for(user=user, annotation_id=annotation_id)
    role_required(
        user=user,
        project_id=annotation.video.project_id,
        at_least=Role.REVIEWER,
        missing=_("There is no such annotation, or you are not a member of its project."),
    )
    if annotation.user_id == user.pk:
        raise Invalid(_("This is your own annotation; somebody else reviews it."))
    if annotation.state != AnnotationState.SUBMITTED:
        raise Conflict(_("Its author has not submitted this annotation yet; review it once it is handed in."))
    return annotation


def _segment_in(annotation: Annotation, key: uuid.UUID, revision: int | None) -> dict[str, Any]:
    """The segment as the reviewer saw it."""
    document: dict[str, Any] = workbench_document(annotation)
    if revision is not None and revision != annotation.revision:
        seen = Revision.objects.filter(annotation=annotation, number=revision).first()
        if seen is None:
            raise Invalid(_("This annotation has no revision %(number)s; reload the page.") % {"number": revision})
        document = seen.document
    found = next((one for one in document["segments"] if one["key"] == str(key)), None)
    if found is None:
        raise Invalid(_("There is no such segment in this annotation; reload the page, it may have been deleted."))
    content: dict[str, Any] = found
    return content


# ---------------------------------------------------------------- double annotation


@transaction.atomic
def double_annotation_set(*, user: User, project: Project, share_percent: int, is_blind: bool) -> DoubleAnnotation:
    """The project's new rule; who comes second on what is annotated already is asked at once.

    Raises:
        Invalid: a share outside 0-100.
    """
    if not 0 <= share_percent <= 100:
        raise Invalid(_("The share of videos is a percentage from 0 to 100."))
    rule, _created = DoubleAnnotation.objects.update_or_create(
        project=project, defaults={"share_percent": share_percent, "is_blind": is_blind}
    )
    audit_record(
        actor=user, action="double_annotation.set", target=project.name, share_percent=share_percent, is_blind=is_blind
    )
    second_readings_ask(project=project)
    return rule


def second_reading_ask(*, video: Video) -> int:
    """Asks somebody for the video that was just submitted, as `second_readings_ask` does for all; answers how many were
    asked. Looked at are this video and those whose reader left the project."""
    project = video.project
    rule = rule_of(project=project)
    if rule.share_percent == 0:
        return 0
    is_due = is_drawn(video.sha256, rule.share_percent) and not SecondReading.objects.filter(video=video).exists()
    if not is_due and not _gone(project, readers_of(project=project)).exists():
        return 0
    return _ask(project, rule, [video.pk])


def second_readings_ask(*, project: Project) -> int:
    """Asks somebody for each drawn video that one person has submitted and nobody is asked for; answers how many.

    Whom it asks depends on the members and their load alone. A person who left the project is replaced. Harmless twice.
    """
    rule = rule_of(project=project)
    return _ask(project, rule, None) if rule.share_percent else 0


@transaction.atomic
def _ask(project: Project, rule: DoubleAnnotation, video_ids: list[int] | None) -> int:
    """Asks for these videos (None: for all) and for those whose reader is gone."""
    Project.objects.select_for_update().get(pk=project.pk)  # two submits at once must not both read the same load
    readers = readers_of(project=project)
    gone = _gone(project, readers)
    looked_at = None if video_ids is None else [*video_ids, *gone.values_list("video_id", flat=True)]
    gone.delete()
    load = load_of(project=project)
    asked = 0
    for annotation in _alone(project, rule.share_percent, looked_at):
        reader = second_reader(video=annotation.video, readers=readers, load=load, first=annotation.user_id)
        if reader is not None:
            SecondReading.objects.create(video=annotation.video, user=reader)
            load[reader.pk] = load.get(reader.pk, 0) + 1
            asked += 1
    return asked


def _gone(project: Project, readers: list[User]) -> QuerySet[SecondReading]:
    """Readings that nobody will hand in: who was asked is none of the readers any more."""
    done = _submitted(project).filter(video=OuterRef("video"), user=OuterRef("user"))
    asked = SecondReading.objects.filter(video__project=project).exclude(user__in=[one.pk for one in readers])
    return asked.filter(~Exists(done))


def _submitted(project: Project) -> QuerySet[Annotation]:
    return Annotation.objects.filter(video__project=project, is_frozen_truth=False, state=AnnotationState.SUBMITTED)


def _alone(project: Project, share_percent: int, video_ids: list[int] | None) -> list[Annotation]:
    """The only submitted annotation of each drawn video that has just one and nobody asked for a second."""
    videos = drawn_videos(project=project, share_percent=share_percent).filter(second_reading=None)
    if video_ids is not None:
        videos = videos.filter(pk__in=video_ids)
    by_video: dict[int, list[Annotation]] = {}
    unasked = _submitted(project).filter(video__in=videos.values("pk")).select_related("video")
    for annotation in unasked.order_by("submitted_at", "pk"):
        by_video.setdefault(annotation.video_id, []).append(annotation)
    return [found[0] for found in by_video.values() if len(found) == 1]
