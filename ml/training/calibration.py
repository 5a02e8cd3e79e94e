"""Where a segment begins: the fused score is calibrated on the training videos after the last detector phase."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ml.inference.fusion import calibrated, quantiles, rank_log_odds, smoothed
from ml.model.detector import QUANTILES, Detector
from ml.profiles.sections import Profile
from ml.training.batches import VideoClips


def calibrate(detector: Detector, odds_of: Sequence[Tensor], videos: Sequence[VideoClips], profile: Profile) -> None:
    """Set the detector's quantiles and calibration in place. Each video is scored by the members that left it out.

    What counts is the highest clip of each video whose weak label is known, and every clip of an abnormal video that a
    person spoke about; each video has the same weight.

    Args:
        detector: the trained detector.
        odds_of: [C, S, M] log-odds of each video's clips by branch and member, on the CPU.
        videos: the training videos, in the same order.
        profile: its smoothing.
    """
    sigma_ms = profile.scoring.smoothing_sigma_ms
    smooth = [
        smoothed(odds_CSM.mean(1), video.centre_ms_C, sigma_ms=sigma_ms)
        for odds_CSM, video in zip(odds_of, videos, strict=True)
    ]
    quantiles_MQ = quantiles(torch.cat(smooth), QUANTILES)
    detector.quantiles_MQ.copy_(quantiles_MQ)
    odds, is_abnormal, weights = [], [], []
    for smoothed_CM, video in zip(smooth, videos, strict=True):
        odds_C = rank_log_odds(smoothed_CM, quantiles_MQ, video.left_out_by)
        targets = video.targets
        by_people = targets.weight_C > 0
        if targets.bag == 1 and bool(by_people.any()):
            odds.append(odds_C[by_people])
            is_abnormal.append(targets.target_C[by_people])
            weights.append(torch.full((int(by_people.sum()),), 1.0 / int(by_people.sum())))
        elif targets.bag >= 0:
            odds.append(odds_C.max()[None])
            is_abnormal.append(torch.tensor([targets.bag]))
            weights.append(torch.ones(1))
    if odds:
        detector.calibration.copy_(calibrated(torch.cat(odds), torch.cat(is_abnormal), torch.cat(weights)))
