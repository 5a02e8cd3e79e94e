"""The language model's words against the truth: intervals told in a judgement, sentences beside people's sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from ml.contracts import TextFigures
from ml.evaluation.judged import JudgedVideo
from ml.evaluation.metrics import Interval
from ml.text.parsing import parse_answer

MATCH_IOU = 0.3
"""A predicted and a true event with this temporal IoU or more are taken for the same."""
Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Sentences -> [sentences, width], each row of length 1."""


def text_figures(videos: Sequence[JudgedVideo], embed: Embed | None = None) -> TextFigures | None:
    """The figures, or None where no video has words to judge."""
    ious = [iou for video in videos if (iou := told_iou(video)) is not None]
    pairs = [
        (found.text.strip(), real.text.strip())
        for video in videos
        for found, real in video.matches(MATCH_IOU)
        if found.text.strip() and real.text.strip()
    ]
    judged = [video.judgement for video in videos if video.judgement is not None]
    if not judged and not pairs:
        return None
    said, wanted = [one for one, _ in pairs], [other for _, other in pairs]
    return TextFigures(
        judgements=len(ious),
        interval_iou=fmean(ious) if ious else None,
        sentences=len(pairs),
        chrf=CHRF().corpus_score(said, [wanted]).score if pairs else None,
        bleu=BLEU().corpus_score(said, [wanted]).score if pairs else None,
        similarity=similarity(said, wanted, embed) if pairs and embed else None,
        # A judgement without a confidence is the template's sentence (ml.inference.explain).
        own_words=fmean(one.confidence is not None for one in judged) if judged else None,
    )


def told_iou(video: JudgedVideo) -> float | None:
    """Temporal IoU of what a judgement's text tells and the true events; None for videos that it is not asked of.

    It is asked of abnormal localised videos with a judgement and a known time base. "No" and "yes" without an interval
    are 0.
    """
    if video.judgement is None or video.truth_F is None or not video.real or video.ticks_per_s is None:
        return None
    parsed = parse_answer(video.judgement.text)
    if not video.judgement.is_abnormal or not parsed.intervals:
        return 0.0
    per_ms = video.ticks_per_s / 1000
    told = [(round(start * per_ms), round(end * per_ms)) for start, end in parsed.intervals]
    return union_iou(told, [event.interval for event in video.real])


def union_iou(one: Sequence[Interval], other: Sequence[Interval]) -> float:
    """Shared time over joint time of two sets of intervals, which may overlap among themselves."""
    alone, beside, joint = covered(one), covered(other), covered([*one, *other])
    return (alone + beside - joint) / joint if joint else 0.0


def covered(intervals: Sequence[Interval]) -> int:
    """How many ticks lie in at least one of the intervals."""
    total, reached = 0, None
    for start, end in sorted(intervals):
        begin = start if reached is None else max(start, reached)
        total += max(0, end - begin)
        reached = end if reached is None else max(reached, end)
    return total


def similarity(said: Sequence[str], wanted: Sequence[str], embed: Embed) -> float:
    """Mean cosine of each sentence and its partner."""
    return float((embed(said) * embed(wanted)).sum(axis=1).mean())
