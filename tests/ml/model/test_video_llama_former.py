import copy
import dataclasses
import shutil
import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from converted import converted_small
from published_forward import qformer

from ml.checkpoints.__main__ import main
from ml.checkpoints.geometry import PUBLISHED, SMALL, video_qformer_config
from ml.errors import ProfileInvalid, WeightsInvalid
from ml.model.query_former import QueryFormer
from ml.model.vador import single_vador
from ml.model.video_llama_former import build_video_llama_former, load_video_llama_former
from ml.profiles.loading import load_profile


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return converted_small(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def profile(root):
    return load_profile(str(root / "small" / "profile.yaml"))


@pytest.fixture
def former(root, profile):
    return build_video_llama_former(profile, str(root))


def tokens(clips=3):
    return torch.randn(clips, 32, 24, generator=torch.Generator().manual_seed(0))


def test_it_sees_what_the_published_network_sees(root, former):
    state = torch.load(root / "files" / "video_llama.pth", weights_only=True)["model"]
    positions = state["video_frame_position_embedding.weight"][:8].repeat_interleave(SMALL.queries, 0)
    expected = qformer(
        state,
        "video_Qformer.bert",
        state["video_query_tokens"],
        tokens() + positions,
        layers=2,
        heads=SMALL.heads,
        frequency=1,
    )
    torch.testing.assert_close(former(tokens()), expected, atol=2e-5, rtol=1e-5)


def test_the_place_of_a_frame_counts(former):
    turned = tokens().view(3, 8, 4, 24).flip(1).reshape(3, 32, 24)
    assert not torch.allclose(former(tokens()), former(turned))


def test_nothing_of_it_is_trained_or_saved_and_dropout_stays_off(former):
    vador = single_vador(former, dim=SMALL.width, hidden=SMALL.predictor_hidden)
    trained = [name for name, _ in vador.named_parameters()]
    assert trained and all(name.startswith("predictors.") for name in trained)
    assert {name for name in vador.state_dict() if name.startswith("formers.")} == {"formers.0.weights_sha256"}
    vador.train()
    assert torch.equal(former(tokens()), former(tokens()))


def test_gradients_flow_through_it_to_what_is_added_to_the_tokens(former):
    added = torch.zeros(3, 32, 24, requires_grad=True)
    former(tokens() + added).pow(2).sum().backward()
    assert (added.grad != 0).any(-1).all()


def test_it_follows_its_model_to_another_precision(former):
    moved = copy.deepcopy(former).double()
    torch.testing.assert_close(moved(tokens().double()).float(), former(tokens()), atol=1e-4, rtol=1e-4)


def test_a_model_is_refused_with_other_weights_than_it_was_trained_with(root, profile, former, tmp_path):
    sizes = {"dim": SMALL.width, "hidden": SMALL.predictor_hidden}
    trained = single_vador(former, **sizes).state_dict()
    single_vador(build_video_llama_former(profile, str(root)), **sizes).load_state_dict(trained)
    assert main(["random", "--small", "--without-llm", "--seed", "7", "--out", str(tmp_path / "small")]) == 0
    other = single_vador(build_video_llama_former(profile, str(tmp_path)), **sizes)
    with pytest.raises(WeightsInvalid, match="was trained with the video Q-Former [0-9a-f]{12}, but [0-9a-f]{12}"):
        other.load_state_dict(trained)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"queries": 32}, "detector.queries is 32 but the video Q-Former in 'small' has 4"),
        ({"layers": 3}, "detector.layers is 3 but .* has 2"),
        ({"heads": 12}, "detector.heads is 12 but .* has 4"),
    ],
)
def test_weights_of_other_sizes_are_refused(root, profile, change, message):
    other = dataclasses.replace(profile, detector=dataclasses.replace(profile.detector, **change))
    with pytest.raises(ProfileInvalid, match=message):
        build_video_llama_former(other, str(root))


def test_an_image_q_former_is_refused(root, tmp_path):
    shutil.copytree(root / "small" / "qformer", tmp_path / "video_qformer")
    with pytest.raises(WeightsInvalid, match="no num_frame_positions: it is of an image Q-Former"):
        load_video_llama_former(tmp_path, frame_tokens=4)


@pytest.mark.parametrize("count", [30, 33 * 4])
def test_tokens_that_are_no_whole_frames_or_too_many_are_refused(former, count):
    with pytest.raises(ValueError, match="not 4 of each of at most 32 frames"):
        former(torch.zeros(1, count, 24))


def test_the_papers_former_has_the_papers_shapes():
    with torch.device("meta"):
        network = QueryFormer(video_qformer_config(PUBLISHED), queries=32, frame_positions=32)
    assert network.query_tokens.shape == (1, 32, 768)
    assert network.frame_positions.weight.shape == (32, 768)
    assert all(layer.has_cross_attention for layer in network.former.encoder.layer)
    assert len(network.former.encoder.layer) == 2
