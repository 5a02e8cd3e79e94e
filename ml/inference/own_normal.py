"""A video's scores against its own ordinary clips: what looks alike and is ordinary tells how high this camera scores.

Dimensions: C clips, S branches, M members, K values of a clip's look, N listed clips.

The normal list of the long-term context (Lv and Sun, arXiv 2401.05702, section 1.2 of the reference) holds what of the
past is known to be ordinary. Pre-labelling sees the whole video, so here the list is the lower part of all its clips,
and what is retrieved from it by likeness is taken off: a camera that shakes, or a busy street, scores high all day.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ml.inference.fusion import smoothed

LOOK_TOKENS = 2
"""Appearance and motion of profile tiny: the tokens of a clip that tell where it was taken."""
LISTED_SHARE = 2 / 3
"""Of a video's clips, those with the lowest scores, are its ordinary ones."""
LISTED_SIGMA_MS = 2500.0
"""Scores are smoothed before the lowest are looked for: a lull in a fight is not ordinary."""
MOST_LISTED = 512
"""Evenly chosen from the ordinary clips of a long video, so that time stays linear."""
SHARPNESS = 8.0
"""Cosines are multiplied by this before the softmax."""
BLOCK_CLIPS = 1024


def look(tokens_CTD: Tensor) -> Tensor:
    """[C, K] of unit length: the tokens that tell where a clip was taken, each of which counts the same."""
    return functional.normalize(functional.normalize(tokens_CTD[:, :LOOK_TOKENS], dim=2).flatten(1), dim=1)


def against_own_normal(odds_CSM: Tensor, look_CK: Tensor, centre_ms_C: Tensor, *, weight: float) -> Tensor:
    """[C, S, M] log-odds less `weight` times those of ordinary clips of the video that look alike.

    A video without another ordinary clip keeps its log-odds.

    Args:
        odds_CSM: of all clips of a video.
        look_CK: unit vectors.
        centre_ms_C: middle of each clip.
        weight: 0 changes nothing.
    """
    if weight == 0:
        return odds_CSM
    listed_N = ordinary_clips(smoothed(odds_CSM.mean((1, 2)), centre_ms_C, sigma_ms=LISTED_SIGMA_MS))
    listed_look_NK, listed_NSM = look_CK[listed_N], odds_CSM[listed_N]
    parts = []
    for first in range(0, len(odds_CSM), BLOCK_CLIPS):
        place_C = torch.arange(first, min(first + BLOCK_CLIPS, len(odds_CSM)))
        likeness_CN = SHARPNESS * look_CK[place_C] @ listed_look_NK.T
        itself_CN = place_C[:, None] == listed_N[None]
        weight_CN = likeness_CN.masked_fill(itself_CN, -torch.inf).softmax(1).nan_to_num(0.0)
        parts.append(odds_CSM[place_C] - weight * torch.einsum("cn,nsm->csm", weight_CN, listed_NSM))
    return torch.cat(parts)


def ordinary_clips(score_C: Tensor) -> Tensor:
    """[N] indices, ascending, of the clips with the lowest scores."""
    lowest = score_C.argsort(stable=True)[: max(1, round(LISTED_SHARE * len(score_C)))].sort().values
    chosen = torch.linspace(0, len(lowest) - 1, min(len(lowest), MOST_LISTED)).round().long()
    return lowest[chosen]
