"""The losses of phases 1 and 2. Pure functions.

Dimensions: B videos (times members), C clips (padded), L = 2 logits of normal and abnormal.
The MIL bundle is section 2.1 of the published code; with `top_clips=1` on 16 clips it is that code's arithmetic.
Its two sums over 16 clips are written as 16 times a mean, so that long videos do not weigh more than short ones.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

PUBLISHED_CLIPS = 16
FAR = 1e4
"""Beyond any log-odds that occurs."""


def mil_terms(logits_BCL: Tensor, is_clip_BC: Tensor, bag_B: Tensor, top_clips: int) -> dict[str, Tensor]:
    """Mean of each term over the videos: mil and margin where the bag is labelled, smooth and sparse over all.

    Args:
        logits_BCL: clip logits.
        is_clip_BC: False on padding; each video has at least one clip.
        bag_B: 1 abnormal, 0 normal, -1 unknown.
        top_clips: the bag's log-odds are the mean of this many highest clips'.
    """
    odds_BC = logits_BCL[..., 1] - logits_BCL[..., 0]
    probability_BC = odds_BC.sigmoid()
    known = bag_B >= 0
    count_B = is_clip_BC.sum(1)
    bag_odds_B = mean_of_highest(odds_BC, is_clip_BC, top_clips)
    mil_B = functional.binary_cross_entropy_with_logits(bag_odds_B, bag_B.clamp_min(0), reduction="none")
    highest = probability_BC.masked_fill(~is_clip_BC, -1.0).amax(1)
    lowest = probability_BC.masked_fill(~is_clip_BC, 2.0).amin(1)
    range_B = highest - lowest
    margin_B = torch.where(bag_B > 0.5, 1 - range_B, range_B)
    # The published code multiplies both by the bag's confidence; detached here, or the loss rewards being unsure.
    confidence_B = torch.maximum(bag_odds_B.sigmoid(), 1 - bag_odds_B.sigmoid()).detach()
    both = (is_clip_BC[:, 1:] & is_clip_BC[:, :-1]).float()
    steps_B = ((probability_BC[:, 1:] - probability_BC[:, :-1]) ** 2 * both).sum(1) / count_B
    sparse_B = (probability_BC * is_clip_BC).sum(1) / count_B
    labelled = known.float() / known.sum().clamp_min(1)
    return {
        "mil": (mil_B * confidence_B * labelled).sum(),
        "margin": (margin_B * confidence_B * labelled).sum(),
        "smooth": PUBLISHED_CLIPS * steps_B.mean(),
        "sparse": PUBLISHED_CLIPS * sparse_B.mean(),
    }


def mean_of_highest(odds_BC: Tensor, is_clip_BC: Tensor, top_clips: int) -> Tensor:
    """[B] mean of each video's `top_clips` highest values, or of all where it has fewer."""
    wanted = min(top_clips, odds_BC.shape[1])
    highest = odds_BC.masked_fill(~is_clip_BC, -FAR).topk(wanted, dim=1).values
    real = highest > -FAR / 2
    return (highest * real).sum(1) / real.sum(1)


def clip_cross_entropy(logits_BCL: Tensor, target_BC: Tensor, weight_BC: Tensor) -> Tensor:
    """Weighted mean of the cross-entropy with soft targets; 0 where no clip has a weight."""
    odds = logits_BCL[..., 1] - logits_BCL[..., 0]
    each = functional.binary_cross_entropy_with_logits(odds, target_BC, reduction="none")
    return (each * weight_BC).sum() / weight_BC.sum().clamp_min(1.0)


def glance_loss(logits_BCL: Tensor, splat_BC: Tensor) -> Tensor:
    """Mean of -log p(abnormal) over splatted clips, weighted by the splat; 0 where nobody glanced."""
    odds = logits_BCL[..., 1] - logits_BCL[..., 0]
    return (functional.softplus(-odds) * splat_BC).sum() / splat_BC.sum().clamp_min(1.0)


def hard_negative_loss(logits_BCL: Tensor, is_clip_BC: Tensor, is_normal_B: Tensor, top_clips: int) -> Tensor:
    """Cross-entropy of the highest clips of videos that are known to be normal; 0 where there are none."""
    odds = mean_of_highest(logits_BCL[..., 1] - logits_BCL[..., 0], is_clip_BC, top_clips)
    return (functional.softplus(odds) * is_normal_B).sum() / is_normal_B.sum().clamp_min(1.0)
