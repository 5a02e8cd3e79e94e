"""The loss on preference pairs: odds ratio preference optimisation, which needs no second, frozen model.

ORPO (Hong, Lee and Thorne 2024, arXiv 2403.07691, equations 4 to 7): beside the cross-entropy of the preferred answer,
`L_OR = -log sigmoid(log(odds(chosen) / odds(rejected)))` with `odds(y) = p(y) / (1 - p(y))`, where `log p(y)` is the
mean log-probability of y's tokens. Chosen because phase 3 has the cross-entropy already and a reference model would
double the memory of a 7B LLM.
"""

from __future__ import annotations

import torch
from torch import Tensor

_SUREST = -1e-6
"""Log-probabilities are kept below this: an answer of probability 1 has no odds."""


def odds_ratio_losses(chosen_B: Tensor, rejected_B: Tensor) -> Tensor:
    """[B] loss of each pair from the mean log-probabilities of a token of the two answers."""
    return -torch.nn.functional.logsigmoid(_log_odds(chosen_B) - _log_odds(rejected_B))


def _log_odds(log_p_B: Tensor) -> Tensor:
    log_p_B = log_p_B.clamp_max(_SUREST)
    return log_p_B - torch.log(-torch.expm1(log_p_B))
