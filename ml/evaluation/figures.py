"""All figures of design section 5 from judged videos. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ml.contracts import EvaluationResult, OperatingPoint
from ml.evaluation.calibration import calibration
from ml.evaluation.judged import JudgedVideo, joined
from ml.evaluation.metrics import area_under_roc, average_precision, f1
from ml.evaluation.operating_point import best_threshold, counts_at
from ml.evaluation.text_figures import MATCH_IOU, Embed, text_figures

IOU_LEVELS = ("0.3", "0.5", "0.7")
THRESHOLD = 0.5


def figures(
    videos: Sequence[JudgedVideo], *, threshold: float = THRESHOLD, embed: Embed | None = None
) -> EvaluationResult:
    """Every figure that the videos' truth can give; the others are None.

    AUC and AP are taken over the places of all videos joined, as the papers do, so a long video weighs more.
    """
    localised = [video for video in videos if video.truth_F is not None]
    truth_F, scores_F = joined(localised)
    inside = [video for video in localised if video.truth_F is not None and video.truth_F.any()]
    return EvaluationResult(
        videos=len(videos),
        auc_o=area_under_roc(truth_F, scores_F),
        auc_a=area_under_roc(*joined(inside)),
        video_auc=_video_auc(videos),
        ap=average_precision(truth_F, scores_F),
        event_f1={level: _event_f1(localised, float(level)) for level in IOU_LEVELS},
        boundary_error_s=_boundary_error_s(localised),
        judgement_accuracy=_judgement_accuracy(videos),
        calibration=calibration(truth_F, scores_F),
        operating_point=_operating_point(localised, threshold),
        text=text_figures(videos, embed),
    )


def _video_auc(videos: Sequence[JudgedVideo]) -> float | None:
    known = [video for video in videos if video.is_abnormal is not None]
    labels = np.array([video.is_abnormal for video in known], dtype=np.bool_)
    return area_under_roc(labels, np.array([video.top_score for video in known]))


def _event_f1(videos: Sequence[JudgedVideo], min_iou: float) -> float | None:
    matches = sum(len(video.matches(min_iou)) for video in videos)
    return f1(matches, sum(len(video.found) for video in videos), sum(len(video.real) for video in videos))


def _boundary_error_s(videos: Sequence[JudgedVideo]) -> float | None:
    """Mean distance of an edge from the true one, in seconds, over events matched at tIoU 0.3 or better."""
    errors_s = [
        distance / video.ticks_per_s
        for video in videos
        if video.ticks_per_s is not None
        for found, real in video.matches(MATCH_IOU)
        for distance in (abs(found.start - real.start), abs(found.end - real.end))
    ]
    return sum(errors_s) / len(errors_s) if errors_s else None


def _judgement_accuracy(videos: Sequence[JudgedVideo]) -> float | None:
    """Share of videos about which the language model's yes or no is right."""
    hits = [
        video.judgement.is_abnormal == video.is_abnormal
        for video in videos
        if video.judgement is not None and video.is_abnormal is not None
    ]
    return sum(hits) / len(hits) if hits else None


def _operating_point(videos: Sequence[JudgedVideo], threshold: float) -> OperatingPoint | None:
    truth_F, scores_F = joined(videos)
    if len(truth_F) == 0:
        return None
    at = counts_at(truth_F, scores_F, threshold)
    best = best_threshold(truth_F, scores_F)
    hours = [video.hours for video in videos]
    alarms = sum(video.false_alarms for video in videos)
    known_hours = sum(one for one in hours if one is not None)
    return OperatingPoint(
        threshold=threshold,
        precision=at.precision,
        recall=at.recall,
        f1=at.f1,
        accuracy=at.accuracy,
        false_alarms_per_hour=None if None in hours or not known_hours else alarms / known_hours,
        best_threshold=best,
        best_f1=None if best is None else counts_at(truth_F, scores_F, best).f1,
    )
