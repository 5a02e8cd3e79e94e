import dataclasses

import pytest
import torch

from ml.contracts import TrainingVideo, VideoRef
from ml.model.detector import build_detector
from ml.profiles.loading import load_profile
from ml.training.batches import VideoClips
from ml.training.phase2 import run_phase2
from ml.training.targets import clip_targets

TINY = load_profile("tiny")
CLIPS = 6


def profile_in(mode):
    return dataclasses.replace(
        TINY,
        detector=dataclasses.replace(TINY.detector, members=1, specialists=0),
        ltc=dataclasses.replace(TINY.ltc, mode=mode),
        phase2=dataclasses.replace(TINY.phase2, epochs=3, warmup_steps=1, checkpoint_every=3),
    )


def taught_videos():
    generator = torch.Generator().manual_seed(0)
    starts = tuple(range(0, 2000 * CLIPS, 2000))
    ends = tuple(start + 2000 for start in starts)
    centres = (torch.tensor(starts) + 1000).float()
    videos = []
    for number in range(4):
        label = "abnormal" if number % 2 else "normal"
        targets = clip_targets(TrainingVideo(VideoRef("k", "n", "p", ends[-1], label)), starts, ends, ("Abnormal",))
        tokens = torch.randn(CLIPS, 7, TINY.detector.token_dim, generator=generator) + number % 2
        videos.append(VideoClips(tokens, centres, targets))
    return videos


@pytest.mark.parametrize("mode", ["reference", "paper"])
def test_predictors_and_nets_learn_and_formers_stay_as_they_were(mode, tmp_path):
    torch.manual_seed(0)
    profile = profile_in(mode)
    detector = build_detector(profile, classes=1)
    before = {name: value.clone() for name, value in detector.state_dict().items()}
    losses = []
    run_phase2(
        detector,
        taught_videos(),
        profile=profile,
        seed=0,
        checkpoint=tmp_path / "phase2.safetensors",
        on_epoch=lambda epoch, epochs, loss, rate: losses.append(loss),
        should_stop=lambda: False,
    )
    changed = {name for name, value in detector.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {name for name in before if name.startswith(("vador.predictors.", "ltc."))}
    assert losses[-1] < losses[0]
    assert all(parameter.requires_grad for parameter in detector.vador.formers.parameters())
    assert not detector.training


def test_a_former_that_was_frozen_before_stays_frozen(tmp_path):
    profile = profile_in("reference")
    detector = build_detector(profile, classes=1)
    detector.vador.formers.requires_grad_(False)
    run_phase2(
        detector,
        taught_videos(),
        profile=profile,
        seed=0,
        checkpoint=tmp_path / "phase2.safetensors",
        on_epoch=lambda *told: None,
        should_stop=lambda: False,
    )
    assert not any(parameter.requires_grad for parameter in detector.vador.formers.parameters())
