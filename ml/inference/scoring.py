"""Scores of a video, stretch by stretch, with one `LtcState` that is passed along.

Dimensions: C clips, T clip tokens, D width, Q query tokens, E event classes, S scored branches, M members, G seen
tokens, H width of the encoder's tokens.
What is left of a clip in memory: its scores, S * M log-odds, an embedding of 128 bytes, and Q * D values twice in half
precision for the language model (2.5 KB with profile tiny; 96 KB with the paper's geometry, which lie in a file where
they are many). Everything else is constant, however long the video is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ml.contracts import ScoreTrack, VideoRef
from ml.data.feature_entry import ClipSource
from ml.errors import ArtefactInvalid, FeaturesBroken, ProfileInvalid
from ml.inference.embedding import clip_embeddings, packed
from ml.inference.fusion import fused_scores
from ml.inference.kept_tokens import room_for_tokens
from ml.inference.own_normal import against_own_normal, look
from ml.inference.segments import cut_segments
from ml.model.backbone import TOKENS_GROUP
from ml.model.branches import BranchOutputs
from ml.model.detector import Detector
from ml.model.scored_video import ScoredVideo
from ml.model.threads import one_thread
from ml.profiles.sections import Profile

STRETCH_CLIPS, LEAST_STRETCH_CLIPS = 256, 16
"""Clips that go through the Q-Formers at once, and how many at the least where tokens are many."""
STRETCH_VALUES = 2**23
"""Values of clip tokens that are in memory at once."""


@dataclass(frozen=True)
class ScoredClips:
    """What the detector makes of a video's clips."""

    raw_C: Tensor
    long_C: Tensor
    short_C: Tensor
    odds_CSM: Tensor
    """Log-odds of each branch that counts for the fused score, and of each member, against the video's own normal."""
    tokens_CQD: Tensor
    """In half precision, like the prompt."""
    prompt_CQD: Tensor
    class_probability_CE: Tensor
    seen_CGH: Tensor | None
    embeddings_CK: Tensor
    """Where clips lie among all moments (`ml.inference.embedding`)."""


@dataclass(frozen=True)
class ScoredStretch:
    """Neighbouring clips of a video, from clip `first` up to `stop`, with all branches."""

    first: int
    stop: int
    branches: BranchOutputs
    class_probability_CE: Tensor
    seen_CGH: Tensor | None
    """The encoder's own tokens, averaged; None where nobody asked for them."""
    look_CK: Tensor
    """Where clips were taken, on the CPU; of no width where the detector does not compare a video with itself."""

    @property
    def odds_CSM(self) -> Tensor:
        """Log-odds, as in `ScoredClips`, on the CPU."""
        return torch.stack([branch.anomaly_logit_CM for branch in self.branches.scored], 1).cpu()


def scored_stretches(
    detector: Detector, features: ClipSource, name: str = "", *, seen_tokens: int = 0
) -> Iterator[ScoredStretch]:
    """A video from its first clip to its last; nothing is remembered of other videos.

    Args:
        detector: on any device, in evaluation mode.
        features: read a stretch at a time.
        name: of the video, for messages.
        seen_tokens: G, of the encoder's own tokens; 0 for none.

    Raises:
        FeaturesBroken: features that are not finite numbers; names video and clip.
        ArtefactInvalid: sound features without a finite score; names video and clip.
    """
    clips, state = len(features.clip_start_ms), None
    step = max(LEAST_STRETCH_CLIPS, min(STRETCH_CLIPS, STRETCH_VALUES // detector.clip_values))
    for first in range(0, clips, step):
        groups = features.clips(first, min(clips, first + step))
        with torch.no_grad(), one_thread():
            tokens_CTD = detector.projection({key: values.to(detector.device) for key, values in groups.items()})
            _check_finite(tokens_CTD, features, first, name)
            branches, state = detector.stream(tokens_CTD, state)
            _check_scored(branches, features, first, name)
            class_probability_CE = detector.class_logits(tokens_CTD).softmax(-1).cpu()
        seen_CGH = seen(groups[TOKENS_GROUP], seen_tokens) if seen_tokens else None
        look_CK = look(tokens_CTD).cpu() if detector.own_normal else torch.zeros(len(tokens_CTD), 0)
        yield ScoredStretch(first, first + len(tokens_CTD), branches, class_probability_CE, seen_CGH, look_CK)


def seen(tokens_CTH: Tensor, wanted: int) -> Tensor:
    """[C, G, H] of the encoder's tokens, which lie in order of time: those that are G apart are averaged.

    G places of the picture are told apart where a moment has G tokens; the moments of a clip become one.

    Raises:
        ProfileInvalid: tokens that G does not divide.
    """
    clips, tokens, width = tokens_CTH.shape
    if tokens % wanted:
        raise ProfileInvalid(f"the encoder's {tokens} tokens do not divide into {wanted}; change language.token_groups")
    return tokens_CTH.reshape(clips, tokens // wanted, wanted, width).mean(1)


def score_features(detector: Detector, features: ClipSource, name: str = "", *, seen_tokens: int = 0) -> ScoredClips:
    """Scores, tokens and prompts of a whole video; see `scored_stretches` for the arguments and what it raises."""
    clips = len(features.clip_start_ms)
    room: list[Tensor] = []
    parts: list[tuple[Tensor, ...]] = []
    for stretch in scored_stretches(detector, features, name, seen_tokens=seen_tokens):
        branches = stretch.branches
        shown = [branches.tokens_CQD, branches.prompt_CQD]
        if stretch.seen_CGH is not None:
            shown.append(stretch.seen_CGH)
        room = room or [room_for_tokens(clips, *each.shape[1:]) for each in shown]
        for kept_CQD, each in zip(room, shown, strict=True):
            kept_CQD[stretch.first : stretch.stop] = each
        three = (branch.probability_C.cpu() for branch in (branches.raw, branches.long, branches.short))
        near_CK = clip_embeddings(branches.tokens_CQD)
        parts.append((*three, stretch.odds_CSM, stretch.look_CK, stretch.class_probability_CE, near_CK))
    columns = (torch.cat(values) for values in zip(*parts, strict=True))
    raw_C, long_C, short_C, odds_CSM, look_CK, class_CE, near_CK = columns
    odds_CSM = against_own_normal(odds_CSM, look_CK, clip_centres_ms(features), weight=detector.own_normal)
    seen_CGH = room[2] if seen_tokens else None
    return ScoredClips(raw_C, long_C, short_C, odds_CSM, room[0], room[1], class_CE, seen_CGH, near_CK)


def score_odds(detector: Detector, features: ClipSource, name: str = "") -> Tensor:
    """[C, S, M] log-odds of a whole video, and nothing kept of its tokens; raises what `scored_stretches` raises."""
    parts = [(stretch.odds_CSM, stretch.look_CK) for stretch in scored_stretches(detector, features, name)]
    odds_CSM, look_CK = (torch.cat(values) for values in zip(*parts, strict=True))
    return against_own_normal(odds_CSM, look_CK, clip_centres_ms(features), weight=detector.own_normal)


def score_embeddings(detector: Detector, features: ClipSource, name: str = "") -> Tensor:
    """[C, K] embeddings of a whole video, and nothing kept of its tokens; raises what `scored_stretches` raises."""
    stretches = scored_stretches(detector, features, name)
    return torch.cat([clip_embeddings(stretch.branches.tokens_CQD) for stretch in stretches])


def scored_video(
    video: VideoRef,
    detector: Detector,
    profile: Profile,
    features: ClipSource,
    classes: tuple[str, ...],
    members: Sequence[int] = (),
) -> ScoredVideo:
    """Score track, cut segments and tokens of a video: all that the language model is told.

    A video that the model learnt from gets an honest fused score by the `members` that left it out.
    """
    language = profile.language
    seen_tokens = language.token_groups if language.encoder_tokens else 0
    scored = score_features(detector, features, video.name, seen_tokens=seen_tokens)
    fused_C = fused_scores(
        scored.odds_CSM.transpose(0, 1),
        clip_centres_ms(features),
        sigma_ms=profile.scoring.smoothing_sigma_ms,
        quantiles_MQ=detector.quantiles_MQ.cpu(),
        calibration=detector.calibration.cpu(),
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
    shown = (scored.tokens_CQD, scored.prompt_CQD)
    return ScoredVideo(video, *shown, track, segments, scored.seen_CGH, packed(scored.embeddings_CK))


def clip_centres_ms(features: ClipSource) -> Tensor:
    """[C] middle of each clip."""
    return (torch.tensor(features.clip_start_ms) + torch.tensor(features.clip_end_ms)).float() / 2


def _floats(values_C: Tensor) -> tuple[float, ...]:
    return tuple(round(value, 6) for value in values_C.tolist())


def _check_finite(tokens_CTD: Tensor, features: ClipSource, first: int, name: str) -> None:
    broken_C = ~tokens_CTD.flatten(1).isfinite().all(1)
    if broken_C.any():
        clip = _clip_name(features, first + int(broken_C.nonzero()[0]), name)
        raise FeaturesBroken(f"{clip} has features that are not finite numbers; delete its entry of the feature store")


def _check_scored(branches: BranchOutputs, features: ClipSource, first: int, name: str) -> None:
    odds_C = torch.stack([branch.anomaly_logit_CM.sum(1) for branch in (branches.raw, *branches.scored)]).sum(0)
    if not odds_C.isfinite().all():
        clip = _clip_name(features, first + int((~odds_C.isfinite()).nonzero()[0]), name)
        raise ArtefactInvalid(f"{clip} gets no finite score though its features are sound; train the model again")


def _clip_name(features: ClipSource, clip: int, name: str) -> str:
    start_s, end_s = features.clip_start_ms[clip] / 1000, features.clip_end_ms[clip] / 1000
    return f"{name or 'a video'}: clip {clip} ({start_s:.1f} s to {end_s:.1f} s)"
