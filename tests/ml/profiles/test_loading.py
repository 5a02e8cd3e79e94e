from pathlib import Path

import pytest

from ml.errors import ProfileInvalid
from ml.profiles.loading import load_profile, profile_from_mapping, profile_names, profile_to_mapping


@pytest.mark.parametrize("name", profile_names())
def test_every_shipped_profile_loads_and_survives_json(name):
    profile = load_profile(name)
    assert profile_from_mapping(profile_to_mapping(profile)) == profile


def test_an_unknown_profile_names_those_that_exist():
    with pytest.raises(ProfileInvalid, match="no profile 'huge'; there are: .*tiny"):
        load_profile("huge")


def test_an_unknown_key_is_refused_with_its_place():
    values = profile_to_mapping(load_profile("tiny"))
    values["sampling"]["fsp"] = 4
    with pytest.raises(ProfileInvalid, match="sampling has an unknown key 'fsp'.*fps"):
        profile_from_mapping(values)


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        ("sampling", "fps", 0.0, "fps must be above 0"),
        ("sampling", "frames_per_clip", 1, "at least 2"),
        ("detector", "token_dim", 63, "multiple of heads"),
        ("ltc", "mode", "mystery", "unknown"),
        ("scoring", "threshold", 1.0, "between 0 and 1"),
        ("sampling", "frames_per_clip", "eight", "must be int"),
        ("encoder", "dtype", "float8", "float16 or float32"),
        ("sampling", "frames_per_clip", 0, "sampling.frames_per_clip must be at least 2, not 0"),
        ("sampling", "fps", float("inf"), "sampling.fps must be above 0, not inf"),
        ("detector", "heads", 0, "detector.heads must be at least 1, not 0"),
        ("detector", "members", 0, "detector.members must be at least 1"),
        ("detector", "dropout", 1.0, "detector.dropout must lie in"),
        ("losses", "top_clips", 0, "losses.top_clips must be at least 1"),
        ("losses", "glance_sigma_ms", 0, "losses.glance_sigma_ms must be at least 1"),
        ("losses", "margin", float("nan"), "losses.margin must be 0 or more, not nan"),
        ("phase1", "batch_videos", 0, "phase1.batch_videos must be at least 1"),
        ("phase2", "checkpoint_every", 0, "phase2.checkpoint_every must be at least 1"),
        ("ltc", "list_length", 1, "ltc.list_length must be at least 2 in mode reference"),
        ("encoder", "name", "resnet", "encoder.name 'resnet' is unknown"),
    ],
)
def test_contradictions_are_refused(section, key, value, message):
    values = profile_to_mapping(load_profile("tiny"))
    values[section][key] = value
    with pytest.raises(ProfileInvalid, match=message):
        profile_from_mapping(values)


def test_a_missing_section_is_named():
    values = profile_to_mapping(load_profile("tiny"))
    del values["ltc"]
    with pytest.raises(ProfileInvalid, match="ltc"):
        profile_from_mapping(values)


def test_mode_paper_lists_a_single_clip_if_asked() -> None:
    values = profile_to_mapping(load_profile("tiny"))
    values["ltc"] |= {"mode": "paper", "list_length": 1}
    assert profile_from_mapping(values).ltc.list_length == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"- a\n- b\n", "expected keys and values, found list"),
        (b"sampling: \xff\xfe", "cannot be read"),
        (b"sampling: [", "cannot be read"),
    ],
)
def test_a_file_that_is_no_profile_is_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_bytes(content)
    with pytest.raises(ProfileInvalid, match=message) as refused:
        load_profile(str(path))
    assert "\n" not in str(refused.value)
