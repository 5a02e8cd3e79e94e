"""Video-LLaMA's video Q-Former: the frozen half of the paper's VADor (reference section 1.1).

Dimensions: C clips, T clip tokens (frames x 32 queries of each), D = 768 width, Q = 32 queries.
BERT's layers cut to two, with cross-attention in both; 32 learned queries look at the 256 tokens of a clip, to each
of which the embedding of its frame's place in the clip is added.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from ml.errors import ProfileInvalid, WeightsInvalid
from ml.model.frozen_weights import fill_frozen
from ml.model.query_former import FRAME_POSITIONS_KEY, QueryFormer, meta_query_former
from ml.model.weights_folder import check_folder, resolve_weights, weights_identity
from ml.profiles.sections import Profile

VIDEO_QFORMER_DIR = "video_qformer"


class VideoLlamaFormer(nn.Module):
    """Frozen queries over the tokens of a clip.

    Its network is kept out of the module tree on purpose: it is always in evaluation mode (the published code leaves
    its dropout on while training), no optimiser sees it, and no checkpoint or artefact holds a copy of it. Gradients
    flow through it to what is added to the tokens. What an artefact does hold is the sha256 of the weights that it was
    trained with, and it is refused with others.
    """

    def __init__(self, network: QueryFormer, *, frame_tokens: int, weights_sha256: str) -> None:
        """Args:
        network: filled, with an embedding of frame positions.
        frame_tokens: tokens of one frame, which share a position.
        weights_sha256: 64 hex digits that name the network's weights.
        """
        super().__init__()
        self._hidden = (network,)
        self.frame_tokens = frame_tokens
        self.weights_sha256: Tensor
        self.register_buffer("weights_sha256", torch.tensor(list(bytes.fromhex(weights_sha256)), dtype=torch.uint8))

    @property
    def network(self) -> QueryFormer:
        """The frozen weights."""
        return self._hidden[0]

    def forward(self, tokens_CTD: Tensor) -> Tensor:
        """[C, Q, D]

        Raises:
            ValueError: tokens that are no whole frames, or more frames than there are positions.
        """
        clips, tokens, width = tokens_CTD.shape
        positions = self.network.frame_positions.weight
        frames = tokens // self.frame_tokens
        if tokens % self.frame_tokens or frames > len(positions):
            raise ValueError(
                f"{tokens} clip tokens are not {self.frame_tokens} of each of at most {len(positions)} frames"
            )
        framed = tokens_CTD.view(clips, frames, self.frame_tokens, width) + positions[:frames, None]
        seen: Tensor = self.network(framed.flatten(1, 2))
        return seen

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        self.network._apply(fn)  # type: ignore[no-untyped-call]
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        return self

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        saved = state_dict.get(f"{prefix}weights_sha256")
        if saved is not None and saved.tolist() != self.weights_sha256.tolist():
            raise WeightsInvalid(
                f"the model was trained with the video Q-Former {_hex(saved)}, but {_hex(self.weights_sha256)} is at "
                "hand; point the weights root at the folder it was trained with"
            )
        super()._load_from_state_dict(state_dict, prefix, *args)


def build_video_llama_former(profile: Profile, weights_dir: str) -> VideoLlamaFormer:
    """The former of a profile with `detector.former` video_llama; it lies beside the weights of the encoder.

    Raises:
        WeightsInvalid: weights that are missing or broken.
        ProfileInvalid: weights of other sizes than the profile's.
    """
    encoder, sizes = profile.encoder, profile.detector
    folder = resolve_weights(encoder.weights, encoder.revision, weights_dir)
    former = load_video_llama_former(folder, frame_tokens=encoder.tokens // profile.sampling.frames_per_clip)
    config, queries = former.network.config, former.network.query_tokens.shape[1]
    pairs = (
        ("detector.token_dim", sizes.token_dim, config.encoder_hidden_size),
        ("detector.queries", sizes.queries, queries),
        ("detector.layers", sizes.layers, config.num_hidden_layers),
        ("detector.heads", sizes.heads, config.num_attention_heads),
    )
    for name, wanted, found in pairs:
        if wanted != found:
            raise ProfileInvalid(f"{name} is {wanted} but the video Q-Former in {folder.name!r} has {found}")
    return former


def load_video_llama_former(folder: Path, *, frame_tokens: int, device: torch.device | None = None) -> VideoLlamaFormer:
    """The former of a folder of converted weights, in float32.

    Args:
        folder: holds `video_qformer`, as `python -m ml.checkpoints convert` writes it.
        frame_tokens: tokens of one frame: clip tokens over frames of a clip.
        device: where it goes; the CPU unless said otherwise.

    Raises:
        WeightsInvalid: a folder that is missing, broken or of another network.
    """
    place = folder / VIDEO_QFORMER_DIR
    check_folder(place)
    network = meta_query_former(place)
    if not hasattr(network, "frame_positions"):
        raise WeightsInvalid(
            f"{place / 'config.json'} has no {FRAME_POSITIONS_KEY}: it is of an image Q-Former; convert it again"
        )
    fill_frozen(network, place, dtype=torch.float32, device=device or torch.device("cpu"))
    return VideoLlamaFormer(network, frame_tokens=frame_tokens, weights_sha256=weights_identity(place))


def _hex(sha256: Tensor) -> str:
    return bytes(sha256.tolist()).hex()[:12]
