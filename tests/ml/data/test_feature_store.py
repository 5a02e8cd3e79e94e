import pytest
import torch
from safetensors.torch import load_file, save_file

from ml.data.feature_store import ClipFeatures, FeatureStore
from ml.errors import FeatureEntryCorrupt

SHAPES = {"flow": (6,), "motion": (5,), "tokens": (4, 3)}


def store_in(folder, identity="one"):
    return FeatureStore(folder, identity=identity, group_shapes=SHAPES)


def features(clips=3):
    return ClipFeatures(
        {name: torch.rand(clips, *shape) for name, shape in SHAPES.items()},
        tuple(range(0, clips * 2000, 2000)),
        tuple(range(2000, clips * 2000 + 1, 2000)),
    )


def test_what_is_written_is_read_back_in_half_precision(tmp_path):
    store, written = store_in(tmp_path), features()
    store.write("abc", written)
    read = store.read("abc")
    assert read.clip_end_ms == (2000, 4000, 6000)
    torch.testing.assert_close(read.groups["motion"], written.groups["motion"], atol=1e-3, rtol=1e-3)
    assert [path.name for path in tmp_path.rglob("*.tmp")] == []


def test_a_truncated_entry_is_named_and_others_are_untouched(tmp_path):
    store = store_in(tmp_path)
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
    store = store_in(tmp_path)
    store.write("abc", features())
    tensors = load_file(store.path("abc"))
    spoil(tensors)
    save_file(tensors, store.path("abc"))
    with pytest.raises(FeatureEntryCorrupt, match=message):
        store.read("abc")


def test_another_backbone_or_sampling_has_entries_of_its_own(tmp_path):
    store_in(tmp_path).write("abc", features())
    assert store_in(tmp_path).has("abc")
    assert not store_in(tmp_path, identity="two").has("abc")


@pytest.mark.parametrize("key", ["", "../x", "a/b", ".hidden"])
def test_a_key_never_becomes_another_path(tmp_path, key):
    with pytest.raises(ValueError, match="no key of a video"):
        store_in(tmp_path).path(key)
