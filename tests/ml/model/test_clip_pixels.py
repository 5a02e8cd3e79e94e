"""Pixels as the processors of transformers make them, compared with those that run without torchvision."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil
from transformers.models.video_llama_3.image_processing_pil_video_llama_3 import VideoLlama3ImageProcessorPil

from ml.errors import WeightsInvalid
from ml.model.clip_pixels import normalised, patches, read_preprocessing

CPU = torch.device("cpu")


def frames(count: int, side: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def test_patches_of_qwen_are_those_of_its_processor(tmp_path: Path) -> None:
    processor = Qwen2VLImageProcessorPil(min_pixels=56 * 56, max_pixels=28 * 28 * 1280)
    processor.save_pretrained(tmp_path)
    picture = frames(1, 56)
    expected = processor(images=[picture[0]], return_tensors="pt")
    pixels = normalised(picture, read_preprocessing(tmp_path), CPU)
    values, grid = patches(pixels[None], patch=14, merge=2, temporal=2)
    torch.testing.assert_close(values, expected["pixel_values"], atol=1e-5, rtol=1e-5)
    assert torch.equal(grid, expected["image_grid_thw"])


def test_patches_of_video_llama_3_are_those_of_its_processor_frame_by_frame(tmp_path: Path) -> None:
    processor = VideoLlama3ImageProcessorPil(min_pixels=56 * 56, max_pixels=28 * 28 * 1280, merge_size=2)
    processor.save_pretrained(tmp_path)
    clip = frames(3, 56)
    expected = processor(images=list(clip), return_tensors="pt")["pixel_values"]
    preprocessing = read_preprocessing(tmp_path)
    values, grid = patches(normalised(clip, preprocessing, CPU)[None], patch=14, merge=2, temporal=1)
    torch.testing.assert_close(values, expected, atol=1e-5, rtol=1e-5)
    assert grid.tolist() == [[3, 4, 4]]
    assert preprocessing.merge_size == 2


def test_pixels_of_smolvlm_are_those_of_its_processor(tmp_path: Path) -> None:
    processor = SmolVLMImageProcessorPil(
        do_image_splitting=False, size={"longest_edge": 56}, max_image_size={"longest_edge": 56}, do_resize=False
    )
    processor.save_pretrained(tmp_path)
    picture = frames(1, 56)
    expected = processor(images=[[picture[0]]], return_tensors="pt")["pixel_values"][0]
    torch.testing.assert_close(normalised(picture, read_preprocessing(tmp_path), CPU), expected, atol=1e-5, rtol=1e-5)


def test_frames_of_a_patch_lie_side_by_side_and_clips_one_after_the_other() -> None:
    # Every pixel is 100 * clip + frame; patches of one pixel, two frames.
    pixels = torch.arange(3.0)[None, :] + 100 * torch.arange(2.0)[:, None]
    values, grid = patches(pixels[:, :, None, None, None].expand(2, 3, 1, 2, 2), patch=1, merge=2, temporal=2)
    assert grid.tolist() == [[2, 2, 2], [2, 2, 2]]
    assert values[::4].tolist() == [[0, 1], [2, 2], [100, 101], [102, 102]], "the last frame fills up a clip"


def test_patches_that_become_one_token_follow_each_other() -> None:
    pixels = torch.arange(16.0).reshape(1, 1, 1, 4, 4)
    values, _ = patches(pixels, patch=1, merge=2, temporal=1)
    assert values[:, 0].tolist() == [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]


def test_pictures_that_are_no_whole_number_of_tokens_are_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 28"):
        patches(torch.zeros(1, 2, 3, 60, 56), patch=14, merge=2, temporal=2)


def test_what_is_said_of_videos_comes_first(tmp_path: Path) -> None:
    of_pictures = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    of_videos = {"image_mean": [0.1] * 3, "image_std": [0.2] * 3, "merge_size": 3}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(of_pictures))
    assert read_preprocessing(tmp_path).mean == (0.5, 0.5, 0.5)
    (tmp_path / "processor_config.json").write_text(json.dumps({"video_processor": of_videos}))
    read = read_preprocessing(tmp_path)
    assert (read.mean[0], read.std[0], read.merge_size) == (0.1, 0.2, 3)


def test_processors_that_do_not_normalise_or_scale_are_followed(tmp_path: Path) -> None:
    (tmp_path / "preprocessor_config.json").write_text('{"do_normalize": false, "do_rescale": false}')
    picture = frames(1, 4)
    assert torch.equal(
        normalised(picture, read_preprocessing(tmp_path), CPU), torch.from_numpy(picture).permute(0, 3, 1, 2).float()
    )


@pytest.mark.parametrize(
    ("described", "told"),
    [
        ("{}", "no preprocessor_config.json that tells"),
        ('{"image_mean": [0.5], "image_std": [0.5, 0.5, 0.5]}', "image_mean must be three numbers"),
        ('{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0, 0.5]}', "image_std must be above 0"),
        ('{"image_mean": [0.5, 0.5, 0.5]}', "image_std must be three numbers"),
    ],
)
def test_configurations_that_do_not_tell_are_refused(tmp_path: Path, described: str, told: str) -> None:
    (tmp_path / "preprocessor_config.json").write_text(described)
    with pytest.raises(WeightsInvalid, match=told):
        read_preprocessing(tmp_path)
