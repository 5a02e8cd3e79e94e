import dataclasses

import pytest
import torch

from ml.model.detector import build_detector
from ml.model.ltc_paper import PaperLtc
from ml.model.ltc_reference import ReferenceLtc
from ml.profiles.loading import load_profile

TINY = load_profile("tiny")


def with_mode(mode):
    return dataclasses.replace(TINY, ltc=dataclasses.replace(TINY.ltc, mode=mode))


@pytest.mark.parametrize(("mode", "kind"), [("reference", ReferenceLtc), ("paper", PaperLtc)])
def test_the_profile_says_which_mode_is_built_and_both_stream_a_video(mode, kind):
    detector = build_detector(with_mode(mode), classes=2).eval()
    assert isinstance(detector.ltc, kind)
    tokens = torch.randn(5, 7, TINY.detector.token_dim)
    branches, state = detector.stream(tokens, None)
    assert branches.long.probability_C.shape == (5,)
    assert branches.tokens_CQD.shape == branches.prompt_CQD.shape
    assert state.clips == 5


def test_an_artefact_from_before_there_were_modes_still_loads():
    torch.manual_seed(0)
    old = build_detector(TINY, classes=2)
    torch.nn.init.normal_(old.ltc.long.layers[-1].weight)
    saved = {
        name.replace("ltc.long.", "ltc_long.").replace("ltc.short.", "ltc_short."): value
        for name, value in old.state_dict().items()
    }
    assert "ltc_long.layers.0.weight" in saved
    new = build_detector(TINY, classes=2)
    new.load_state_dict(saved)
    torch.testing.assert_close(new.ltc.long.layers[-1].weight, old.ltc.long.layers[-1].weight)


def test_weights_of_the_other_mode_are_refused():
    reference, paper = build_detector(TINY, classes=2), build_detector(with_mode("paper"), classes=2)
    with pytest.raises(RuntimeError, match=r"ltc\.normal"):
        paper.load_state_dict(reference.state_dict())


def test_the_class_head_sees_tokens_of_different_kinds_side_by_side_and_many_of_one_kind_as_their_mean():
    tokens = torch.randn(3, 7, TINY.detector.token_dim)
    assert build_detector(TINY, classes=4).class_features(tokens).shape == (3, 7 * TINY.detector.token_dim)
    encoder = dataclasses.replace(TINY.encoder, name="video_vlm", weights="any", tokens=20, width=48)
    sizes = dataclasses.replace(TINY.detector, specialists=0)
    many = build_detector(dataclasses.replace(TINY, encoder=encoder, detector=sizes), classes=4)
    tokens = torch.randn(3, 20, TINY.detector.token_dim)
    torch.testing.assert_close(many.class_features(tokens), tokens.mean(1))
    assert many.class_logits(tokens).shape == (3, 4)
