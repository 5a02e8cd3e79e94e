"""BLIP-2's querying transformer with its learned queries, read from a folder of converted weights.

Dimensions: N frames or clips, S seen tokens of each, E their width, Q queries, D width of a query. D is 768 and Q is 32
in the paper. Both Q-Formers of the paper are of this kind (reference section 1.1): the image Q-Former looks at the
patches of one frame, the video Q-Former at the image Q-Former's output for the frames of a clip.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import Blip2QFormerConfig, Blip2QFormerModel

from ml.errors import WeightsInvalid
from ml.model.frozen_weights import built_on_meta
from ml.model.weights_folder import read_description

QFORMER_TYPE = "blip_2_qformer"
QUERIES_KEY = "num_query_tokens"
FRAME_POSITIONS_KEY = "num_frame_positions"


class QueryFormer(nn.Module):
    """Learned queries that look at what an encoder saw."""

    def __init__(self, config: Blip2QFormerConfig, *, queries: int, frame_positions: int = 0) -> None:
        """Args:
        config: sizes and cross-attention of the Q-Former.
        queries: number of learned queries.
        frame_positions: rows of the embedding of a frame's place in its clip; 0 where the former sees single frames.
        """
        super().__init__()
        self.config = config
        self.query_tokens = nn.Parameter(torch.zeros(1, queries, config.hidden_size))
        self.former = Blip2QFormerModel(config)
        if frame_positions:
            self.frame_positions = nn.Embedding(frame_positions, config.encoder_hidden_size)

    def forward(self, seen_NSE: Tensor) -> Tensor:
        """[N, Q, D]"""
        queries = self.query_tokens.expand(len(seen_NSE), -1, -1)
        output: Tensor = self.former(
            query_embeds=queries, query_length=queries.shape[1], encoder_hidden_states=seen_NSE
        ).last_hidden_state
        return output


def meta_query_former(folder: Path) -> QueryFormer:
    """The former that a folder's config.json describes, on the meta device: shapes and no memory.

    Raises:
        WeightsInvalid: no config.json, or one of something else, or of sizes that make no network.
    """
    values = dict(read_description(folder / "config.json"))
    queries, positions = values.pop(QUERIES_KEY, None), values.pop(FRAME_POSITIONS_KEY, 0)
    if values.get("model_type") != QFORMER_TYPE or not isinstance(queries, int) or not isinstance(positions, int):
        raise WeightsInvalid(
            f"{folder / 'config.json'} describes a {values.get('model_type')!r}, not a {QFORMER_TYPE} with its "
            f"{QUERIES_KEY}; make the folder with `python -m ml.checkpoints convert`"
        )
    return built_on_meta(
        lambda: QueryFormer(Blip2QFormerConfig.from_dict(values), queries=queries, frame_positions=positions), folder
    )
