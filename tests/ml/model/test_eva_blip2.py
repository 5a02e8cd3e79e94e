import dataclasses
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import Blip2VisionModel

sys.path.insert(0, str(Path(__file__).parents[1]))
from converted import converted_small
from published_forward import clip_pixels, eva, qformer

from ml.checkpoints.__main__ import main
from ml.checkpoints.geometry import SMALL
from ml.errors import ProfileInvalid, WeightsInvalid
from ml.model.eva_blip2 import build_eva_blip2
from ml.model.pretrained import load_pretrained
from ml.profiles.loading import load_profile
from ml.video.reading import FrameChunk

CPU, GPU = torch.device("cpu"), torch.device("cuda")


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return converted_small(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def profile(published):
    return load_profile(str(published / "small" / "profile.yaml"))


def frames(count=16, seed=0):
    return np.random.default_rng(seed).integers(0, 255, (count, 28, 28, 3), dtype=np.uint8)


def chunk(images):
    nothing = np.zeros((0, 28, 28, 3), np.uint8)
    return FrameChunk(images, nothing, np.zeros(len(images)), np.zeros(len(images), bool), 0.0)


def test_tokens_are_those_of_the_published_networks(published, profile):
    exact = dataclasses.replace(profile, encoder=dataclasses.replace(profile.encoder, dtype="float32"))
    tokens = build_eva_blip2(exact, str(published), CPU).clip_tokens(torch.from_numpy(frames()))
    state = torch.load(published / "files" / "blip2_pretrained_flant5xxl.pth", weights_only=True)["model"]
    vision = torch.load(published / "files" / "eva_vit_g.pth", weights_only=True)
    assert f"blocks.{SMALL.vision_blocks}.norm1.weight" in vision
    patches = eva(
        {**{f"visual_encoder.{name}": values for name, values in vision.items()}, **state},
        clip_pixels(frames()),
        blocks=SMALL.vision_blocks,
        heads=SMALL.vision_heads,
    )
    queries = qformer(
        state, "Qformer.bert", state["query_tokens"], patches, layers=SMALL.image_layers, heads=SMALL.heads, frequency=2
    )
    torch.testing.assert_close(tokens, queries.reshape(2, 8 * SMALL.queries, SMALL.width), atol=2e-5, rtol=1e-5)


def test_half_precision_says_nearly_the_same(published, profile):
    tokens = {}
    for dtype in ("float32", "bfloat16"):
        changed = dataclasses.replace(profile, encoder=dataclasses.replace(profile.encoder, dtype=dtype))
        tokens[dtype] = build_eva_blip2(changed, str(published), CPU).clip_tokens(torch.from_numpy(frames())).float()
    assert torch.nn.functional.cosine_similarity(tokens["float32"], tokens["bfloat16"], dim=-1).min() > 0.99


def test_chunks_come_out_in_order_and_however_they_are_cut(published, profile):
    backbone = build_eva_blip2(profile, str(published), CPU)
    images = frames(32)
    whole = list(backbone.clip_groups([chunk(images)]))
    parts = list(backbone.clip_groups([chunk(images[:8]), chunk(images[8:24]), chunk(images[24:])]))
    assert [len(part["tokens"]) for part in parts] == [1, 2, 1]
    assert whole[0]["tokens"].shape[1:] == backbone.group_shapes["tokens"] == (32, 24)
    assert whole[0]["tokens"].dtype == torch.float16
    torch.testing.assert_close(torch.cat([part["tokens"] for part in parts]), whole[0]["tokens"], atol=2e-3, rtol=0)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_a_gpu_says_in_half_precision_what_a_cpu_says_and_in_order(published, profile):
    images = frames(64)
    chunks = [chunk(images[first : first + 8]) for first in range(0, 64, 8)]
    on_gpu = torch.cat([part["tokens"] for part in build_eva_blip2(profile, str(published), GPU).clip_groups(chunks)])
    on_cpu = torch.cat([part["tokens"] for part in build_eva_blip2(profile, str(published), CPU).clip_groups(chunks)])
    assert on_gpu.device == CPU
    assert torch.nn.functional.cosine_similarity(on_gpu.float(), on_cpu.float(), dim=-1).min() > 0.99


def test_the_order_of_frames_is_kept_and_every_frame_counts(published, profile):
    backbone = build_eva_blip2(profile, str(published), CPU)
    images = torch.from_numpy(frames(8))
    tokens, turned = backbone.clip_tokens(images)[0], backbone.clip_tokens(images.flip(0))[0]
    torch.testing.assert_close(turned.view(8, 4, 24).flip(0).reshape(32, 24), tokens)
    changed = images.clone()
    changed[3] = 255 - changed[3]
    differs = (backbone.clip_tokens(changed)[0] != tokens).view(8, 4, 24).any(-1).any(-1)
    assert differs.tolist() == [frame == 3 for frame in range(8)]


def test_the_vision_folder_is_one_of_transformers_in_both_directions(published, profile, tmp_path):
    """Written by us, read by transformers, and the other way round."""
    theirs = load_pretrained(
        Blip2VisionModel, published / "small" / "vision", dtype=torch.float32, device=torch.device("cpu")
    )
    shutil.copytree(published / "small", tmp_path / "small")
    shutil.rmtree(tmp_path / "small" / "vision")
    theirs.save_pretrained(tmp_path / "small" / "vision")
    images = torch.from_numpy(frames())
    ours = build_eva_blip2(profile, str(published), CPU).clip_tokens(images)
    assert torch.equal(build_eva_blip2(profile, str(tmp_path), CPU).clip_tokens(images), ours)


def test_identity_follows_the_weights_and_not_their_place(published, profile, tmp_path):
    shutil.copytree(published / "small", tmp_path / "small")
    first = build_eva_blip2(profile, str(published), CPU).identity
    assert build_eva_blip2(profile, str(tmp_path), CPU).identity == first
    assert main(["random", "--small", "--seed", "1", "--force", "--out", str(tmp_path / "small")]) == 0
    assert build_eva_blip2(profile, str(tmp_path), CPU).identity != first


@pytest.mark.parametrize(
    ("section", "change", "message"),
    [
        ("encoder", {"input_px": 224}, "encoder.input_px is 224 but the weights in 'small' give 28"),
        ("encoder", {"quantization": "4bit"}, "encoder.quantization 4bit is not for eva_blip2"),
        ("encoder", {"tokens": 256}, r"encoder.tokens \(8 frames of a clip\) is 256 but .* give 32"),
        ("sampling", {"frames_per_clip": 4}, r"encoder.tokens \(4 frames of a clip\) is 32 but .* give 16"),
    ],
)
def test_what_the_weights_are_not_is_refused(published, profile, section, change, message):
    other = dataclasses.replace(profile, **{section: dataclasses.replace(getattr(profile, section), **change)})
    with pytest.raises(ProfileInvalid, match=message):
        build_eva_blip2(other, str(published), CPU)


def test_missing_and_truncated_weights_are_named(published, profile, tmp_path):
    with pytest.raises(WeightsInvalid, match="'small'"):
        build_eva_blip2(profile, str(tmp_path), CPU)
    shutil.copytree(published / "small", tmp_path / "small")
    path = tmp_path / "small" / "vision" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WeightsInvalid, match="vision/model.safetensors is broken or cut short"):
        build_eva_blip2(profile, str(tmp_path), CPU)


def test_a_q_former_in_the_place_of_the_vision_model_is_refused(published, profile, tmp_path):
    shutil.copytree(published / "small", tmp_path / "small")
    shutil.rmtree(tmp_path / "small" / "vision")
    shutil.copytree(tmp_path / "small" / "qformer", tmp_path / "small" / "vision")
    with pytest.raises(WeightsInvalid, match="describes a 'blip_2_qformer', not a blip_2_vision_model"):
        build_eva_blip2(profile, str(tmp_path), CPU)


@pytest.mark.parametrize("part", ["vision", "qformer"])
@pytest.mark.parametrize("size", ["wide", 30])
def test_sizes_that_make_no_network_are_refused(published, profile, tmp_path, part, size):
    shutil.copytree(published / "small", tmp_path / "small")
    path = tmp_path / "small" / part / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"hidden_size": size, "num_attention_heads": 4}))
    with pytest.raises(WeightsInvalid, match=f"{part}/"):
        build_eva_blip2(profile, str(tmp_path), CPU).clip_tokens(torch.from_numpy(frames()))


def test_frames_that_are_no_whole_clips_are_refused(published, profile):
    with pytest.raises(ValueError, match="T a multiple of 8"):
        build_eva_blip2(profile, str(published), CPU).clip_tokens(torch.from_numpy(frames(9)))
