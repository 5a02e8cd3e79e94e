"""Visual tokens of video language models of many architectures, from folders that save_pretrained wrote."""

import dataclasses
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForMultimodalLM

from ml.errors import ModelError, WeightsInvalid
from ml.model.backbone import TOKENS_GROUP
from ml.model.backbones import build_backbone
from ml.model.clip_pixels import normalised, read_preprocessing
from ml.model.clip_vision import ClipVision, load_vision, pixel_layout
from ml.model.pretrained import load_llm, pretrained_config
from ml.model.video_vlm import pooled
from ml.profiles.loading import load_profile
from ml.profiles.sections import Profile
from ml.video.reading import FrameChunk
from tests.ml.small_models import HIDDEN, VLM_CONFIGS, save_llm, save_vlm

CPU = torch.device("cpu")
FRAMES, SIDE, TOKENS = 8, 56, 8
ISSUE = ("qwen2_5_vl", "qwen3_vl", "video_llama_3", "smolvlm")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    for name in VLM_CONFIGS:
        save_vlm(name, folder / name)
    save_llm("llama", folder / "llama")
    return folder


def profile(name: str, **changes: object) -> Profile:
    shipped = load_profile("video_vlm")
    sizes = {"input_px": SIDE, "tokens": TOKENS, "width": HIDDEN, "dtype": "float32", "weights": name} | changes
    return dataclasses.replace(shipped, encoder=dataclasses.replace(shipped.encoder, **sizes))


def chunk(clips: int, seed: int = 0) -> FrameChunk:
    count = clips * FRAMES
    frames = np.random.default_rng(seed).integers(0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8)
    return FrameChunk(frames, frames, np.ones(count), np.zeros(count, dtype=bool), 0.0)


def reordered(one: FrameChunk, order: np.ndarray) -> FrameChunk:
    return dataclasses.replace(one, frames_THWC=one.frames_THWC[order])


def tokens(root: Path, name: str, *chunks: FrameChunk) -> torch.Tensor:
    backbone = build_backbone(profile(name), str(root), CPU)
    return torch.cat([groups[TOKENS_GROUP] for groups in backbone.clip_groups(chunks)])


@pytest.mark.parametrize("name", VLM_CONFIGS)
def test_tokens_follow_the_frames_and_their_order(root: Path, name: str) -> None:
    one = chunk(2)
    first = tokens(root, name, one)
    assert first.shape == (2, TOKENS, HIDDEN)
    assert first.dtype == torch.float16
    assert first.isfinite().all()
    assert torch.equal(first, tokens(root, name, one)), "the same on every run"
    assert not torch.allclose(first, tokens(root, name, chunk(2, seed=1)), atol=1e-3)
    backwards = tokens(root, name, reordered(one, np.arange(2 * FRAMES).reshape(2, FRAMES)[:, ::-1].ravel()))
    assert not torch.allclose(first, backwards, atol=1e-3), "time is kept"


@pytest.mark.parametrize("name", VLM_CONFIGS)
def test_clips_do_not_see_each_other(root: Path, name: str) -> None:
    one = chunk(2)
    halves = [reordered(one, np.arange(FRAMES)), reordered(one, np.arange(FRAMES, 2 * FRAMES))]
    torch.testing.assert_close(tokens(root, name, *halves), tokens(root, name, one), atol=2e-3, rtol=2e-3)


@pytest.mark.parametrize("name", ISSUE)
def test_the_vision_half_says_what_the_whole_model_says(root: Path, name: str) -> None:
    folder, config = root / name, pretrained_config(root / name)
    layout = pixel_layout(config, folder)
    pixels = normalised(chunk(1).frames_THWC, read_preprocessing(folder), CPU)[None]
    half = load_vision(folder, config, dtype=torch.float32, device=CPU, quantization="none")
    whole = AutoModelForMultimodalLM.from_pretrained(folder).eval().base_model
    torch.testing.assert_close(ClipVision(half, layout, FRAMES)(pixels), ClipVision(whole, layout, FRAMES)(pixels))


@pytest.mark.parametrize("name", ISSUE)
def test_bfloat16_sees_nearly_the_same(root: Path, name: str) -> None:
    folder, config = root / name, pretrained_config(root / name)
    layout = pixel_layout(config, folder)
    pixels = normalised(chunk(1).frames_THWC, read_preprocessing(folder), CPU)[None]
    whole, half = (
        ClipVision(load_vision(folder, config, dtype=dtype, device=CPU, quantization="none"), layout, FRAMES)(pixels)
        for dtype in (torch.float32, torch.bfloat16)
    )
    assert half.dtype == torch.float32
    assert torch.cosine_similarity(whole.flatten(), half.flatten(), dim=0) > 0.999


@pytest.mark.parametrize("name", VLM_CONFIGS)
def test_the_language_half_is_not_kept(root: Path, name: str) -> None:
    config = pretrained_config(root / name)
    half = load_vision(root / name, config, dtype=torch.float32, device=CPU, quantization="none")
    left = [key for key, _ in half.named_parameters() if key.startswith(("language_model", "text_model", "lm_head"))]
    assert left == []
    assert config.get_text_config(decoder=True).num_hidden_layers == 2, "the caller's configuration is as it was"


@pytest.mark.parametrize("name", ISSUE)
def test_layers_of_the_language_half_are_not_even_read(root: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(root / name, tmp_path / name)
    weights = load_file(folder / "model.safetensors")
    left = {key: value for key, value in weights.items() if not (".layers.1." in key and ".vision_model." not in key)}
    assert len(left) < len(weights)
    save_file(left, folder / "model.safetensors", metadata={"format": "pt"})
    assert torch.equal(tokens(tmp_path, name, chunk(1)), tokens(root, name, chunk(1)))
    with pytest.raises(WeightsInvalid, match="lacks"):
        load_llm(folder, dtype="float32", device=CPU)


def test_pooling_averages_neighbours_and_keeps_time() -> None:
    # 4 moments of 4 x 4 cells; a value tells moment, row and column.
    moment, row, column = torch.meshgrid(torch.arange(4.0), torch.arange(4.0), torch.arange(4.0), indexing="ij")
    values = (100 * moment + 10 * row + column).reshape(1, 4, 16, 1)
    assert pooled(values, 4).flatten().tolist() == [16.5, 116.5, 216.5, 316.5]
    quarters = [5.5, 7.5, 25.5, 27.5]
    assert pooled(values, 16).flatten().tolist() == [100 * moment + each for moment in range(4) for each in quarters]
    assert pooled(values, 64).flatten().tolist() == values.flatten().tolist()
    # A number of tokens whose share a moment is no square: twice as many columns as rows.
    assert pooled(values, 32).shape == (1, 32, 1)
    assert pooled(values, 32).flatten()[:4].tolist() == [5.0, 6.0, 7.0, 8.0]


@pytest.mark.parametrize(("moments", "expected"), [(8, [5.0, 25.0, 45.0, 65.0]), (2, [0.0, 0.0, 10.0, 10.0])])
def test_a_clip_keeps_four_moments_whatever_the_model_gives(moments: int, expected: list[float]) -> None:
    values = (10 * torch.arange(float(moments)))[None, :, None, None].expand(1, moments, 4, 1)
    assert pooled(values, 4).flatten().tolist() == expected


@pytest.mark.parametrize(("cells", "wanted"), [(4, 32), (1, 12), (6, 4 * 7), (16, 6)])
def test_more_tokens_than_there_are_cannot_be_made(cells: int, wanted: int) -> None:
    with pytest.raises(ValueError, match="cannot be 4 moments"):
        pooled(torch.zeros(1, 4, cells, 3), wanted)


def test_identity_follows_weights_and_what_changes_tokens(root: Path, tmp_path: Path) -> None:
    def identity(folder: Path, **changes: object) -> str:
        return build_backbone(profile("smolvlm", **changes), str(folder), CPU).identity

    other = save_vlm("smolvlm", tmp_path / "smolvlm", seed=1).parent
    told = identity(root)
    assert told == identity(root, batch_frames=16)
    assert len({told, identity(root, tokens=16), identity(root, dtype="bfloat16"), identity(other)}) == 4


def refused(root: Path, name: str, one: FrameChunk | None = None, **changes: object) -> str:
    with pytest.raises(ModelError) as caught:
        backbone = build_backbone(profile(name, **changes), str(root), CPU)
        list(backbone.clip_groups([one or chunk(1)]))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "changes", "told"),
    [
        ("llama", {}, "holds a 'llama', which gives no features of videos"),
        ("qwen3_vl", {"width": 48}, "encoder.width is 48, but the visual tokens of qwen3_vl have 32"),
        ("qwen2_5_vl", {"input_px": 60}, "must be a multiple of 28"),
        ("llava_onevision", {"input_px": 84}, "it must be 56"),
        ("smolvlm", {"input_px": 84}, "it must be 56, or a smaller multiple of 28"),
        ("qwen2_5_vl", {"tokens": 1000}, "1000 tokens cannot be 4 moments of 2 x 2 places at the most"),
        ("absent", {}, "no such folder"),
        ("owner/absent", {}, "not pinned"),
        ("smolvlm", {"quantization": "4bit"}, "quantization: none"),
    ],
)
def test_profiles_that_do_not_go_with_the_model_are_refused(
    root: Path, name: str, changes: dict[str, object], told: str
) -> None:
    assert told in refused(root, name, **changes)


def test_a_truncated_file_and_code_are_refused(root: Path, tmp_path: Path) -> None:
    folder = save_vlm("smolvlm", tmp_path / "smolvlm")
    os.truncate(folder / "model.safetensors", 20_000)
    assert "cut short" in refused(tmp_path, "smolvlm")
    folder = save_vlm("smolvlm", tmp_path / "coded")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": {"AutoModel": "modeling.Evil"}}))
    assert "auto_map" in refused(tmp_path, "coded")
