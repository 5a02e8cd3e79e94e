"""What people said about a video, as targets of its clips. Pure functions; C clips."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ml.contracts import TrainingVideo, Verdict

VERDICT_OVERLAP = 0.5
"""A verdict speaks for a clip when it covers at least this much of it, or lies within it altogether."""


@dataclass(frozen=True)
class ClipTargets:
    """Every kind of label of one video, brought to its clips."""

    bag: float
    """Video label: 1 abnormal, 0 normal, -1 unknown."""
    target_C: Tensor
    """Probability of abnormal that a clip should get; only where `weight_C` is above 0."""
    weight_C: Tensor
    glance_C: Tensor
    """bool: somebody tapped during this clip."""
    class_C: Tensor
    """Event class by index where a person's segment says so, else -1."""
    bag_classes: tuple[int, ...]
    """Classes the whole video is labelled with, by index."""


def clip_targets(
    video: TrainingVideo, clip_start_ms: tuple[int, ...], clip_end_ms: tuple[int, ...], classes: tuple[str, ...]
) -> ClipTargets:
    """Targets of a video's clips. A person's segment outweighs a verdict, and a verdict outweighs the weak label."""
    start, end = torch.tensor(clip_start_ms), torch.tensor(clip_end_ms)
    target, weight = torch.zeros(len(start)), torch.zeros(len(start))
    bag = _bag_label(video)
    if bag == 0 or video.is_fully_labelled:
        weight.fill_(1.0)
    for verdict in (*video.rejected, *video.verdicts):
        covered = _covers(verdict, start, end)
        target[covered] = float(verdict.is_abnormal)
        weight[covered] = 1.0
    class_C = torch.full((len(start),), -1, dtype=torch.long)
    overlap = torch.zeros(len(start))
    for segment in video.segments:
        share = overlap_share(start, end, segment.start_ms, segment.end_ms)
        overlap = torch.maximum(overlap, share)
        if segment.label in classes:
            class_C[share >= VERDICT_OVERLAP] = classes.index(segment.label)
    target = torch.where(overlap > 0, overlap, target)
    weight = torch.where(overlap > 0, torch.ones_like(weight), weight)
    glance = torch.zeros(len(start), dtype=torch.bool)
    for tap in video.glances:
        glance |= (start <= tap.at_ms) & (tap.at_ms < end)
    bag_classes = tuple(classes.index(name) for name in video.video.classes if name in classes)
    return ClipTargets(bag, target, weight, glance, class_C, bag_classes)


def overlap_share(start_C: Tensor, end_C: Tensor, start_ms: int, end_ms: int) -> Tensor:
    """[C] share of each clip that lies in [start_ms, end_ms)."""
    shared = torch.minimum(end_C, torch.tensor(end_ms)) - torch.maximum(start_C, torch.tensor(start_ms))
    return shared.clamp_min(0) / (end_C - start_C)


def splatted_glances(
    glance_C: Tensor, centre_ms_C: Tensor, score_C: Tensor, *, sigma_ms: float, mining_ratio: float, reach_ms: float
) -> Tensor:
    """[C] in [0, 1]: Gaussians around glances and around the clips mined outward from them (GlanceVAD).

    Mining walks from a glance to both sides as long as a clip scores at least `mining_ratio` times the glance's score
    and is no further than `reach_ms` away. Clips far from every glance get 0: nobody said that they are normal.
    """
    mined: set[int] = set()
    for glance in glance_C.nonzero().flatten().tolist():
        floor = mining_ratio * float(score_C[glance])
        for step in (-1, 1):
            clip = glance
            while 0 <= clip < len(score_C) and float(score_C[clip]) >= floor:
                if abs(float(centre_ms_C[clip] - centre_ms_C[glance])) > reach_ms:
                    break
                mined.add(clip)
                clip += step
    if not mined:
        return torch.zeros_like(score_C)
    centres = centre_ms_C[sorted(mined)].float()
    distance = (centre_ms_C.float()[:, None] - centres[None, :]) / sigma_ms
    return torch.exp(-0.5 * distance**2).amax(1)


def label_counts(videos: tuple[TrainingVideo, ...]) -> dict[str, int]:
    """How many labels of each kind a run uses."""
    return {
        "videos": len(videos),
        "weak_labels": sum(video.video.weak_label in ("normal", "abnormal") for video in videos),
        "classes": sum(len(video.video.classes) for video in videos),
        "glances": sum(len(video.glances) for video in videos),
        "verdicts": sum(len(video.verdicts) for video in videos),
        "rejected": sum(len(video.rejected) for video in videos),
        "segments": sum(len(video.segments) for video in videos),
        "explanations": sum(bool(segment.explanation) for video in videos for segment in video.segments),
        "dialogue_turns": sum(len(video.dialogue) for video in videos),
        "fully_labelled_videos": sum(video.is_fully_labelled for video in videos),
    }


def event_classes(videos: tuple[TrainingVideo, ...]) -> tuple[str, ...]:
    """Names of all event classes that the labels mention, sorted; ("Abnormal",) where none is named."""
    names = {name for video in videos for name in video.video.classes if name not in ("normal", "abnormal")}
    names |= {segment.label for video in videos for segment in video.segments if segment.label}
    return tuple(sorted(names)) or ("Abnormal",)


def _bag_label(video: TrainingVideo) -> float:
    is_seen = video.segments or video.glances or any(verdict.is_abnormal for verdict in video.verdicts)
    if is_seen:
        return 1.0
    if video.is_fully_labelled or video.video.weak_label == "normal":
        return 0.0
    return 1.0 if video.video.weak_label == "abnormal" else -1.0


def _covers(verdict: Verdict, start_C: Tensor, end_C: Tensor) -> Tensor:
    inside = (start_C <= verdict.start_ms) & (verdict.end_ms <= end_C)
    return inside | (overlap_share(start_C, end_C, verdict.start_ms, verdict.end_ms) >= VERDICT_OVERLAP)
