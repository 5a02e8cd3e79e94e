"""A small random Llama on disk whose tokenizer knows the template's words: it can learn to answer within seconds."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, LlamaConfig

from annotation_templates.loading import load_template
from annotation_templates.template import QUESTION_KINDS
from tests.ml.small_models import TEXT, small_tokenizer


def save_speaking_llm(folder: Path) -> Path:
    """A folder as `save_pretrained` writes it."""
    template = load_template("surveillance")
    texts = [text for kind in QUESTION_KINDS for text in template.questions(kind)]
    for label in [None, *(label.name for label in template.labels)]:
        texts += template.explanations(label)
        texts += [
            template.render_answer(kind, i, label=label, start="1.5s", end="22.0s")
            for kind in QUESTION_KINDS
            for i in range(4)
        ]
    tokenizer = small_tokenizer().train_new_from_iterator(texts * 3, 900, show_progress=False)
    torch.manual_seed(0)
    sizes = {
        **TEXT,
        "vocab_size": len(tokenizer),
        "hidden_size": 64,
        "intermediate_size": 128,
        "initializer_range": 0.1,
    }
    AutoModelForCausalLM.from_config(LlamaConfig(**sizes)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
