"""Which members of the ensemble never learn from which videos, so that a trained model can be asked honestly.

Members take turns: each one leaves out one fold of the training videos. A video's unseen score comes from the members
that left it out, and only such scores say how the model will do on video it has not seen.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ml.contracts import TrainingVideo

LeftOut = dict[str, tuple[int, ...]]
"""By video key: the members that do not learn from it. Empty when all members learn from everything."""
FEWEST_VIDEOS = 10
"""With fewer labelled videos than this every member needs all of them."""


@dataclass(frozen=True)
class FoldVideo:
    """What a fold must keep together and keep in balance."""

    key: str
    group: str
    bag: float
    """1 abnormal, 0 normal, -1 unknown."""


def fold_videos(videos: Sequence[TrainingVideo], bags: Sequence[float]) -> tuple[FoldVideo, ...]:
    """Training videos as folds see them; a video without a group is one of its own."""
    return tuple(
        FoldVideo(video.video.key, video.video.group or video.video.key, bag)
        for video, bag in zip(videos, bags, strict=True)
    )


def left_out(videos: Sequence[FoldVideo], *, members: int, folds: int, seed: int) -> LeftOut:
    """A fold for every member: groups stay together, folds are balanced by label and equal for equal seeds.

    Members beyond the number of folds get another division of the videos. Where there are fewer groups than folds,
    single videos are divided. Empty where a fold would take away too much to learn from.
    """
    labelled = [video for video in videos if video.bag >= 0]
    if folds < 2 or members < folds or len(labelled) < FEWEST_VIDEOS:
        return {}
    if len({video.group for video in videos}) < folds:
        videos = [FoldVideo(video.key, video.key, video.bag) for video in videos]
    found: dict[str, tuple[int, ...]] = {video.key: () for video in videos}
    for first in range(0, members, folds):
        fold_of = _division(videos, folds, random.Random(f"{seed} {first}"))
        if any(not _keeps_both_kinds(videos, fold_of, fold) for fold in range(folds)):
            return {}
        for video in videos:
            member = first + fold_of[video.key]
            found[video.key] += (member,) if member < members else ()
    return found


def left_out_further(videos: Sequence[FoldVideo], parents: Mapping[str, Sequence[int]]) -> LeftOut:
    """The parent's folds for a run that goes on from its members; new videos join their group, or a fold in turn."""
    if not parents:
        return {}
    patterns = sorted({tuple(members) for members in parents.values()})
    by_group = {video.group: tuple(parents[video.key]) for video in videos if video.key in parents}
    for video in videos:
        by_group.setdefault(video.group, patterns[len(by_group) % len(patterns)])
    return {video.key: tuple(parents.get(video.key, by_group[video.group])) for video in videos}


def _division(videos: Sequence[FoldVideo], folds: int, order: random.Random) -> dict[str, int]:
    """Fold of each video: groups, large ones first, go where their kinds are scarcest."""
    groups: dict[str, list[FoldVideo]] = defaultdict(list)
    for video in videos:
        groups[video.group].append(video)
    names = sorted(groups)
    order.shuffle(names)
    names.sort(key=lambda name: -len(groups[name]))
    count: dict[tuple[int, float], int] = defaultdict(int)
    fold_of: dict[str, int] = {}
    for name in names:
        bags = [video.bag for video in groups[name]]
        fold = min(range(folds), key=lambda at: (sum(count[at, bag] for bag in bags), _filled(count, at), at))
        for video in groups[name]:
            fold_of[video.key] = fold
            count[fold, video.bag] += 1
    return fold_of


def _filled(count: Mapping[tuple[int, float], int], fold: int) -> int:
    return sum(videos for (at, _), videos in count.items() if at == fold)


def _keeps_both_kinds(videos: Sequence[FoldVideo], fold_of: Mapping[str, int], fold: int) -> bool:
    """Whether at least half of each kind of labelled video is left to learn from."""
    for bag in (0.0, 1.0):
        of_kind = [video for video in videos if video.bag == bag]
        if 2 * sum(fold_of[video.key] == fold for video in of_kind) > len(of_kind):
            return False
    return True
