"""Takes snapshots: everything known at one moment, frozen under the hash of its content."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from vigil.accounts.models import User
from vigil.annotations.selectors import answers_of, submitted_of
from vigil.projects.errors import Invalid
from vigil.projects.models import Project
from vigil.projects.work import WorkState
from vigil.review.selectors import standing_verdicts
from vigil.snapshots.manifest import ManifestVideo, content_sha256, counts_of, manifest_of
from vigil.snapshots.models import Snapshot
from vigil.snapshots.settling import settled
from vigil.snapshots.statements import (
    Statement,
    merged,
    statements_of_annotation,
    statements_of_answer,
    training_video,
)
from vigil.videos.models import Split, Video
from vigil.videos.selectors import video_ref


@transaction.atomic
def snapshot_take(*, project: Project, user: User | None = None) -> Snapshot:
    """The snapshot of what is known now. When nothing changed since an earlier one, that one.

    Videos of the test split are never trained on: what people said of them is kept apart, for exports.

    Raises:
        Invalid: a group of videos is divided over splits, or there is nothing to train on.
    """
    videos = Video.objects.filter(project=project, state=WorkState.SUCCEEDED).order_by("pk")
    _check_groups(videos)
    known = manifest_videos(project, list(videos))
    lines = [line for line in known if line.training.video.split != Split.TEST]
    tested = [line for line in known if line.training.video.split == Split.TEST]
    if not any(line.training.video.split == Split.TRAIN for line in lines):
        raise Invalid(
            _(
                "project %(project)r has no ready video in the train split; import some with import_videos, or "
                "give some videos the split 'train' in labels.csv"
            )
            % {"project": project.name}
        )
    told = [line for line in tested if line.statements or line.training.is_fully_labelled]
    manifest = manifest_of(lines, [line.training.video.name for line in tested], told)
    snapshot, _is_new = Snapshot.objects.get_or_create(
        project=project,
        content_sha256=content_sha256(manifest),
        defaults={"manifest": manifest, "counts": counts_of(lines), "created_by": user},
    )
    return snapshot


def manifest_videos(project: Project, videos: Sequence[Video]) -> list[ManifestVideo]:
    """One line for each of the videos, in their order, from what is known now."""
    said: dict[int, list[Statement]] = defaultdict(list)
    watchers: dict[int, set[int]] = defaultdict(set)
    ids = [video.pk for video in videos]
    verdicts = standing_verdicts(project=project, video_ids=ids)
    for annotation in submitted_of(project=project).filter(video__in=ids):
        said[annotation.video_id] += statements_of_annotation(annotation, verdicts.get(annotation.pk))
        if annotation.is_fully_watched and annotation.user_id is not None:
            watchers[annotation.video_id].add(annotation.user_id)
    answers = answers_of(project=project).filter(question__video__in=ids)
    for answer in answers.select_related("question__prediction__model_version"):
        said[answer.question.video_id] += statements_of_answer(answer)
    lines = []
    for video in videos:
        heard = settled(said[video.pk], watchers[video.pk])
        statements = merged(heard.kept)
        # A path is of this machine and of today; `selectors.training_videos` puts the present one back.
        ref = replace(video_ref(video), path="")
        # Where something is left out, nobody knows of that stretch: the rest must not pass for all there is.
        is_fully_labelled = bool(watchers[video.pk]) and not heard.left_out
        training = training_video(ref, statements, is_fully_labelled=is_fully_labelled)
        lines.append(ManifestVideo(training, statements, len(heard.left_out)))
    return lines


def _check_groups(videos: QuerySet[Video]) -> None:
    """A camera that is in two splits would let the test be learned by heart."""
    splits: dict[str, set[str]] = defaultdict(set)
    for group, split in videos.exclude(group="").values_list("group", "split").distinct():
        splits[group].add(split)
    for group, found in sorted(splits.items()):
        if len(found) > 1:
            raise Invalid(
                _("group %(group)r is divided over the splits %(splits)s; give its videos one")
                % {"group": group, "splits": ", ".join(sorted(found))}
            )
