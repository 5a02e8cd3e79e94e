"""All labels of a batch in one loss, for one branch of the detector.

Dimensions: B videos, C clips (padded), M members, L = 2 logits.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ml.profiles.sections import LossProfile
from ml.training.batches import ClipBatch
from ml.training.losses import (
    Total,
    alone,
    clip_cross_entropy,
    glance_loss,
    hard_negative_loss,
    mil_terms,
    published_terms,
)
from ml.training.targets import splatted_glances


def branch_loss(logits_NML: Tensor, batch: ClipBatch, weights: LossProfile, total: Total = alone) -> Tensor:
    """The weighted sum of all terms, averaged over pairs of a member and a video that it learns from.

    Video labels make the MIL bundle in the profile's form; every rung of people's answers adds its own term, whatever
    the form: glances, verdicts and edges, and the highest clips of videos that are known to be normal.

    Args:
        logits_NML: logits of the batch's real clips, in the order of `batch.is_clip_BC`.
        batch: the videos.
        weights: form of the bundle and weight of each term.
        total: adds up counts over the processes that share the batch; the results of all of them add up to the loss.
    """
    members = logits_NML.shape[1]
    videos, clips = batch.is_clip_BC.shape
    logits_BCML = logits_NML.new_zeros(videos, clips, members, 2).index_put(
        batch.is_clip_BC.nonzero(as_tuple=True), logits_NML
    )
    # From here on B counts pairs of a member and a video.
    taught_B = batch.taught_MB(members).flatten()
    logits_BCL = logits_BCML.permute(2, 0, 1, 3).flatten(0, 1)[taught_B]

    def of_pairs(values: Tensor) -> Tensor:
        return values.repeat(members, *[1] * (values.dim() - 1))[taught_B]

    is_clip_BC, bag_B = of_pairs(batch.is_clip_BC), of_pairs(batch.bag_B)
    if weights.form == "published":
        terms = published_terms(logits_BCL, is_clip_BC, bag_B, total)
    else:
        terms = mil_terms(logits_BCL, is_clip_BC, bag_B, weights.top_clips, total)
    # Clips of normal videos are targets as well, but there are so many of them that only the hardest should count.
    by_people_BC = batch.weight_BC * ((batch.bag_B != 0)[:, None] | (batch.target_BC > 0))
    splat_BC = _splats(logits_BCML.detach(), batch, weights)
    return (
        terms["mil"]
        + weights.margin * terms["margin"]
        + weights.smooth * terms["smooth"]
        + weights.sparse * terms["sparse"]
        + weights.glance * glance_loss(logits_BCL, of_pairs(splat_BC), total)
        + weights.verdict * clip_cross_entropy(logits_BCL, of_pairs(batch.target_BC), of_pairs(by_people_BC), total)
        + weights.normal_clips
        * hard_negative_loss(logits_BCL, is_clip_BC, (bag_B == 0).float(), weights.top_clips, total)
    )


def _splats(logits_BCML: Tensor, batch: ClipBatch, weights: LossProfile) -> Tensor:
    """[B, C] targets around glances, mined with the members' mean score."""
    score_BC = (logits_BCML[..., 1] - logits_BCML[..., 0]).sigmoid().mean(2)
    splats = torch.zeros_like(score_BC)
    for video in batch.glance_BC.any(1).nonzero().flatten().tolist():
        real = batch.is_clip_BC[video]
        splats[video, real] = splatted_glances(
            batch.glance_BC[video, real],
            batch.centre_ms_BC[video, real],
            score_BC[video, real],
            sigma_ms=weights.glance_sigma_ms,
            mining_ratio=weights.glance_mining_ratio,
            reach_ms=weights.glance_reach_ms,
        )
    return splats
