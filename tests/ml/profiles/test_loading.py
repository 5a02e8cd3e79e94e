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
