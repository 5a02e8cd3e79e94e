"""What the detector says of clips once it knows their long-term context.

Dimensions: C clips, M members, Q queries, D width.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ml.model.vador import VadorOutput


@dataclass(frozen=True)
class BranchOutputs:
    """Scores without and with context, and what the language model is shown."""

    raw: VadorOutput
    """Without context; the lists are made from its scores."""
    long: VadorOutput
    """With the normal and the abnormal list."""
    short: VadorOutput
    """With the history; mode paper fuses everything into one feature, so there it is the same as `long`."""
    scored: tuple[VadorOutput, ...]
    """Those whose log-odds make the fused score."""
    taught: tuple[VadorOutput, ...]
    """Those whose losses phase 2 adds up."""
    tokens_CQD: Tensor
    """What the raw branch's Q-Formers saw, members side by side."""
    prompt_CQD: Tensor
    """The anomaly prompt, of the same shape."""
