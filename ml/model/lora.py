"""LoRA on a frozen language model (peft), kept in peft's own files so that other tools can load it too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from peft import LoraConfig, get_peft_model_state_dict, inject_adapter_in_model, set_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch import nn

from ml.errors import WeightsInvalid
from ml.profiles.language import LanguageProfile

WEIGHTS_FILE = "adapter_model.safetensors"
CONFIG_FILE = "adapter_config.json"
_PREFIX = "base_model.model."
"""What peft puts before the names of an LLM that it wraps."""


def add_lora(llm: Any, profile: LanguageProfile, base: str) -> None:
    """Puts LoRA matrices beside every linear layer of the decoder: float32, and all that is trainable afterwards.

    Attention and feed-forward blocks alike; the output matrix is left as it is.

    Args:
        llm: a frozen causal LLM.
        profile: rank, scale and dropout.
        base: name of the frozen weights, for the files' reader.

    Raises:
        WeightsInvalid: the LLM has no linear layers to put them beside.
    """
    decoder: nn.Module = llm.get_decoder()
    targets = sorted({name.split(".")[-1] for name, part in decoder.named_modules() if isinstance(part, nn.Linear)})
    if not targets:
        raise WeightsInvalid(
            f"{base}: {type(llm).__name__} has no linear layers for LoRA; set language.trained: adaptor"
        )
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=profile.lora_rank,
        lora_alpha=profile.lora_alpha,
        lora_dropout=profile.lora_dropout,
        target_modules=targets,
        base_model_name_or_path=base,
    )
    llm.requires_grad_(False)
    inject_adapter_in_model(config, llm)
    for parameter in llm.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()


def save_lora(llm: Any, folder: Path) -> None:
    """Writes what `peft.PeftModel.from_pretrained(llm, folder)` reads."""
    folder.mkdir(parents=True)
    state = {
        _PREFIX + name: value.contiguous().cpu()
        for name, value in get_peft_model_state_dict(llm, save_embedding_layers=False).items()
    }
    save_file(state, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    config: LoraConfig = llm.peft_config["default"]
    config.save_pretrained(str(folder))


def load_lora(llm: Any, folder: Path) -> None:
    """Fills the matrices that `add_lora` made.

    Raises:
        ValueError: the file's names or shapes are not those of this LLM.
    """
    state = {name.removeprefix(_PREFIX): value for name, value in load_file(folder / WEIGHTS_FILE).items()}
    wanted = get_peft_model_state_dict(llm, save_embedding_layers=False)
    if wanted.keys() != state.keys():
        different = sorted(wanted.keys() ^ state.keys())[0]
        raise ValueError(f"{WEIGHTS_FILE} does not fit the language model, first at {different}")
    for name, value in state.items():
        if value.shape != wanted[name].shape:
            raise ValueError(f"{WEIGHTS_FILE}: {name} is {list(value.shape)}, not {list(wanted[name].shape)}")
    set_peft_model_state_dict(llm, state)
