"""Adaptors: what the detector knows of a shown window, as tokens in the language model's embedding space.

Two linears as in the published code (`llama_proj` for video tokens, `vad_proj` for the anomaly prompt; reference
section 1.1), and where the profile wants it a third, tiny one for the scores themselves (the text prior of VA-GPT as an
embedding). Inputs are standardised with the statistics of the training videos, kept in buffers, unless the profile
takes them as they are. What the encoder itself saw is shown beside them where the LLM was made for it: video tokens
are then the encoder's own, and what the linear says of the detector's is added.

Dimensions: B windows, C clips, Q query tokens of a clip, D width of a query token, S slots of a window, G groups of
query tokens, K score features, H width of the language model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ml.contracts import ScoreTrack
from ml.model.scored_video import ScoredVideo
from ml.text.times import Window

SCORE_FEATURES = 7
"""Logits of raw, long, short and fused; fused above the median of its video; its rise from the slot before and its
fall to the slot after, so that the edges of an event can be seen at one slot."""
_LOGIT_LIMIT = 6.0
_LOGIT_SCALE = 3.0
_SMALLEST_STD = 1e-4
_STATISTICS_CLIPS = 20_000
"""So many clips tell mean and spread well enough, and fit in memory."""


@dataclass(frozen=True)
class ShownWindows:
    """Windows of video as the adaptor takes them."""

    tokens_BSGD: Tensor
    prompt_BSGD: Tensor
    scores_BSK: Tensor
    seen_BSGH: Tensor | None = None
    """The encoder's own visual tokens, where the language model is shown them."""

    def to(self, device: torch.device) -> ShownWindows:
        """The same on `device`."""
        seen_BSGH = None if self.seen_BSGH is None else self.seen_BSGH.to(device)
        return ShownWindows(
            self.tokens_BSGD.to(device), self.prompt_BSGD.to(device), self.scores_BSK.to(device), seen_BSGH
        )


class Adaptor(nn.Module):
    """[B, S, G, D] video tokens and anomaly prompt -> [B, 2*S*G, H]; video tokens first, then the prompt.

    Parameters: 2 * (D*H + H), and K*H + H more with `score_tokens`; with D = 768 and H = 4096 the first are the
    6,299,648 of the published code.
    """

    def __init__(self, token_dim: int, hidden_size: int, *, score_tokens: bool = True) -> None:
        super().__init__()
        self.video_proj = nn.Linear(token_dim, hidden_size)
        self.prompt_proj = nn.Linear(token_dim, hidden_size)
        self.score_proj = nn.Linear(SCORE_FEATURES, hidden_size) if score_tokens else None
        for name in ("video", "prompt"):
            self.register_buffer(f"{name}_mean_D", torch.zeros(token_dim))
            self.register_buffer(f"{name}_std_D", torch.ones(token_dim))

    def fit_standardisation(self, videos: Sequence[ScoredVideo]) -> None:
        """Takes mean and standard deviation of each feature from the training videos; of many clips, every n-th."""
        every = 1 + sum(len(video.tokens_CQD) for video in videos) // _STATISTICS_CLIPS
        for name, rows_ND in (
            ("video", torch.cat([video.tokens_CQD[::every].float().flatten(0, 1) for video in videos])),
            ("prompt", torch.cat([video.prompt_CQD[::every].float().flatten(0, 1) for video in videos])),
        ):
            self.get_buffer(f"{name}_mean_D").copy_(rows_ND.mean(0))
            self.get_buffer(f"{name}_std_D").copy_(rows_ND.std(0, correction=0).clamp_min(_SMALLEST_STD))

    def match_size(self, std: float) -> None:
        """New weights that give tokens of standardised inputs the size of words whose values spread by `std`.

        A frozen model has only ever seen words; torch's own initialisation gives tokens many times their size.
        """
        with torch.no_grad():
            for linear in (each for each in (self.video_proj, self.prompt_proj, self.score_proj) if each is not None):
                nn.init.normal_(linear.weight, std=std / math.sqrt(linear.in_features))
                nn.init.zeros_(linear.bias)

    def start_from_seen(self) -> None:
        """Makes video tokens the encoder's own at first: what is added to them starts at zero."""
        nn.init.zeros_(self.video_proj.weight)
        nn.init.zeros_(self.video_proj.bias)

    def forward(self, shown: ShownWindows, edges_EH: Tensor | None = None, hidden_B2: Tensor | None = None) -> Tensor:
        """Tokens [B, 2*S*G, H] for the language model.

        Args:
            shown: the windows.
            edges_EH: embeddings of the S + 1 time tokens; each slot carries the mean of its two edges. None where the
                language has no time tokens.
            hidden_B2: True hides the video tokens, and the anomaly prompt, of a window (training only).
        """
        slots = shown.tokens_BSGD.shape[1]
        if edges_EH is not None and edges_EH.shape[0] != slots + 1:
            raise ValueError(f"{slots} slots have {slots + 1} edges, not {edges_EH.shape[0]}")
        video_BSGD = (shown.tokens_BSGD - self.get_buffer("video_mean_D")) / self.get_buffer("video_std_D")
        prompt_BSGD = (shown.prompt_BSGD - self.get_buffer("prompt_mean_D")) / self.get_buffer("prompt_std_D")
        seen_BSGH = shown.seen_BSGH
        if hidden_B2 is not None:
            kept_B211 = (~hidden_B2)[:, :, None, None, None].to(video_BSGD.dtype)
            video_BSGD, prompt_BSGD = video_BSGD * kept_B211[:, 0], prompt_BSGD * kept_B211[:, 1]
            seen_BSGH = None if seen_BSGH is None else seen_BSGH * kept_B211[:, 0]
        video_BSGH, prompt_BSGH = self.video_proj(video_BSGD), self.prompt_proj(prompt_BSGD)
        if seen_BSGH is not None:
            video_BSGH = video_BSGH + seen_BSGH
        if self.score_proj is not None:
            prompt_BSGH = prompt_BSGH + self.score_proj(shown.scores_BSK)[:, :, None]
        if edges_EH is not None:
            times_S1H = ((edges_EH[:-1] + edges_EH[1:]) / 2)[:, None]
            video_BSGH, prompt_BSGH = video_BSGH + times_S1H, prompt_BSGH + times_S1H
        return torch.cat([video_BSGH.flatten(1, 2), prompt_BSGH.flatten(1, 2)], dim=1)


class VideoOnShow:
    """A scored video of which windows are shown."""

    def __init__(self, scored: ScoredVideo, groups: int) -> None:
        clips, queries, _ = scored.tokens_CQD.shape
        if clips == 0 or clips != len(scored.scores.fused):
            raise ValueError(f"{scored.video.name}: {clips} clips with tokens, {len(scored.scores.fused)} with scores")
        if queries % groups:
            raise ValueError(f"{queries} query tokens of a clip do not divide into {groups}; change token_groups")
        self._starts_C = torch.tensor(scored.scores.clip_start_ms)
        self._ends_C = torch.tensor(scored.scores.clip_end_ms)
        self._scores_CK = score_features(scored.scores)
        self._groups = groups
        # Pooled when a window is drawn: a long video's tokens are never copied whole.
        self._tokens_CQD, self._prompt_CQD = scored.tokens_CQD, scored.prompt_CQD
        self._seen_CGH = scored.seen_CGH

    def window(self, window: Window) -> ShownWindows:
        """One window (B = 1), the clips inside it pooled into its slots."""
        inside_C = ((self._starts_C < window.end_ms) & (self._ends_C > window.start_ms)).nonzero().flatten()
        if len(inside_C) == 0:
            # A window in a gap of the clips shows the clip next to it.
            middle = (window.start_ms + window.end_ms) / 2
            inside_C = ((self._starts_C + self._ends_C) / 2 - middle).abs().argmin()[None]
        weights_SC = slot_weights(self._starts_C[inside_C], self._ends_C[inside_C], window)
        # The highest score of a slot counts, not its mean: an event may be shorter than a slot.
        scores_SCK = torch.where(weights_SC[:, :, None] > 0, self._scores_CK[inside_C][None], -torch.inf)
        seen_SGH = None
        if self._seen_CGH is not None:
            seen_SGH = torch.einsum("sc,cgh->sgh", weights_SC, self._seen_CGH[inside_C].float())
        return ShownWindows(
            tokens_BSGD=torch.einsum("sc,cgd->sgd", weights_SC, self._grouped(self._tokens_CQD[inside_C]))[None],
            prompt_BSGD=torch.einsum("sc,cgd->sgd", weights_SC, self._grouped(self._prompt_CQD[inside_C]))[None],
            scores_BSK=with_changes(scores_SCK.amax(dim=1))[None],
            seen_BSGH=None if seen_SGH is None else seen_SGH[None],
        )

    def _grouped(self, tokens_CQD: Tensor) -> Tensor:
        """[C, G, D] means of groups of query tokens, in float32."""
        clips, _, width = tokens_CQD.shape
        return tokens_CQD.float().reshape(clips, self._groups, -1, width).mean(dim=2)


def stacked(windows: Sequence[ShownWindows]) -> ShownWindows:
    """Several windows as one batch; all with the encoder's tokens, or none."""
    seen = [window.seen_BSGH for window in windows if window.seen_BSGH is not None]
    if len(seen) not in (0, len(windows)):
        raise ValueError("some windows have the encoder's own tokens and some have not")
    return ShownWindows(
        torch.cat([window.tokens_BSGD for window in windows]),
        torch.cat([window.prompt_BSGD for window in windows]),
        torch.cat([window.scores_BSK for window in windows]),
        None if not seen else torch.cat(seen),
    )


def slot_weights(starts_C: Tensor, ends_C: Tensor, window: Window) -> Tensor:
    """[S, C] share of each clip in each slot: by overlap in time; a slot that no clip covers takes the nearest clip."""
    edges_E = torch.tensor([window.edge_ms(index) for index in range(window.slots + 1)], dtype=torch.float32)
    lows_S1, highs_S1 = edges_E[:-1, None], edges_E[1:, None]
    shared_SC = (
        torch.minimum(highs_S1, ends_C[None].float()) - torch.maximum(lows_S1, starts_C[None].float())
    ).clamp_min(0)
    distance_SC = ((lows_S1 + highs_S1) / 2 - (starts_C + ends_C)[None] / 2).abs()
    nearest_SC = torch.nn.functional.one_hot(distance_SC.argmin(dim=1), len(starts_C)).float()
    weights_SC = torch.where(shared_SC.sum(dim=1, keepdim=True) > 0, shared_SC, nearest_SC)
    return weights_SC / weights_SC.sum(dim=1, keepdim=True)


def with_changes(scores_SK: Tensor) -> Tensor:
    """[S, K + 2]: the features of each slot, the rise of fused from the slot before and its fall to the slot after."""
    fused_S = scores_SK[:, 3]
    change_S = fused_S.diff()
    edge_1 = fused_S.new_zeros(1)
    return torch.cat(
        [scores_SK, torch.stack([torch.cat([edge_1, change_S]), torch.cat([-change_S, edge_1])], 1)], dim=1
    )


def score_features(track: ScoreTrack) -> Tensor:
    """[C, K - 2] scores on the scale that the adaptor takes: logits, and fused above its video's median."""
    branches_CK = torch.tensor([track.raw, track.long, track.short, track.fused], dtype=torch.float32).T
    logits_CK = torch.logit(branches_CK, eps=1e-6).clamp(-_LOGIT_LIMIT, _LOGIT_LIMIT) / _LOGIT_SCALE
    above_C1 = logits_CK[:, 3:] - logits_CK[:, 3].median()
    return torch.cat([logits_CK, above_C1], dim=1)
