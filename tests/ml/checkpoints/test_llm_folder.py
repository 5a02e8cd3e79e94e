import json
import sys
from pathlib import Path

import pytest
import sentencepiece
import torch
from safetensors.torch import load_file

sys.path.insert(0, str(Path(__file__).parents[1]))
from converted import published_small

from ml.checkpoints.geometry import PUBLISHED, SMALL
from ml.checkpoints.llm_folder import copy_llm
from ml.errors import WeightsInvalid
from ml.model.pretrained import load_llm, load_tokenizer


@pytest.fixture(scope="module")
def vicuna(tmp_path_factory):
    return published_small(tmp_path_factory.mktemp("weights")) / "vicuna"


def as_pickles(vicuna, folder):
    """The same model as Vicuna was published: shards in pickles, with what old checkpoints hold beside."""
    folder.mkdir()
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((vicuna / name).read_bytes())
    tensors = load_file(vicuna / "model.safetensors")
    tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = torch.ones(4)
    names = sorted(tensors)
    shards = {"pytorch_model-00001-of-00002.bin": names[::2], "pytorch_model-00002-of-00002.bin": names[1::2]}
    for shard, members in shards.items():
        torch.save({name: tensors[name] for name in members}, folder / shard)
    index = {"weight_map": {name: shard for shard, members in shards.items() for name in members}}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index))
    return folder


def answer(folder):
    llm, tokenizer = load_llm(folder, dtype="float32", device=torch.device("cpu"))
    ids = tokenizer("Is there any anomaly?", return_tensors="pt").input_ids
    return llm(ids).logits


def test_a_folder_of_transformers_is_taken_as_it_is(vicuna, tmp_path):
    copy_llm(vicuna, tmp_path, SMALL)
    assert torch.equal(answer(tmp_path / "llm"), answer(vicuna))


def test_pickled_shards_become_safetensors(vicuna, tmp_path):
    copy_llm(as_pickles(vicuna, tmp_path / "old"), tmp_path, SMALL)
    assert not list((tmp_path / "llm").glob("*.bin*"))
    assert torch.equal(answer(tmp_path / "llm"), answer(vicuna))


def test_another_width_than_the_adaptors_is_refused(vicuna, tmp_path):
    with pytest.raises(WeightsInvalid, match="its tokens have 32 values and the adaptors project to 4096"):
        copy_llm(vicuna, tmp_path, PUBLISHED)


def test_a_folder_without_a_tokenizer_is_refused(vicuna, tmp_path):
    old = as_pickles(vicuna, tmp_path / "old")
    (old / "tokenizer.json").unlink()
    with pytest.raises(WeightsInvalid, match="tokenizer"):
        copy_llm(old, tmp_path, SMALL)


def test_a_folder_that_asks_for_its_own_code_is_refused(vicuna, tmp_path):
    old = as_pickles(vicuna, tmp_path / "old")
    config = json.loads((old / "config.json").read_text()) | {"auto_map": {"AutoModelForCausalLM": "evil.Model"}}
    (old / "config.json").write_text(json.dumps(config))
    with pytest.raises(WeightsInvalid, match="asks for code of its own"):
        copy_llm(old, tmp_path, SMALL)


def test_vicunas_own_tokenizer_is_read_once_and_written_anew(vicuna, tmp_path):
    old = as_pickles(vicuna, tmp_path / "old")
    (old / "tokenizer.json").unlink()
    text = tmp_path / "text.txt"
    text.write_text("Is there any anomaly in the video?\nYes, from 1.5s to 2s.\n" * 50)
    settings = {"vocab_size": 330, "model_type": "bpe", "byte_fallback": True, "minloglevel": 2}
    sentencepiece.SentencePieceTrainer.train(input=str(text), model_prefix=str(tmp_path / "m"), **settings)
    (tmp_path / "m.model").rename(old / "tokenizer.model")
    (old / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "LlamaTokenizer"}))
    copy_llm(old, tmp_path, SMALL)
    plain = sentencepiece.SentencePieceProcessor(model_file=str(old / "tokenizer.model"))
    question = "Is there any anomaly from 1.5s to 2s?"
    assert (tmp_path / "llm" / "tokenizer.json").exists()
    tokens = load_tokenizer(tmp_path / "llm")(question, add_special_tokens=False).input_ids
    assert tokens == plain.encode(question)
