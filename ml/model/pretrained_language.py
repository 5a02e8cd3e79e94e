"""A pretrained LLM as the voice of a model version: frozen, with adaptors (and LoRA matrices) that phase 3 trains.

What is trained is float32; the frozen weights keep the precision of the profile. An artefact holds the trained weights
and names the frozen ones by their hash (`FrozenWeights`), so that they are never used with others.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from ml.errors import JobInvalid, WeightsInvalid
from ml.model.adaptor import Adaptor
from ml.model.language import VideoLanguageModel
from ml.model.lora import add_lora
from ml.model.pretrained import load_llm
from ml.model.scored_video import ScoredVideo
from ml.model.weights_folder import resolve_weights, weights_identity
from ml.profiles.language import LanguageProfile
from ml.text.pretrained_tokenizer import PretrainedTokenizer

ADAPTOR_FILE = Path("adaptor", "model.safetensors")
"""Initial weights of the adaptors, beside the LLM's folder; a converted checkpoint has them."""
_RESCALED = ("final_logit_softcapping", "logit_scale", "logits_scaling")
_AS_THEY_ARE = (None, 1)


@dataclass(frozen=True)
class FrozenWeights:
    """Which frozen weights a model version was trained with."""

    weights: str
    """As the profile names them."""
    revision: str
    sha256: str


def pretrained_language(
    profile: LanguageProfile, *, token_dim: int, weights_dir: str | Path, device: torch.device
) -> tuple[VideoLanguageModel, PretrainedTokenizer, FrozenWeights]:
    """The LLM that a profile names, its adaptors new (or as the weights bring them), only what it trains requiring a
    gradient. New weights come from torch's random state.

    Raises:
        WeightsInvalid: weights that are missing, broken, or of a kind that cannot be used.
    """
    folder, frozen = frozen_weights(profile, weights_dir)
    dtype = "float32" if profile.trained == "all" else profile.dtype
    llm, tokenizer = load_llm(folder, dtype=dtype, device=device, quantization=profile.quantization)
    _check_head(llm, folder)
    speech = PretrainedTokenizer(tokenizer, profile.spoken.verdicts)
    adaptor = new_adaptor(llm, token_dim=token_dim, score_tokens=profile.score_tokens)
    if profile.encoder_tokens:
        adaptor.start_from_seen()
    if (initial := folder.parent / ADAPTOR_FILE).is_file():
        _initialise(adaptor, initial)
    if profile.trained == "adaptor_lora":
        add_lora(llm, profile, profile.weights)
    else:
        llm.requires_grad_(profile.trained == "all")
    if profile.gradient_checkpointing:
        # Of the non-reentrant form: gradients reach the adaptors although no weight of a frozen block asks for one.
        llm.activation_checkpointing_enable()  # type: ignore[operator]
    model = VideoLanguageModel(llm, adaptor.to(device), speech, has_autocast=_is_bfloat16(profile, llm))
    return model, speech, frozen


def frozen_weights(profile: LanguageProfile, weights_dir: str | Path) -> tuple[Path, FrozenWeights]:
    """The folder that a profile names, and what is in it, without loading it.

    Raises:
        WeightsInvalid: there is no such folder, or nothing in it.
    """
    folder = resolve_weights(profile.weights, profile.revision, weights_dir)
    return folder, FrozenWeights(profile.weights, profile.revision, weights_identity(folder))


def check_seen(scored: ScoredVideo, model: VideoLanguageModel, profile: LanguageProfile) -> None:
    """Raises JobInvalid where the encoder's own tokens are to be shown to an LLM of another width."""
    if not profile.encoder_tokens:
        return
    width = model.adaptor.video_proj.out_features
    if scored.seen_CGH is None or scored.seen_CGH.shape[2] != width:
        found = "none" if scored.seen_CGH is None else f"tokens of {scored.seen_CGH.shape[2]} values"
        raise JobInvalid(
            f"language.encoder_tokens: the encoder gives {found} but {profile.weights} takes {width} values; "
            "name the encoder's own weights in language.weights, or switch encoder_tokens off"
        )


def new_adaptor(llm: Any, *, token_dim: int, score_tokens: bool) -> Adaptor:
    """Adaptors to the width of an LLM, whose tokens start as large as its words."""
    weight_WH: Tensor = llm.get_input_embeddings().weight
    adaptor = Adaptor(token_dim, weight_WH.shape[1], score_tokens=score_tokens)
    if not weight_WH.is_meta:
        adaptor.match_size(float(weight_WH.float().std()))
    return adaptor


def _check_head(llm: Any, folder: Path) -> None:
    """Logits are taken right from the output matrix: a model that rescales them afterwards would be misread."""
    rescaled = [name for name in _RESCALED if getattr(llm.config, name, None) not in _AS_THEY_ARE]
    if rescaled:
        raise WeightsInvalid(
            f"{folder}: {type(llm).__name__} rescales its logits ({rescaled[0]}), which is not supported; "
            "use a Llama, Qwen, Mistral, SmolLM or a like language model"
        )


def _is_bfloat16(profile: LanguageProfile, llm: Any) -> bool:
    """Whether the matrices run in bfloat16: as the profile says, where this device is fast at it."""
    weight_WH: Tensor = llm.get_input_embeddings().weight
    if profile.trained == "all":
        return profile.dtype == "bfloat16" and weight_WH.is_cuda
    return weight_WH.dtype == torch.bfloat16


def _initialise(adaptor: nn.Module, file: Path) -> None:
    """Puts a checkpoint's adaptors in place of the new ones; what it does not have stays new."""
    try:
        given = load_file(file)
    except (OSError, SafetensorError) as error:
        raise WeightsInvalid(
            f"{file} cannot be read ({' '.join(str(error).split())}); convert the weights again"
        ) from None
    own = dict(adaptor.named_parameters())
    for name, value in given.items():
        if name not in own:
            raise WeightsInvalid(f"{file} holds an unknown {name!r}; known are {', '.join(sorted(own))}")
        if own[name].shape != value.shape:
            raise WeightsInvalid(
                f"{file}: {name} is {list(value.shape)} but the detector and the language model need "
                f"{list(own[name].shape)}; it belongs to another profile"
            )
        with torch.no_grad():
            own[name].copy_(value)
