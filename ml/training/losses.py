"""The losses of phases 1 and 2. Pure functions.

Dimensions: B videos (times members), C clips (padded), Q queries, L = 2 logits of normal and abnormal.
The MIL bundle is section 2.1 of the reference, in two forms. `published_terms` is the published code's arithmetic.
`mil_terms` is ours: the bag is the mean of several clips, the bag's confidence only weighs and is not pushed up, and
the two sums over 16 clips are 16 times a mean, so that long videos do not weigh more than short ones.

Every mean is a sum over a count, and every count goes through `total`: where several processes share a batch it adds
up their counts, so that the sum of what they return is the loss of the whole batch.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

PUBLISHED_CLIPS = 16
FAR = 1e4
"""Beyond any log-odds that occurs."""
Total = Callable[[Tensor], Tensor]
"""A count of this process -> the count of all processes; carries no gradient."""


def alone(count: Tensor) -> Tensor:
    """The total where one process sees the whole batch."""
    return count


def published_mil_loss(logits_BCQL: Tensor, label_B: Tensor) -> Tensor:
    """The MIL bundle of the published code (reference section 2.1), with its weights 1, 1, 0.01 and 0.01.

    Args:
        logits_BCQL: logits of every query token of every clip; a clip's are those of its highest query.
        label_B: 1 abnormal, 0 normal.
    """
    highest_BC = (logits_BCQL[..., 1] - logits_BCQL[..., 0]).argmax(-1)
    logits_BCL = logits_BCQL.gather(2, highest_BC[..., None, None].expand(-1, -1, 1, 2)).squeeze(2)
    terms = published_terms(logits_BCL, torch.ones_like(highest_BC, dtype=torch.bool), label_B)
    return terms["mil"] + 1.0 * terms["margin"] + 0.01 * terms["smooth"] + 0.01 * terms["sparse"]


def published_terms(logits_BCL: Tensor, is_clip_BC: Tensor, bag_B: Tensor, total: Total = alone) -> dict[str, Tensor]:
    """The four unweighted terms of the published code (reference section 2.1).

    With p the clips' probabilities of abnormal, c* the highest clip and conf = max(softmax(logits of c*)), which is
    part of the graph: mil = mean_b CE(c*, z) conf; margin = mean_b [z (1 - m) + (1 - z) m] conf with m = max p - min p;
    smooth = mean_b sum_c (p_c+1 - p_c)^2; sparse = mean_b sum_c p_c, on normal and abnormal videos alike.

    Args:
        logits_BCL: clip logits.
        is_clip_BC: False on padding; each video has at least one clip.
        bag_B: 1 abnormal, 0 normal; -1 unknown, which the published code does not have: no mil and no margin.
        total: see the head of this file.
    """
    probability_BC = logits_BCL.softmax(-1)[..., 1]
    known = bag_B >= 0
    highest_B, place_B = probability_BC.masked_fill(~is_clip_BC, -1.0).max(1)
    lowest_B = probability_BC.masked_fill(~is_clip_BC, 2.0).amin(1)
    bag_logits_BL = logits_BCL[torch.arange(len(place_B), device=place_B.device), place_B]
    confidence_B = bag_logits_BL.softmax(-1).amax(-1)
    mil_B = functional.cross_entropy(bag_logits_BL, bag_B.clamp_min(0).long(), reduction="none")
    range_B = highest_B - lowest_B
    margin_B = torch.where(bag_B > 0.5, 1 - range_B, range_B)
    both = (is_clip_BC[:, 1:] & is_clip_BC[:, :-1]).float()
    steps_B = ((probability_BC[:, 1:] - probability_BC[:, :-1]) ** 2 * both).sum(1)
    labelled = known.float() / total(known.sum()).clamp_min(1)
    videos = _videos(bag_B, total)
    return {
        "mil": (mil_B * confidence_B * labelled).sum(),
        "margin": (margin_B * confidence_B * labelled).sum(),
        "smooth": steps_B.sum() / videos,
        "sparse": (probability_BC * is_clip_BC).sum() / videos,
    }


def mil_terms(
    logits_BCL: Tensor, is_clip_BC: Tensor, bag_B: Tensor, top_clips: int, total: Total = alone
) -> dict[str, Tensor]:
    """Mean of each term over the videos: mil and margin where the bag is labelled, smooth and sparse over all.

    Args:
        logits_BCL: clip logits.
        is_clip_BC: False on padding; each video has at least one clip.
        bag_B: 1 abnormal, 0 normal, -1 unknown.
        top_clips: the bag's log-odds are the mean of this many highest clips'.
        total: see the head of this file.
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
    labelled = known.float() / total(known.sum()).clamp_min(1)
    videos = _videos(bag_B, total)
    return {
        "mil": (mil_B * confidence_B * labelled).sum(),
        "margin": (margin_B * confidence_B * labelled).sum(),
        "smooth": PUBLISHED_CLIPS * (steps_B.sum() / videos),
        "sparse": PUBLISHED_CLIPS * (sparse_B.sum() / videos),
    }


def mean_of_highest(odds_BC: Tensor, is_clip_BC: Tensor, top_clips: int) -> Tensor:
    """[B] mean of each video's `top_clips` highest values, or of all where it has fewer."""
    wanted = min(top_clips, odds_BC.shape[1])
    highest = odds_BC.masked_fill(~is_clip_BC, -FAR).topk(wanted, dim=1).values
    real = highest > -FAR / 2
    return (highest * real).sum(1) / real.sum(1)


def clip_cross_entropy(logits_BCL: Tensor, target_BC: Tensor, weight_BC: Tensor, total: Total = alone) -> Tensor:
    """Weighted mean of the cross-entropy with soft targets; 0 where no clip has a weight."""
    odds = logits_BCL[..., 1] - logits_BCL[..., 0]
    each = functional.binary_cross_entropy_with_logits(odds, target_BC, reduction="none")
    return (each * weight_BC).sum() / total(weight_BC.sum()).clamp_min(1.0)


def glance_loss(logits_BCL: Tensor, splat_BC: Tensor, total: Total = alone) -> Tensor:
    """Mean of -log p(abnormal) over splatted clips, weighted by the splat; 0 where nobody glanced."""
    odds = logits_BCL[..., 1] - logits_BCL[..., 0]
    return (functional.softplus(-odds) * splat_BC).sum() / total(splat_BC.sum()).clamp_min(1.0)


def hard_negative_loss(
    logits_BCL: Tensor, is_clip_BC: Tensor, is_normal_B: Tensor, top_clips: int, total: Total = alone
) -> Tensor:
    """Cross-entropy of the highest clips of videos that are known to be normal; 0 where there are none."""
    odds = mean_of_highest(logits_BCL[..., 1] - logits_BCL[..., 0], is_clip_BC, top_clips)
    return (functional.softplus(odds) * is_normal_B).sum() / total(is_normal_B.sum()).clamp_min(1.0)


def _videos(bag_B: Tensor, total: Total) -> Tensor:
    return total(torch.tensor(float(len(bag_B)), device=bag_B.device)).clamp_min(1.0)
