import pytest
import torch
from safetensors.torch import load_file, save_file

from ml.data.feature_store import ClipFeatures, FeatureStore
from ml.errors import FeatureEntryCorrupt
from ml.model.motion import GROUP_SIZES
from ml.profiles.loading import load_profile, profile_from_mapping, profile_to_mapping

PROFILE = load_profile("tiny")


def features(clips=3):
    return ClipFeatures(
        {name: torch.rand(clips, size) for name, size in GROUP_SIZES.items()},
        tuple(range(0, clips * 2000, 2000)),
        tuple(range(2000, clips * 2000 + 1, 2000)),
    )


def test_what_is_written_is_read_back_in_half_precision(tmp_path):
    store, written = FeatureStore(tmp_path, PROFILE), features()
    store.write("abc", written)
    read = store.read("abc")
    assert read.clip_end_ms == (2000, 4000, 6000)
    torch.testing.assert_close(read.groups["motion"], written.groups["motion"], atol=1e-3, rtol=1e-3)
    assert [path.name for path in tmp_path.rglob("*.tmp")] == []


def test_a_truncated_entry_is_named_and_others_are_untouched(tmp_path):
    store = FeatureStore(tmp_path, PROFILE)
    for key in ("one", "two"):
        store.write(key, features())
    path = store.path("one")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(FeatureEntryCorrupt, match="one.safetensors cannot be read"):
        store.read("one")
    store.set_aside("one")
    assert not store.has("one")
    assert len(store.read("two").clip_start_ms) == 3


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda tensors: tensors.pop("flow"), "no sound group 'flow'"),
        (lambda tensors: tensors["motion"].fill_(float("nan")), "broken numbers in 'motion'"),
        (lambda tensors: tensors.pop("clip_edges_ms"), "no clip times"),
    ],
)
def test_an_entry_that_does_not_add_up_is_named(tmp_path, spoil, message):
    store = FeatureStore(tmp_path, PROFILE)
    store.write("abc", features())
    tensors = load_file(store.path("abc"))
    spoil(tensors)
    save_file(tensors, store.path("abc"))
    with pytest.raises(FeatureEntryCorrupt, match=message):
        store.read("abc")


def test_another_sampling_has_entries_of_its_own(tmp_path):
    FeatureStore(tmp_path, PROFILE).write("abc", features())
    values = profile_to_mapping(PROFILE)
    values["sampling"]["fps"] = 2.0
    assert not FeatureStore(tmp_path, profile_from_mapping(values)).has("abc")


@pytest.mark.parametrize("key", ["", "../x", "a/b", ".hidden"])
def test_a_key_never_becomes_another_path(tmp_path, key):
    with pytest.raises(ValueError, match="no key of a video"):
        FeatureStore(tmp_path, PROFILE).path(key)
