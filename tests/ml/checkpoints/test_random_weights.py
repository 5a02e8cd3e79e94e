import dataclasses

import pytest

from ml.checkpoints.__main__ import main
from ml.checkpoints.geometry import PUBLISHED, SMALL
from ml.checkpoints.random_weights import small_profile
from ml.profiles.loading import load_profile, profile_to_mapping


def test_small_profiles_differ_from_the_shipped_ones_in_sizes_places_and_steps_only(tmp_path):
    assert main(["random", "--small", "--without-llm", "--out", str(tmp_path / "w")]) == 0
    allowed = {
        "encoder": {"weights", "input_px", "tokens", "width"},
        "detector": {"token_dim", "queries", "layers", "heads", "predictor_hidden"},
        "ltc": {"hidden"},
        "phase1": {"epochs", "warmup_steps"},
        "phase2": {"epochs", "warmup_steps"},
        "language": {"weights", "token_groups", "steps", "warmup_steps", "checkpoint_every", "max_new_tokens"},
    }
    for file, name in {"profile.yaml": "vad_llama_7b", "profile_published.yaml": "vad_llama_7b_published"}.items():
        small, whole = (profile_to_mapping(load_profile(each)) for each in (str(tmp_path / "w" / file), name))
        assert small.pop("name") == f"{whole.pop('name')}_small"
        for section, values in whole.items():
            differs = {key for key in values if values[key] != small[section][key]}
            assert differs <= allowed.get(section, set())


@pytest.mark.parametrize("name", ["vad_llama_7b", "vad_llama_7b_published"])
def test_the_shipped_profiles_have_the_published_geometry(name):
    profile = load_profile(name)
    same = small_profile(profile, PUBLISHED, profile.encoder.weights)
    assert (same.encoder, same.detector, same.ltc) == (profile.encoder, profile.detector, profile.ltc)
    assert same.language.token_groups == profile.language.token_groups == SMALL.queries * 8
    assert profile.language.video_tokens == 64


def test_the_published_twin_differs_in_what_it_says():
    whole, twin = load_profile("vad_llama_7b"), load_profile("vad_llama_7b_published")
    expected = dataclasses.replace(
        whole,
        name="vad_llama_7b_published",
        sampling=dataclasses.replace(whole.sampling, snippets=16),
        losses=dataclasses.replace(whole.losses, normal_clips=0.0),
    )
    assert twin == expected


@pytest.mark.parametrize("flags", [[], ["--as-published"]])
def test_the_language_model_can_be_left_out(tmp_path, flags):
    main(["random", "--small", *flags, "--out", str(tmp_path / "whole")])
    main(["random", "--small", "--without-llm", *flags, "--out", str(tmp_path / "light")])
    whole, light = ({path.name for path in (tmp_path / name).iterdir()} for name in ("whole", "light"))
    assert whole - light == {"vicuna" if flags else "llm"}
    assert light <= whole
