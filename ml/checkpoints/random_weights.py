"""Random weights of the same architecture: for timings at full size, and small ones for tests and rehearsals.

They are written converted, or as published files with the published names, so that a conversion can be rehearsed.
Scales are those of trained networks (unit norms, matrices that keep a vector's length), so that frames that differ
give tokens that differ and half precision neither overflows nor dies out.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import torch
import yaml
from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer
from torch import Tensor
from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedTokenizerFast

from ml.checkpoints.geometry import PUBLISHED, Geometry
from ml.checkpoints.llm_folder import LLM_DIR
from ml.checkpoints.published_names import DETECTOR, NEEDED, Wanted, wanted_tensors
from ml.profiles.loading import load_profile, profile_to_mapping
from ml.profiles.sections import Profile

SMALL_PROFILES = {"profile.yaml": "vad_llama_7b", "profile_published.yaml": "vad_llama_7b_published"}
"""Files beside small weights, and the profiles that they are small copies of."""
EVA_FILE, BLIP2_FILE = "eva_vit_g.pth", "blip2_pretrained_flant5xxl.pth"
VIDEO_LLAMA_FILE, VAD_LLAMA_FILE, VICUNA_DIR = "video_llama.pth", "vad_llama.pth", "vicuna"
"""Published files that `random --as-published` writes."""
SENTENCES = (
    "Is there any anomaly in the video? Describe the video.",
    "The video contains 8 frames sampled at 0.0, 1.2, 3.4, 5.6, 7.8, 9.0 seconds.",
    "Yes, there are anomalies from 1.5s to 2s. No, there are no anomalies.",
    "###Human: <Video><ImageHere></Video> ###Assistant:",
)
BYTES = 256
SPECIAL = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<unk>"}


def random_parts(geometry: Geometry, seed: int) -> Iterator[tuple[Wanted, Tensor]]:
    """Every wanted tensor with random values, one after the other; half precision for the frozen ones at full size."""
    generator = torch.Generator().manual_seed(seed)
    is_half = geometry is PUBLISHED
    for wanted in wanted_tensors(geometry):
        values = _random_values(wanted, generator)
        yield wanted, values.half() if is_half and wanted.part in NEEDED else values


def converted_tensors(geometry: Geometry, seed: int) -> dict[str, dict[str, Tensor]]:
    """Random tensors of all parts but the detector's, by our names."""
    parts: dict[str, dict[str, Tensor]] = defaultdict(dict)
    for wanted, values in random_parts(geometry, seed):
        if wanted.part != DETECTOR:
            parts[wanted.part][wanted.name] = values
    return dict(parts)


def write_as_published(folder: Path, geometry: Geometry, seed: int) -> None:
    """Published files with the published names, wrappers, and some of what they hold beside."""
    files: dict[str, dict[str, Tensor]] = defaultdict(dict)
    for wanted, values in random_parts(geometry, seed):
        for source, part in zip(wanted.sources, _unjoined(wanted, values), strict=True):
            files[_file_of(source)][source] = part
    last = f"visual_encoder.blocks.{geometry.vision_blocks - 1}."
    beyond = last.replace(str(geometry.vision_blocks - 1), str(geometry.vision_blocks))
    eva = files[EVA_FILE]
    eva |= {name.replace(last, beyond): values.clone() for name, values in eva.items() if name.startswith(last)}
    torch.save({name.removeprefix("visual_encoder."): values for name, values in eva.items()}, folder / EVA_FILE)
    files[BLIP2_FILE]["t5_proj.weight"] = torch.zeros(geometry.llm_width, geometry.width)
    torch.save({"model": files[BLIP2_FILE]}, folder / BLIP2_FILE)
    torch.save({"model": files[VIDEO_LLAMA_FILE], "epoch": 1}, folder / VIDEO_LLAMA_FILE)
    files[VAD_LLAMA_FILE] |= {name: values.clone() for name, values in files[VIDEO_LLAMA_FILE].items()}
    torch.save({"model": files[VAD_LLAMA_FILE], "epoch": 29}, folder / VAD_LLAMA_FILE)


def write_random_llm(folder: Path, geometry: Geometry, seed: int) -> None:
    """A Llama with random weights and a tokenizer trained on a few sentences, as a folder of transformers."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        llm = AutoModelForCausalLM.from_config(llm_config(geometry), dtype=torch.bfloat16)
    llm.save_pretrained(folder)
    _tokenizer(geometry).save_pretrained(folder)


def llm_config(geometry: Geometry) -> LlamaConfig:
    """The architecture of LLaMA 1, which Vicuna is made from."""
    return LlamaConfig(
        vocab_size=geometry.llm_vocabulary,
        hidden_size=geometry.llm_width,
        intermediate_size=geometry.llm_hidden,
        num_hidden_layers=geometry.llm_layers,
        num_attention_heads=geometry.llm_heads,
        max_position_embeddings=2048,
        tie_word_embeddings=False,
        initializer_range=geometry.llm_width**-0.5,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )


def write_small_profiles(folder: Path, geometry: Geometry, name: str) -> None:
    """The shipped profiles of this architecture for weights of other sizes, with recipes of a few steps.

    Args:
        folder: where the YAML files go.
        geometry: the sizes.
        name: of the weights' folder below the weights root.
    """
    for file, profile in SMALL_PROFILES.items():
        values = profile_to_mapping(small_profile(load_profile(profile), geometry, name))
        (folder / file).write_text(yaml.safe_dump(values, sort_keys=False), "utf-8")


def small_profile(whole: Profile, geometry: Geometry, name: str) -> Profile:
    """A profile for these sizes, with recipes of a few steps, the same in all else."""
    frames = whole.sampling.frames_per_clip
    short = {"epochs": 2, "warmup_steps": 1}
    return dataclasses.replace(
        whole,
        name=f"{whole.name}_{geometry.name}",
        encoder=dataclasses.replace(
            whole.encoder,
            weights=name,
            input_px=geometry.image_px,
            tokens=frames * geometry.queries,
            width=geometry.width,
        ),
        detector=dataclasses.replace(
            whole.detector,
            token_dim=geometry.width,
            queries=geometry.queries,
            layers=geometry.video_layers,
            heads=geometry.heads,
            predictor_hidden=geometry.predictor_hidden,
        ),
        ltc=dataclasses.replace(whole.ltc, hidden=geometry.predictor_hidden),
        phase1=dataclasses.replace(whole.phase1, **short),
        phase2=dataclasses.replace(whole.phase2, **short),
        language=dataclasses.replace(
            whole.language,
            weights=f"{name}/{LLM_DIR}",
            token_groups=geometry.queries,
            steps=4,
            warmup_steps=1,
            checkpoint_every=2,
            max_new_tokens=24,
        ),
    )


def _random_values(wanted: Wanted, generator: torch.Generator) -> Tensor:
    values = torch.randn(wanted.shape, generator=generator)
    if len(wanted.shape) > 1:
        return values.mul_((wanted.shape[0] / values.numel()) ** 0.5)
    return 1 + 0.1 * values if wanted.name.endswith(".weight") else 0.02 * values


def _unjoined(wanted: Wanted, values: Tensor) -> tuple[Tensor, ...]:
    if len(wanted.sources) == 1:
        return (values,)
    queries, _, keys = values.chunk(3)
    return queries.clone(), keys.clone()


def _file_of(source: str) -> str:
    module = source.split(".")[0]
    if module == "visual_encoder":
        return EVA_FILE
    if module in ("ln_vision", "Qformer", "query_tokens"):
        return BLIP2_FILE
    return VIDEO_LLAMA_FILE if module.startswith("video_") or module == "llama_proj" else VAD_LLAMA_FILE


def _tokenizer(geometry: Geometry) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(BPE(unk_token=SPECIAL["unk_token"]))
    tokenizer.pre_tokenizer, tokenizer.decoder = ByteLevel(add_prefix_space=False), ByteLevelDecoder()
    trainer = BpeTrainer(
        vocab_size=min(geometry.llm_vocabulary, BYTES + 200),
        special_tokens=["<unk>", "<s>", "</s>"],
        initial_alphabet=ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **SPECIAL)
