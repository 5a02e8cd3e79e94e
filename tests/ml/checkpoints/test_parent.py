import json
import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from converted import convert_arguments, converted_small
from published_forward import vad_llama

from ml.checkpoints.__main__ import main
from ml.checkpoints.geometry import SMALL
from ml.errors import WeightsInvalid
from ml.model.artefact import read_detector

CLIPS = 12


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return converted_small(tmp_path_factory.mktemp("weights"))


def frames():
    generator = torch.Generator().manual_seed(3)
    return torch.randn(CLIPS, 8, SMALL.queries, SMALL.width, generator=generator)


def plain(root):
    state = torch.load(root / "files" / "vad_llama.pth", weights_only=True)["model"]
    return vad_llama(state, frames(), heads=SMALL.heads, layers=SMALL.video_layers)


def test_the_converted_detector_scores_as_the_published_code_does(root):
    detector, profile, classes = read_detector(root / "small" / "parent", str(root))
    assert (profile.name, classes) == ("vad_llama_7b_small", ("Abnormal",))
    with torch.no_grad():
        branches, _ = detector.stream(frames().flatten(1, 2), None)
    expected = plain(root)
    scores = [logits.softmax(-1)[..., 1].amax(1) for logits, _ in expected]
    for branch, score in zip((branches.raw, branches.long, branches.short), scores, strict=True):
        torch.testing.assert_close(branch.probability_C, score, atol=1e-5, rtol=1e-4)
    # The lists were in use: clips of both kinds, and context that changes scores.
    assert 0 < (scores[0] >= 0.5).sum() < CLIPS
    assert (scores[0] - scores[1]).abs().max() > 1e-3
    prompt = sum(hidden for _, hidden in expected)
    torch.testing.assert_close(branches.prompt_CQD, prompt, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(branches.tokens_CQD, expected[0][1], atol=1e-4, rtol=1e-4)


def test_a_checkpoint_of_phase_1_alone_gives_a_detector_whose_context_is_still_silent(root, tmp_path):
    whole = torch.load(root / "files" / "vad_llama.pth", weights_only=True)["model"]
    kept = {name: values for name, values in whole.items() if not name.startswith("LTC_fcs")}
    torch.save({"model": kept}, tmp_path / "phase1.pth")
    arguments = [*convert_arguments(root / "files", "--vad-llama"), "--vad-llama", str(tmp_path / "phase1.pth")]
    assert main(["convert", "--small", "--out", str(tmp_path / "w"), *arguments]) == 0
    detector, _, _ = read_detector(tmp_path / "w" / "parent", str(tmp_path))
    cards = [
        json.loads((folder / "parent" / "model_card.json").read_text()) for folder in (tmp_path / "w", root / "small")
    ]
    assert [card["phases"] for card in cards] == [[1], [1, 2]]
    with torch.no_grad():
        branches, _ = detector.stream(frames().flatten(1, 2), None)
    assert torch.equal(branches.raw.probability_C, branches.long.probability_C)
    assert torch.equal(branches.raw.probability_C, branches.short.probability_C)
    torch.testing.assert_close(branches.raw.probability_C, plain(root)[0][0].softmax(-1)[..., 1].amax(1))


def test_the_parent_needs_the_weights_that_it_was_made_with(root, tmp_path):
    assert main(["random", "--small", "--without-llm", "--seed", "5", "--out", str(tmp_path / "small")]) == 0
    with pytest.raises(WeightsInvalid, match="was trained with the video Q-Former"):
        read_detector(root / "small" / "parent", str(tmp_path))


def test_the_second_parent_has_the_same_weights_and_the_published_sampling(root):
    (first, every, _), (second, published, _) = (
        read_detector(root / "small" / name, str(root)) for name in ("parent", "parent_published")
    )
    states = first.state_dict(), second.state_dict()
    assert all(torch.equal(values, states[1][name]) for name, values in states[0].items())
    assert (every.sampling.snippets, published.sampling.snippets) == (0, 16)
    assert published.name == "vad_llama_7b_published_small"
