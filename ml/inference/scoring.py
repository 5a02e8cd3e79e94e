"""Scores of a video, clip by clip, with one `LtcState` that is passed along.

Dimensions: C clips, T clip tokens, D width, Q query tokens, E event classes, S = 3 branches, M members.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ml.contracts import ScoreTrack, VideoRef
from ml.data.feature_entry import ClipFeatures
from ml.inference.fusion import fused_scores
from ml.inference.segments import cut_segments
from ml.model.detector import BranchOutputs, Detector
from ml.model.ltc import LtcState, stream_context
from ml.model.scored_video import ScoredVideo
from ml.model.threads import one_thread
from ml.profiles.sections import LtcProfile, Profile

CHUNK_CLIPS = 256
"""Clips that go through the Q-Formers at once."""


@dataclass(frozen=True)
class ScoredClips:
    """What the detector makes of a video's clips."""

    raw_C: Tensor
    long_C: Tensor
    short_C: Tensor
    odds_CSM: Tensor
    """Log-odds of each branch and member."""
    tokens_CQD: Tensor
    prompt_CQD: Tensor
    class_probability_CE: Tensor


@torch.no_grad()
def score_clips(
    detector: Detector, ltc: LtcProfile, tokens_CTD: Tensor, state: LtcState
) -> tuple[BranchOutputs, LtcState]:
    """All branches of a stretch of clips, and the state for the next one: where a video is cut changes nothing."""
    raw = detector.vador(tokens_CTD)
    context, state = stream_context(
        state,
        tokens_CTD.flatten(1),
        raw.probability_C,
        list_length=ltc.list_length,
        gate=ltc.gate,
        history=ltc.history,
    )
    return detector.branches(tokens_CTD, context, raw), state


@torch.no_grad()
def score_features(detector: Detector, profile: Profile, features: ClipFeatures) -> ScoredClips:
    """Scores, tokens and prompts of a whole video."""
    state = LtcState.empty(detector.width)
    parts: list[tuple[Tensor, ...]] = []
    with one_thread():
        for first in range(0, len(features.clip_start_ms), CHUNK_CLIPS):
            groups = {name: values[first : first + CHUNK_CLIPS] for name, values in features.groups.items()}
            tokens = detector.projection(groups)
            branches, state = score_clips(detector, profile.ltc, tokens, state)
            scores = (branch.probability_C for branch in branches.all)
            odds_CSM = torch.stack([branch.anomaly_logit_CM for branch in branches.all], 1)
            classes = detector.class_logits(tokens).softmax(-1)
            parts.append((*scores, odds_CSM, branches.tokens_CQD, branches.prompt_CQD, classes))
    return ScoredClips(*(torch.cat(values) for values in zip(*parts, strict=True)))


def scored_video(
    video: VideoRef,
    detector: Detector,
    profile: Profile,
    features: ClipFeatures,
    classes: tuple[str, ...],
    members: Sequence[int] = (),
) -> ScoredVideo:
    """Score track, cut segments and tokens of a video: all that the language model is told.

    A video that the model learnt from gets an honest fused score by the `members` that left it out.
    """
    scored = score_features(detector, profile, features)
    fused_C = fused_scores(
        scored.odds_CSM.transpose(0, 1),
        clip_centres_ms(features),
        sigma_ms=profile.scoring.smoothing_sigma_ms,
        quantiles_MQ=detector.quantiles_MQ,
        calibration=detector.calibration,
        members=members,
    )
    track = ScoreTrack(
        features.clip_start_ms,
        features.clip_end_ms,
        raw=_floats(scored.raw_C),
        long=_floats(scored.long_C),
        short=_floats(scored.short_C),
        fused=_floats(fused_C),
    )
    segments = cut_segments(track, profile.scoring, scored.class_probability_CE, classes)
    return ScoredVideo(video, scored.tokens_CQD, scored.prompt_CQD, track, segments)


def clip_centres_ms(features: ClipFeatures) -> Tensor:
    """[C] middle of each clip."""
    return (torch.tensor(features.clip_start_ms) + torch.tensor(features.clip_end_ms)).float() / 2


def _floats(values_C: Tensor) -> tuple[float, ...]:
    return tuple(round(value, 6) for value in values_C.tolist())
