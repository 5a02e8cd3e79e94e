"""The VADor: an ensemble of small Q-Formers, each with its anomaly predictor.

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
    """M independent pairs of Q-Former and predictor over the same clip tokens.

    The first `members` see all tokens. After them come the specialists, as many as wanted for each kind of token, which
    see nothing else: what one kind learnt by heart, the others outvote.
    """

    def __init__(
        self,
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
    ) -> None:
        super().__init__()
        views = [range(tokens)] * members + [range(kind, kind + 1) for kind in range(tokens)] * specialists
        self.formers = nn.ModuleList(
            [VideoQFormer(dim=dim, kinds=view, queries=queries, layers=layers, heads=heads) for view in views]
        )
        self.members = members
        self.predictors = nn.ModuleList([AnomalyPredictor(dim, hidden) for _ in views])
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens_CTD: Tensor) -> VadorOutput:
        """Tokens and highest-query logits of every member.

        Raises:
            ValueError: tokens that are not [C, T, D].
        """
        if tokens_CTD.dim() != 3:
            raise ValueError(f"clip tokens must be [C, T, D], not {tuple(tokens_CTD.shape)}")
        tokens, logits = [], []
        for former, predictor in zip(self.formers, self.predictors, strict=True):
            seen_CQD = former(self.dropout(tokens_CTD))
            tokens.append(seen_CQD)
            logits.append(highest_query(predictor(seen_CQD)))
        return VadorOutput(torch.stack(tokens[: self.members], 1), torch.stack(logits, 1))


def highest_query(logits_CQL: Tensor) -> Tensor:
    """[C, L] logits of the query with the highest probability of abnormal."""
    odds_CQ = logits_CQL[..., 1] - logits_CQL[..., 0]
    best = odds_CQ.argmax(-1)
    return logits_CQL[torch.arange(len(logits_CQL), device=logits_CQL.device), best]
