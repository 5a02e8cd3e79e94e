"""The VADor: Q-Formers over the tokens of a clip, each with its anomaly predictor.

Dimensions: C clips, T clip tokens (F of the paper), D width, M members, Q queries of a member, L = 2 logits.
Paper: section 1.1 of Lv and Sun (arXiv 2401.05702); the clip score is the maximum over queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import Blip2QFormerConfig, Blip2QFormerModel


class AnomalyPredictor(nn.Module):
    """AP of the paper: Linear, LayerNorm, Linear, and no activation."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(dim, hidden), nn.LayerNorm(hidden), nn.Linear(hidden, 2))

    def forward(self, tokens_CQD: Tensor) -> Tensor:
        """[C, Q, L] logits of normal and abnormal."""
        logits: Tensor = self.layers(tokens_CQD)
        return logits


class VideoQFormer(nn.Module):
    """Learned queries that look at the tokens of one clip, or at those of some kinds.

    The tokens are of different kinds (appearance, motion, flow), so each kind gets its own linear map before the
    queries look at them: attention's keys and values, shared by all tokens, would mix what cannot be compared.
    The Q-Former's output is added, through a gate that starts closed, to the plain sum of the mapped tokens: a few
    dozen weakly labelled videos teach a linear model well and an attention from scratch badly (`ml/LOG.md`).
    """

    def __init__(self, *, dim: int, kinds: Sequence[int], queries: int, layers: int, heads: int) -> None:
        super().__init__()
        self.kinds = list(kinds)
        tokens = len(self.kinds)
        self.kind_TDD = nn.Parameter(torch.randn(tokens, dim, dim) / dim**0.5)
        self.place_TD = nn.Parameter(torch.randn(tokens, dim) * 0.1)
        self.gate = nn.Parameter(torch.zeros(()))
        self.queries_QD = nn.Parameter(torch.randn(1, queries, dim) * 0.5)
        self.former = Blip2QFormerModel(
            Blip2QFormerConfig(
                hidden_size=dim,
                num_hidden_layers=layers,
                num_attention_heads=heads,
                intermediate_size=2 * dim,
                cross_attention_frequency=1,
                encoder_hidden_size=dim,
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
                initializer_range=0.1,
            )
        )

    def forward(self, tokens_CTD: Tensor) -> Tensor:
        """[C, Q, D]"""
        queries = self.queries_QD.expand(len(tokens_CTD), -1, -1)
        seen_CTD = torch.einsum("ctd,tde->cte", tokens_CTD[:, self.kinds], self.kind_TDD) + self.place_TD
        output: Tensor = self.former(
            query_embeds=queries, query_length=queries.shape[1], encoder_hidden_states=seen_CTD
        ).last_hidden_state
        added_CQD: Tensor = seen_CTD.sum(1, keepdim=True) / seen_CTD.shape[1] ** 0.5 + self.gate * output
        return added_CQD


class Specialist(nn.Module):
    """One kind of token as it is, in the shape of a Q-Former's output: all its queries see the same.

    One kind has a few dozen values; attention would have nothing to choose from, and every further layer only learns a
    few dozen videos by heart (`ml/LOG.md`). All that is trained of a specialist is its predictor.
    """

    def __init__(self, *, kind: int, queries: int) -> None:
        super().__init__()
        self.kind, self.queries = kind, queries

    def forward(self, tokens_CTD: Tensor) -> Tensor:
        """[C, Q, D]"""
        return tokens_CTD[:, self.kind, None].expand(-1, self.queries, -1)


@dataclass(frozen=True)
class VadorOutput:
    """What the members make of clips."""

    tokens_CMQD: Tensor
    """Of the members that see all kinds of token; a specialist has a vote but nothing to show."""
    logits_CML: Tensor
    """Logits of each member's highest query."""

    @property
    def anomaly_logit_CM(self) -> Tensor:
        """Log-odds of abnormal."""
        return self.logits_CML[..., 1] - self.logits_CML[..., 0]

    @property
    def probability_C(self) -> Tensor:
        """The clip score: probability of abnormal, averaged over members."""
        return self.anomaly_logit_CM.sigmoid().mean(1)


class Vador(nn.Module):
    """M pairs of Q-Former and predictor over the same clip tokens.

    The first `members` pairs show what they see to the language model. After them come the specialists, which have a
    vote but nothing to show.
    """

    def __init__(
        self, formers: Sequence[nn.Module], predictors: Sequence[nn.Module], *, members: int, dropout: float
    ) -> None:
        """Args:
        formers: each makes [C, Q, D] of clip tokens [C, T, D].
        predictors: each makes [C, Q, L] of what the former at its place saw.
        members: how many of them, from the first on, are no specialists.
        dropout: on clip tokens while training.
        """
        super().__init__()
        if len(formers) != len(predictors) or not 1 <= members <= len(formers):
            raise ValueError(f"{len(formers)} formers, {len(predictors)} predictors and {members} members do not match")
        self.formers = nn.ModuleList(formers)
        self.members = members
        self.predictors = nn.ModuleList(predictors)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens_CTD: Tensor) -> VadorOutput:
        """Tokens and highest-query logits of every member.

        Raises:
            ValueError: tokens that are not [C, T, D].
        """
        return self.predicted(self.features(tokens_CTD))

    def features(self, tokens_CTD: Tensor) -> Tensor:
        """[C, M, Q, D]: what every former, specialists included, sees in clips (x of the paper).

        Raises:
            ValueError: tokens that are not [C, T, D].
        """
        if tokens_CTD.dim() != 3:
            raise ValueError(f"clip tokens must be [C, T, D], not {tuple(tokens_CTD.shape)}")
        return torch.stack([former(self.dropout(tokens_CTD)) for former in self.formers], 1)

    def predicted(self, features_CMQD: Tensor) -> VadorOutput:
        """The predictors' view of what the formers saw, or of that with context added (x~ of the paper)."""
        logits = [highest_query(predictor(features_CMQD[:, place])) for place, predictor in enumerate(self.predictors)]
        return VadorOutput(features_CMQD[:, : self.members], torch.stack(logits, 1))


def gated_vador(
    *,
    dim: int,
    tokens: int,
    members: int,
    specialists: int,
    queries: int,
    layers: int,
    heads: int,
    hidden: int,
    dropout: float,
) -> Vador:
    """An ensemble of small Q-Formers that phase 1 trains.

    The first `members` see all tokens. After them come the specialists, as many as wanted for each kind of token, which
    see nothing else: what one kind learnt by heart, the others outvote.
    """
    wide: list[nn.Module] = [
        VideoQFormer(dim=dim, kinds=range(tokens), queries=queries, layers=layers, heads=heads) for _ in range(members)
    ]
    narrow = [Specialist(kind=kind, queries=queries) for _ in range(specialists) for kind in range(tokens)]
    formers = [*wide, *narrow]
    return Vador(formers, [AnomalyPredictor(dim, hidden) for _ in formers], members=members, dropout=dropout)


def single_vador(former: nn.Module, *, dim: int, hidden: int) -> Vador:
    """One former, as in the paper, and its predictor: at 768 and 64 it has 49,474 trained numbers (section 1.1).

    Args:
        former: the frozen video Q-Former (`ml.model.video_llama_former`).
        dim: width of its output.
        hidden: hidden width of the predictor.
    """
    return Vador([former], [AnomalyPredictor(dim, hidden)], members=1, dropout=0.0)


def highest_query(logits_CQL: Tensor) -> Tensor:
    """[C, L] logits of the query with the highest probability of abnormal."""
    odds_CQ = logits_CQL[..., 1] - logits_CQL[..., 0]
    best = odds_CQ.argmax(-1)
    return logits_CQL[torch.arange(len(logits_CQL), device=logits_CQL.device), best]
