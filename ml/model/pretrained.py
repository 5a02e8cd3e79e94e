"""Frozen pretrained models from folders: networks, LLMs, tokenizers, in the wanted precision, or one clear line.

`ml.model.weights_folder` finds the folder and checks it; here it becomes modules. No code that comes with weights is
run, nothing is fetched, and a tensor that is missing or of another shape is an error, never a random start.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import transformers
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMultimodalLM, AutoTokenizer, BitsAndBytesConfig
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING, MODEL_FOR_MULTIMODAL_LM_MAPPING

from ml.errors import WeightsInvalid
from ml.model.text_tower import TextTower
from ml.model.weights_folder import check_folder, read_description

LOADING_ERRORS = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RuntimeError,
    ImportError,
    SafetensorError,
    StrictDataclassError,
)
"""What transformers raises at files that are not what they should be."""
DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}
QUANTIZED_FLAGS = ("is_quantized", "is_loaded_in_4bit", "quantization_method", "hf_quantizer")
"""What transformers notes on a 4-bit model; peft reads it."""


def torch_dtype(name: str, device: torch.device) -> torch.dtype:
    """The arithmetic that a profile names, where this device is fast at it, else float32."""
    if device.type == "cuda" or name == "float32":
        return DTYPES[name]
    is_fast = name == "bfloat16" and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return torch.bfloat16 if is_fast else torch.float32


def pretrained_config(folder: Path) -> Any:
    """The configuration in a folder, as transformers' class for its model type.

    Raises:
        WeightsInvalid: a folder that `check_folder` refuses, or a model type that transformers does not know.
    """
    check_folder(folder)
    try:
        return AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except LOADING_ERRORS as error:
        raise WeightsInvalid(f"{folder / 'config.json'}: {_one_line(error)}") from None


def load_pretrained(
    kind: Any,
    folder: Path,
    *,
    dtype: torch.dtype,
    device: torch.device,
    config: Any = None,
    quantization: str = "none",
    may_lack: Iterable[str] = (),
) -> Any:
    """A frozen network in evaluation mode, its weights read from a folder's safetensors.

    Args:
        kind: class of transformers with `from_pretrained`, an Auto class or a model's own.
        folder: where config.json and the weights are.
        dtype: of the weights and of the arithmetic (with 4-bit weights, of the arithmetic).
        device: where the network goes.
        config: to be used instead of the folder's own, for a part of the network.
        quantization: none or 4bit.
        may_lack: beginnings of names of tensors that the folder need not have or may have in another shape: what the
            caller throws away.

    Raises:
        WeightsInvalid: broken files, another architecture, missing tensors, 4-bit where it cannot be had.
    """
    config = config if config is not None else pretrained_config(folder)
    options: dict[str, Any] = {} if quantization == "none" else _four_bit(dtype, device)
    try:
        with _quiet():
            model, report = kind.from_pretrained(
                folder,
                config=config,
                dtype=dtype,
                attn_implementation="sdpa",
                trust_remote_code=False,
                use_safetensors=True,
                local_files_only=True,
                ignore_mismatched_sizes=True,
                output_loading_info=True,
                **options,
            )
    except LOADING_ERRORS as error:
        raise WeightsInvalid(
            f"{folder}: {getattr(kind, '__name__', kind)} cannot be loaded: {_one_line(error)}"
        ) from None
    _check_report(report, folder, type(model).__name__, tuple(may_lack))
    model.requires_grad_(False)
    return (model if options else model.to(device)).eval()


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer in a folder, with the chat template that is there, be it the tokenizer's or the processor's.

    Raises:
        WeightsInvalid: there is none that transformers can read.
    """
    check_folder(folder)
    try:
        with _quiet():
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except LOADING_ERRORS as error:
        if (folder / "tokenizer.model").exists() and not (folder / "tokenizer.json").exists():
            raise WeightsInvalid(
                f"{folder / 'tokenizer.model'} cannot be read; install sentencepiece and protobuf, or put a "
                "tokenizer.json beside it"
            ) from None
        raise WeightsInvalid(f"{folder}: its tokenizer cannot be loaded: {_one_line(error)}") from None
    template = folder / "chat_template.json"
    if not tokenizer.chat_template and template.exists():
        tokenizer.chat_template = read_description(template).get("chat_template")
    return tokenizer


def load_llm(folder: Path, *, dtype: str, device: torch.device, quantization: str = "none") -> tuple[nn.Module, Any]:
    """A frozen causal LLM and its tokenizer, from the folder of a text LLM or of a vision or video language model.

    Of a vision language model the text half is taken: as the causal LM class that transformers has for it (the Llama
    of SmolVLM, the Qwen2 of VideoLLaMA3), else as a `TextTower` (Qwen2-VL and later). Both have `config`,
    `get_input_embeddings()`, `get_output_embeddings()`, `model` (embeddings in, last hidden state out), and
    `forward(inputs_embeds=, attention_mask=, position_ids=, past_key_values=, use_cache=, logits_to_keep=)` with
    `.logits`; peft wraps both. The vision half is loaded for a moment and freed.

    Args:
        folder: where config.json, weights and tokenizer are.
        dtype: bfloat16, float16 or float32; float32 is used where the device is not fast at it.
        device: where the LLM goes.
        quantization: none or 4bit.

    Raises:
        WeightsInvalid: broken files, or a model that generates no text.
    """
    config = pretrained_config(folder)
    arithmetic = torch_dtype(dtype, device)
    if type(config) in MODEL_FOR_MULTIMODAL_LM_MAPPING:
        whole = load_pretrained(
            AutoModelForMultimodalLM, folder, dtype=arithmetic, device=device, config=config, quantization=quantization
        )
        return _text_half(whole, folder), load_tokenizer(folder)
    if type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
        raise WeightsInvalid(f"{folder} holds a {config.model_type!r}, which generates no text; name an LLM's folder")
    llm: nn.Module = load_pretrained(
        AutoModelForCausalLM, folder, dtype=arithmetic, device=device, config=config, quantization=quantization
    )
    return llm, load_tokenizer(folder)


def _text_half(whole: Any, folder: Path) -> nn.Module:
    """The causal LM inside a vision language model; the rest of it is let go of."""
    text_config = whole.config.get_text_config(decoder=True)
    decoder, head = whole.get_decoder(), whole.get_output_embeddings()
    if decoder is None or head is None or decoder is whole:
        raise WeightsInvalid(f"{folder}: {type(whole).__name__} has no text half of its own; name a text LLM's folder")
    half = _causal_lm(decoder, head, text_config) or TextTower(decoder, head, text_config)
    for flag in QUANTIZED_FLAGS:
        if hasattr(whole, flag):
            setattr(half, flag, getattr(whole, flag))
    return half.eval()


def _causal_lm(decoder: nn.Module, head: nn.Module, text_config: Any) -> nn.Module | None:
    """The causal LM class that transformers has for a text decoder, around it; None where it has none."""
    if type(text_config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
        return None
    with torch.device("meta"):
        causal: Any = AutoModelForCausalLM.from_config(text_config, attn_implementation="sdpa")
    if type(causal.get_decoder()) is not type(decoder):
        return None
    setattr(causal, causal.base_model_prefix, decoder)
    causal.set_output_embeddings(head)
    made: nn.Module = causal
    return made


def _four_bit(dtype: torch.dtype, device: torch.device) -> dict[str, Any]:
    """Options of from_pretrained for NF4 weights, where they can be had."""
    if importlib.util.find_spec("bitsandbytes") is None:
        raise WeightsInvalid(
            "4-bit weights need bitsandbytes, which is not installed; install it or set quantization: none"
        )
    if device.type != "cuda":
        raise WeightsInvalid("4-bit weights need an NVIDIA GPU, and none is used here; set quantization: none")
    four_bit = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype
    )
    return {"quantization_config": four_bit, "device_map": {"": device}}


def _check_report(report: dict[str, Any], folder: Path, name: str, may_lack: tuple[str, ...]) -> None:
    missing = sorted(key for key in report["missing_keys"] if not key.startswith(may_lack or ("\0",)))
    if missing:
        raise WeightsInvalid(
            f"{folder} lacks {missing[0]}"
            + (f" and {len(missing) - 1} more tensors" if len(missing) > 1 else "")
            + f" of {name}; its config.json does not belong to its weights, or a file is missing"
        )
    for key, found, wanted in sorted(report["mismatched_keys"], key=str):
        if not key.startswith(may_lack or ("\0",)):
            raise WeightsInvalid(
                f"{folder}: {key} has shape {tuple(found)} where {name} needs {tuple(wanted)}; "
                "its config.json does not belong to its weights"
            )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps transformers' tables and bars off the log: what they say is checked, and refused in one line."""
    log = transformers.utils.logging
    verbosity, has_bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity(log.CRITICAL)
    log.disable_progress_bar()
    try:
        yield
    finally:
        log.set_verbosity(verbosity)
        if has_bars:
            log.enable_progress_bar()


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
