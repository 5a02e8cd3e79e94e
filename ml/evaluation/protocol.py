"""What has to be told with figures so that another evaluation can be compared with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.evaluation.judged import joined
from ml.evaluation.metrics import area_under_roc
from ml.evaluation.pairing import Choices, Paired


@dataclass(frozen=True)
class Protocol:
    """How the figures were made, and over what."""

    truth: str
    """Name of the file."""
    rule: str
    expand: str
    track: str | None
    """The curves that were taken from predictions, their mean where there are several; None for bare scores."""
    postpress: bool
    threshold: float
    fps: float | None
    """As it was given; None where it was left to the files."""
    videos: int
    abnormal_videos: int
    frames: int
    """Places of the grid of all videos: frames, or every 100 ms where the truth is in seconds and no fps is given."""
    abnormal_frames: int
    frames_of_auc_a: int
    """Places in videos with at least one abnormal place: those of AUC_A."""
    skipped_videos: int
    """Without scores, left out."""
    unused_scores: int
    """Scored videos that the truth does not name; of several score files, in the one that has most."""
    clipped_spans: int
    """Spans that end behind the last frame."""
    auc_o_of_video_labels: float | None
    """AUC_O of a perfect classifier of whole videos that knows nothing of when: what AUC_O has to be read against."""


def protocol_of(pairing: Paired, choices: Choices, truth: str) -> Protocol:
    """The protocol by which the videos of the file `truth` were paired with scores."""
    localised = [video for video in pairing.videos if video.truth_F is not None]
    truth_F, _ = joined(localised)
    inside = [video for video in localised if video.truth_F is not None and video.truth_F.any()]
    labels_F = [np.full(len(video.scores_F), float(video.is_abnormal is True)) for video in localised]
    return Protocol(
        truth=truth,
        rule=choices.rule,
        expand=" or ".join(pairing.expansions),
        track="+".join(choices.track) if pairing.is_predicted else None,
        postpress=choices.postpress,
        threshold=choices.threshold,
        fps=choices.fps,
        videos=len(pairing.videos),
        abnormal_videos=sum(video.is_abnormal is True for video in pairing.videos),
        frames=len(truth_F),
        abnormal_frames=int(truth_F.sum()),
        frames_of_auc_a=sum(len(video.scores_F) for video in inside),
        skipped_videos=len(pairing.missing),
        unused_scores=pairing.unused,
        clipped_spans=pairing.clipped,
        auc_o_of_video_labels=area_under_roc(truth_F, np.concatenate(labels_F)) if labels_F else None,
    )
