"""The paper's frozen frame encoder as a backbone: EVA-CLIP ViT-g/14, then BLIP-2's image Q-Former.

Dimensions: T frames, C clips, H x W pixels, P patch tokens of a frame (257), Q = 32 queries of a frame, D = 768.

A clip's tokens F are the image Q-Former's outputs for its frames, side by side (reference sections 1.1 and 1.3):
8 frames of 32 queries give 256 tokens of 768 values. The network is transformers' `Blip2VisionModel`, which differs
from the published EVA code in names, and in four things that are taken care of here or by `ml.checkpoints`:

* EVA keeps a bias for queries and one for values, and none for keys; here they are one vector with zeros between.
* EVA has 40 blocks and a norm and head of its own. BLIP-2 takes the output of block 39 (2nd to last), so 39 are built.
* `ln_vision` of BLIP-2, applied to all 257 tokens, is `post_layernorm` here; its epsilon is 1e-5, while the blocks'
  is 1e-6, which transformers uses for both.
* transformers keeps the Q-Former in float32; here it has the encoder's dtype, as under the published autocast.

Frames come resized to the square, aspect ratio not kept, as in the published code. That code then crops at random,
even when it evaluates; here nothing is random, so that features can be stored and scores repeated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import Blip2VisionConfig, Blip2VisionModel

from ml.errors import ProfileInvalid, WeightsInvalid
from ml.model.backbone import TOKENS_GROUP
from ml.model.frozen_weights import built_on_meta, fill_frozen
from ml.model.pretrained import torch_dtype
from ml.model.query_former import meta_query_former
from ml.model.weights_folder import check_folder, read_description, resolve_weights, weights_identity
from ml.profiles.sections import Profile
from ml.video.reading import FrameChunk

FEATURE_VERSION = 1
"""Raised when features are computed in another way, so that the store's old entries are not found."""
VISION_DIR, IMAGE_QFORMER_DIR = "vision", "qformer"
VISION_TYPE = "blip_2_vision_model"
LN_VISION_EPS = 1e-5
PIXEL_MEAN = (0.48145466, 0.4578275, 0.40821073)
PIXEL_STD = (0.26862954, 0.26130258, 0.27577711)
"""Of CLIP, for pixels in [0, 1]."""


class EvaBlip2Backbone:
    """Frames of clips -> group "tokens" [c, frames * Q, D]; the networks are loaded at the first frame."""

    def __init__(
        self,
        folder: Path,
        *,
        frames_per_clip: int,
        input_px: int,
        tokens: int,
        width: int,
        dtype: str,
        device: torch.device,
    ) -> None:
        """Reads what the folder says of itself, and no weights.

        Args:
            folder: holds `vision` and `qformer`, as `python -m ml.checkpoints convert` writes them.
            frames_per_clip: frames whose tokens make a clip.
            input_px, tokens, width: what the profile expects of the weights.
            dtype: float16 and bfloat16 become float32 where the device is slow at them.
            device: where the networks run.

        Raises:
            WeightsInvalid: a folder that is missing, incomplete or broken.
            ProfileInvalid: weights of other sizes than the profile's.
        """
        for name in (VISION_DIR, IMAGE_QFORMER_DIR):
            check_folder(folder / name)
        self._folder, self._device = folder, device
        self._dtype = torch_dtype(dtype, device)
        self._vision = meta_vision_model(folder / VISION_DIR)
        self._qformer = meta_query_former(folder / IMAGE_QFORMER_DIR)
        self._is_loaded = False
        self._frames_per_clip = frames_per_clip
        self.group_shapes: Mapping[str, tuple[int, ...]] = {TOKENS_GROUP: (tokens, width)}
        self._check_sizes(input_px, tokens, width)
        parts = "-".join(weights_identity(folder / name)[:16] for name in (VISION_DIR, IMAGE_QFORMER_DIR))
        self.identity = f"eva_blip2-v{FEATURE_VERSION}-{parts}-{dtype}"

    def clip_groups(self, chunks: Iterable[FrameChunk]) -> Iterator[dict[str, Tensor]]:
        """Tokens [c, frames * Q, D] in half precision on the CPU, for each chunk in order.

        On a GPU the next chunk is already on its way when a chunk's tokens are waited for.
        """
        under_way: deque[tuple[Tensor, torch.cuda.Event | None]] = deque()
        for chunk in chunks:
            tokens_CTD = self.clip_tokens(torch.from_numpy(chunk.frames_THWC)).half()
            under_way.append((tokens_CTD.to("cpu", non_blocking=True), self._recorded()))
            if len(under_way) > 1:
                yield {TOKENS_GROUP: _arrived(*under_way.popleft())}
        for tokens_CTD, copied in under_way:
            yield {TOKENS_GROUP: _arrived(tokens_CTD, copied)}

    @torch.no_grad()
    def clip_tokens(self, frames_THWC: Tensor) -> Tensor:
        """F: [C, frames * Q, D] on the device, of uint8 frames that make whole clips.

        Raises:
            ValueError: frames that are not [T, H, W, 3], or that leave a clip unfinished.
        """
        if frames_THWC.dim() != 4 or frames_THWC.shape[-1] != 3 or len(frames_THWC) % self._frames_per_clip:
            raise ValueError(
                f"frames must be [T, H, W, 3] with T a multiple of {self._frames_per_clip}, "
                f"not {tuple(frames_THWC.shape)}"
            )
        self._load()
        pixels_TCHW = frames_THWC.to(self._device).permute(0, 3, 1, 2).float() / 255
        mean, std = (pixels_TCHW.new_tensor(values)[:, None, None] for values in (PIXEL_MEAN, PIXEL_STD))
        patches_TPE = self._vision(((pixels_TCHW - mean) / std).to(self._dtype)).last_hidden_state
        queries_TQD: Tensor = self._qformer(patches_TPE)
        return queries_TQD.reshape(-1, self._frames_per_clip * queries_TQD.shape[1], queries_TQD.shape[2])

    def _load(self) -> None:
        if self._is_loaded:
            return
        for network, name in ((self._vision, VISION_DIR), (self._qformer, IMAGE_QFORMER_DIR)):
            fill_frozen(network, self._folder / name, dtype=self._dtype, device=self._device)
        self._is_loaded = True

    def _recorded(self) -> torch.cuda.Event | None:
        """What tells that everything asked of the GPU so far is done; None on a CPU, which never lags behind."""
        if self._device.type != "cuda":
            return None
        event = torch.cuda.Event()  # type: ignore[no-untyped-call]
        event.record()
        return event

    def _check_sizes(self, input_px: int, tokens: int, width: int) -> None:
        vision, former = self._vision.config, self._qformer.config
        found_tokens = self._frames_per_clip * self._qformer.query_tokens.shape[1]
        pairs = (
            ("encoder.input_px", input_px, vision.image_size),
            (f"encoder.tokens ({self._frames_per_clip} frames of a clip)", tokens, found_tokens),
            ("encoder.width", width, former.hidden_size),
        )
        for name, wanted, found in pairs:
            if wanted != found:
                raise ProfileInvalid(f"{name} is {wanted} but the weights in {self._folder.name!r} give {found}")
        if former.encoder_hidden_size != vision.hidden_size:
            raise WeightsInvalid(
                f"{self._folder.name!r}: its Q-Former looks at {former.encoder_hidden_size} values, its vision model "
                f"gives {vision.hidden_size}; take both from one conversion"
            )


def build_eva_blip2(profile: Profile, weights_dir: str, device: torch.device) -> EvaBlip2Backbone:
    """The backbone of a profile with `encoder.name` eva_blip2.

    Raises:
        WeightsInvalid: weights that are missing or broken; the message says where they were looked for.
        ProfileInvalid: weights of other sizes than the profile's, or a quantization.
    """
    encoder = profile.encoder
    if encoder.quantization != "none":
        raise ProfileInvalid(
            f"profile {profile.name!r}: encoder.quantization {encoder.quantization} is not for eva_blip2, whose "
            "weights take 2 GB; set it to none"
        )
    return EvaBlip2Backbone(
        resolve_weights(encoder.weights, encoder.revision, weights_dir),
        frames_per_clip=profile.sampling.frames_per_clip,
        input_px=encoder.input_px,
        tokens=encoder.tokens,
        width=encoder.width,
        dtype=encoder.dtype,
        device=device,
    )


def meta_vision_model(folder: Path) -> Any:
    """The `Blip2VisionModel` that a folder's config.json describes, on the meta device: shapes and no memory.

    Raises:
        WeightsInvalid: no config.json, or one of something else, or of sizes that make no network.
    """
    values = read_description(folder / "config.json")
    if values.get("model_type") != VISION_TYPE:
        raise WeightsInvalid(
            f"{folder / 'config.json'} describes a {values.get('model_type')!r}, not a {VISION_TYPE}; "
            "make the folder with `python -m ml.checkpoints convert`"
        )
    vision = built_on_meta(lambda: Blip2VisionModel(Blip2VisionConfig.from_dict(values)), folder)
    vision.post_layernorm.eps = LN_VISION_EPS
    return vision


def _arrived(tokens_CTD: Tensor, copied: torch.cuda.Event | None) -> Tensor:
    if copied is not None:
        copied.synchronize()
    return tokens_CTD
