"""Small random checkpoints, as save_pretrained writes them, of the architectures that profiles name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer
from transformers import (
    AutoModelForCausalLM,
    AutoModelForMultimodalLM,
    Gemma3Config,
    Glm4vConfig,
    InternVLConfig,
    LlamaConfig,
    LlavaNextVideoConfig,
    LlavaOnevisionConfig,
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2Config,
    Qwen2VLConfig,
    Qwen3VLConfig,
    SmolVLMConfig,
    VideoLlama3Config,
    VideoLlavaConfig,
)

HIDDEN = 32
VOCABULARY = 400
SENTENCES = (
    "Is there any anomaly in the video?",
    "Yes, there are anomalies from 1.5s to 2s.",
    "No, there are no anomalies.",
    "The video contains 8 frames sampled at 0.0, 0.2, 0.5 seconds.",
    "Two people push each other beside a parked car.",
)
TEXT: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": HIDDEN,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 2048,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
    "initializer_range": 0.2,
}
MROPE = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0}
VISION = {"hidden_size": 32, "intermediate_size": 48, "initializer_range": 0.2}
QWEN_VISION = {**VISION, "depth": 2, "num_heads": 4, "temporal_patch_size": 2, "out_hidden_size": HIDDEN}
SIGLIP_VISION = {**VISION, "num_hidden_layers": 2, "num_attention_heads": 4}
CLIP_MEAN, CLIP_STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
HALF = [0.5, 0.5, 0.5]


QWEN_TEXT = {**TEXT, "rope_parameters": MROPE}
PICTURE = {**SIGLIP_VISION, "patch_size": 14, "image_size": 56}
LLAVA_TOKENS = {"image_token_index": 10, "video_token_index": 11}
TOKEN_IDS = {"image_token_id": 10, "video_token_id": 11}
VLM_CONFIGS: dict[str, Callable[[], Any]] = {
    "qwen2_5_vl": lambda: Qwen2_5_VLConfig(
        text_config=QWEN_TEXT,
        vision_config={**QWEN_VISION, "patch_size": 14, "window_size": 56, "fullatt_block_indexes": [1]},
        **TOKEN_IDS,
    ),
    "qwen3_vl": lambda: Qwen3VLConfig(
        text_config={**QWEN_TEXT, "head_dim": 8},
        vision_config={**QWEN_VISION, "patch_size": 14, "num_position_embeddings": 64, "deepstack_visual_indexes": [0]},
        **TOKEN_IDS,
    ),
    "video_llama_3": lambda: VideoLlama3Config(
        text_config={**TEXT, "model_type": "qwen2"}, vision_config={**SIGLIP_VISION, "patch_size": 14}, **TOKEN_IDS
    ),
    "smolvlm": lambda: SmolVLMConfig(
        text_config={**TEXT, "model_type": "llama"}, vision_config=PICTURE, image_token_id=10, scale_factor=2
    ),
    "qwen2_vl": lambda: Qwen2VLConfig(
        text_config=QWEN_TEXT,
        vision_config={"depth": 2, "embed_dim": 32, "hidden_size": HIDDEN, "num_heads": 4, "mlp_ratio": 2},
        **TOKEN_IDS,
    ),
    "glm4v": lambda: Glm4vConfig(
        text_config=QWEN_TEXT, vision_config={**QWEN_VISION, "patch_size": 14, "image_size": 56}, **TOKEN_IDS
    ),
    "llava_onevision": lambda: LlavaOnevisionConfig(
        text_config={**TEXT, "model_type": "qwen2"},
        vision_config={**PICTURE, "model_type": "siglip_vision_model"},
        **LLAVA_TOKENS,
    ),
    "llava_next_video": lambda: LlavaNextVideoConfig(
        text_config={**TEXT, "model_type": "llama"},
        vision_config={**PICTURE, "model_type": "clip_vision_model"},
        **LLAVA_TOKENS,
    ),
    "video_llava": lambda: VideoLlavaConfig(
        text_config={**TEXT, "model_type": "llama"},
        vision_config={**PICTURE, "model_type": "clip_vision_model"},
        **LLAVA_TOKENS,
    ),
    "internvl": lambda: InternVLConfig(
        text_config={**TEXT, "model_type": "qwen2"},
        vision_config={**PICTURE, "image_size": [56, 56], "patch_size": [14, 14]},
        image_token_id=10,
    ),
    "gemma3": lambda: Gemma3Config(
        text_config={**TEXT, "head_dim": 8},
        vision_config={**PICTURE, "model_type": "siglip_vision_model"},
        mm_tokens_per_image=4,
        image_token_index=10,
        boi_token_index=12,
        eoi_token_index=13,
    ),
}
"""Video and picture language models of a few ten thousand parameters, 56 pixels a side."""


def save_vlm(name: str, folder: Path, *, seed: int = 0, is_tied: bool = False) -> Path:
    """A folder with random weights, a tokenizer, and a preprocessor configuration as the published ones have it."""
    config = VLM_CONFIGS[name]()
    config.tie_word_embeddings = config.text_config.tie_word_embeddings = is_tied
    torch.manual_seed(seed)
    model = AutoModelForMultimodalLM.from_config(config)
    for weight in model.parameters():
        # Some projectors start at zero, and so would everything that they let through.
        if not weight.any() and weight.dim() > 1:
            torch.nn.init.normal_(weight, std=0.2)
    model.save_pretrained(folder)
    small_tokenizer().save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(preprocessing_json(name), "utf-8")
    return folder


def preprocessing_json(name: str) -> str:
    """What the published folders of an architecture say of pixels."""
    mean, std = (CLIP_MEAN, CLIP_STD) if name == "qwen2_5_vl" else (HALF, HALF)
    return json.dumps({"image_mean": mean, "image_std": std, "do_normalize": True, "do_rescale": True})


def save_llm(name: str, folder: Path, *, seed: int = 0, hidden_size: int = HIDDEN) -> Path:
    """A folder with a random causal LLM (llama or qwen2) and a tokenizer."""
    torch.manual_seed(seed)
    text = {**TEXT, "hidden_size": hidden_size}
    config = LlamaConfig(**text) if name == "llama" else Qwen2Config(**text)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    small_tokenizer().save_pretrained(folder)
    return folder


def small_tokenizer() -> PreTrainedTokenizerFast:
    """A byte-level BPE trained on a few sentences; ids 0, 1, 2 pad, begin and end."""
    tokenizer = Tokenizer(BPE(unk_token=None))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = ByteLevelDecoder()
    special = ["<pad>", "<s>", "</s>"]
    trainer = BpeTrainer(
        vocab_size=VOCABULARY - 16,
        special_tokens=special,
        initial_alphabet=ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>", model_max_length=2048
    )
