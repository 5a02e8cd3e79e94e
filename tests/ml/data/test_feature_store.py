import multiprocessing
import os
import resource
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from ml.data import feature_entry
from ml.data.feature_entry import INDEX_FILE, ClipFeatures
from ml.data.feature_store import FeatureStore
from ml.errors import FeatureEntryCorrupt, FeaturesBroken, StoreUnreadable, StoreUnwritable

SHAPES = {"flow": (6,), "motion": (5,), "tokens": (4, 3)}
CLIP_BYTES = 2 * (6 + 5 + 12)


def store_in(folder, identity="one", cap_gb=1.0):
    return FeatureStore(folder, identity=identity, group_shapes=SHAPES, cap_gb=cap_gb)


def features(clips=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return ClipFeatures(
        {name: torch.rand(clips, *shape, generator=generator).half().float() for name, shape in SHAPES.items()},
        tuple(range(0, clips * 2000, 2000)),
        tuple(range(2000, clips * 2000 + 1, 2000)),
    )


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@contextmanager
def no_more_files(spare=0):
    """Within the block this process can open only so many files more."""
    lowest = os.dup(0)
    os.close(lowest)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + spare, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def short_parts(monkeypatch):
    """Parts of four clips."""
    monkeypatch.setattr(feature_entry, "PART_BYTES", 4 * CLIP_BYTES)


def test_what_is_written_is_read_back_in_half_precision(tmp_path):
    store, written = store_in(tmp_path), features()
    written.groups["motion"] += 1e-5
    store.write("abc", written)
    read = store.read("abc")
    assert read.clip_end_ms == (2000, 4000, 6000)
    assert torch.equal(read.groups["motion"], written.groups["motion"].half().float())
    assert read.groups["tokens"].dtype == torch.float32


def test_any_stretch_and_any_choice_of_clips_equals_the_whole(tmp_path, short_parts):
    store, written = store_in(tmp_path), features(clips=11)
    store.write("abc", written)
    stored = store.open("abc")
    assert len(stored) == 11
    assert stored.nbytes == 2 * 11 * CLIP_BYTES
    assert len(list(store.path("abc").glob("part-*"))) == 3
    for first in range(12):
        for stop in range(first, 13):
            stretch = stored.clips(first, stop)
            assert all(torch.equal(stretch[name], written.groups[name][first:stop]) for name in SHAPES)
    places = torch.tensor([0, 3, 4, 4, 9, 10])
    assert all(torch.equal(stored.chosen(places)[name], written.groups[name][places]) for name in SHAPES)
    assert all(torch.equal(written.chosen(places)[name], written.groups[name][places]) for name in SHAPES)


def test_clips_that_are_not_there_cannot_be_chosen(tmp_path):
    store = store_in(tmp_path)
    store.write("abc", features())
    with pytest.raises(IndexError, match="an entry of 3"):
        store.open("abc").chosen(torch.tensor([0, 3]))
    with pytest.raises(ValueError, match="must ascend"):
        store.open("abc").chosen(torch.tensor([1, 0]))


def test_an_entry_written_in_pieces_of_any_length_is_the_same(tmp_path, short_parts):
    store, whole = store_in(tmp_path), features(clips=23)
    with store.writer("abc") as entry:
        for first, stop in ((0, 1), (1, 10), (10, 10), (10, 22), (22, 23)):
            entry.add(whole.clips(first, stop))
        entry.finish(whole.clip_start_ms, whole.clip_end_ms)
    read = store.read("abc")
    assert all(torch.equal(read.groups[name], whole.groups[name]) for name in SHAPES)


def test_a_truncated_part_is_named_and_others_are_untouched(tmp_path):
    store = store_in(tmp_path)
    for key in ("one", "two"):
        store.write(key, features())
    (part,) = store.path("one").glob("part-*")
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(FeatureEntryCorrupt, match="feature entry one has other values in part-00000"):
        store.read("one")
    store.set_aside("one")
    assert not store.has("one")
    assert len(store.read("two").clip_start_ms) == 3


def test_one_wrong_bit_is_found(tmp_path):
    store = store_in(tmp_path)
    store.write("abc", features())
    (part,) = store.path("abc").glob("part-*")
    content = bytearray(part.read_bytes())
    content[-1] ^= 1
    part.write_bytes(content)
    with pytest.raises(FeatureEntryCorrupt, match="feature entry abc"):
        store.open("abc")


def without_a_part(folder):
    next(folder.glob("part-*")).unlink()


def with_a_cut_index(folder):
    path = folder / INDEX_FILE
    path.write_bytes(path.read_bytes()[:50])


def without_an_index(folder):
    (folder / INDEX_FILE).unlink()


def with_wrong_times(folder):
    index = load_file(folder / INDEX_FILE)
    index["clip_edges_ms"][1] = 0
    save_file(index, folder / INDEX_FILE)


def with_a_part_too_many(folder):
    index = load_file(folder / INDEX_FILE)
    index["part_checksums"] = torch.zeros(2, dtype=torch.int64)
    save_file(index, folder / INDEX_FILE)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (without_a_part, "no part-00000"),
        (with_a_cut_index, "a damaged index"),
        (without_an_index, "no index"),
        (with_wrong_times, "no sound clip times"),
        (with_a_part_too_many, "does not say which clips"),
    ],
)
def test_an_entry_that_does_not_add_up_is_named(tmp_path, spoil, message):
    store = store_in(tmp_path)
    store.write("abc", features())
    spoil(store.path("abc"))
    with pytest.raises(FeatureEntryCorrupt, match=f"feature entry abc .*{message}"):
        store.read("abc")


@pytest.mark.parametrize("spare", [0, 1])
def test_an_entry_that_cannot_be_opened_now_is_not_called_corrupt(tmp_path, spare):
    store = store_in(tmp_path)
    store.write("abc", features())
    stored = store.open("abc")
    with no_more_files(spare), pytest.raises(StoreUnreadable, match="feature entry abc .*Too many open files"):
        store.open("abc")
    with no_more_files(spare), pytest.raises(StoreUnreadable, match="feature entry abc .*Too many open files"):
        stored.clips(0, 2)
    assert torch.equal(stored.clips(0, 2)["flow"], store.read("abc").groups["flow"][:2])


def with_a_cut_part(folder):
    path = next(folder.glob("part-*"))
    path.write_bytes(path.read_bytes()[:50])


@pytest.mark.parametrize("spoil", [without_a_part, with_a_cut_part, shutil.rmtree])
def test_an_entry_that_goes_bad_while_it_is_read_is_named(tmp_path, spoil):
    store = store_in(tmp_path)
    store.write("abc", features())
    stored = store.open("abc")
    spoil(store.path("abc"))
    with pytest.raises(FeatureEntryCorrupt, match="feature entry abc .*part-00000"):
        stored.chosen(torch.tensor([1]))


def test_an_entry_that_is_sound_again_is_not_set_aside(tmp_path):
    store = store_in(tmp_path)
    store.write("abc", features())
    with_a_cut_index(store.path("abc"))
    with pytest.raises(FeatureEntryCorrupt):
        store.open("abc")
    another = store_in(tmp_path)
    another.set_aside("abc")
    another.write("abc", features())
    store.set_aside("abc")
    assert len(store.read("abc")) == 3


def test_an_entry_of_other_groups_is_named(tmp_path):
    store_in(tmp_path).write("abc", features())
    other = FeatureStore(tmp_path, identity="one", group_shapes=SHAPES | {"motion": (7,)})
    with pytest.raises(FeatureEntryCorrupt, match="no sound group 'motion'"):
        other.read("abc")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e9])
def test_features_that_are_no_numbers_are_refused_and_nothing_is_kept(tmp_path, value):
    store, broken = store_in(tmp_path), features()
    broken.groups["tokens"][1, 2, 0] = value
    with (
        pytest.raises(FeaturesBroken, match=r"street.mp4: .*'tokens' of clip 4; re-encode"),
        store.writer("abc", "street.mp4") as entry,
    ):
        entry.add(features().groups)
        entry.add(broken.groups)
    assert not store.has("abc")
    assert not any("part-" in name for name in files_below(tmp_path))


def test_an_interrupted_write_leaves_the_old_entry(tmp_path):
    store = store_in(tmp_path)
    store.write("abc", features(seed=1))
    before = {path: path.read_bytes() for path in store.path("abc").iterdir()}
    with pytest.raises(KeyboardInterrupt), store.writer("abc") as entry:
        entry.add(features(seed=2).groups)
        raise KeyboardInterrupt
    store.write("abc", features(seed=3))
    assert {path: path.read_bytes() for path in store.path("abc").iterdir()} == before


def test_an_entry_needs_times_for_all_its_clips(tmp_path):
    store = store_in(tmp_path)
    with pytest.raises(ValueError, match="2 clip times for 3 clips"), store.writer("abc") as entry:
        entry.add(features().groups)
        entry.finish((0, 1), (1, 2))
    with pytest.raises(ValueError, match="must have the shapes"), store.writer("abc") as entry:
        entry.add({"flow": torch.zeros(1, 6)})
    assert not store.has("abc")


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "store").write_text("a file where the folder should be", "utf-8")
    store = store_in(tmp_path / "store")
    with pytest.raises(StoreUnwritable, match="features of abc cannot be kept .*free some space"):
        store.write("abc", features())
    with (
        pytest.raises(StoreUnwritable, match="features of street.mp4 cannot be kept"),
        store.pinned("abc", "street.mp4"),
    ):
        pass


def test_a_full_disk_says_so_and_leaves_nothing(tmp_path):
    store = store_in(tmp_path)
    with pytest.raises(StoreUnwritable, match="features of abc"), store.writer("abc") as entry:
        entry.add(features().groups)
        shutil.rmtree(next(tmp_path.rglob("draft-*")))
        entry.finish(features().clip_start_ms, features().clip_end_ms)
    assert not store.has("abc")


def test_another_backbone_or_sampling_has_entries_of_its_own(tmp_path):
    store_in(tmp_path).write("abc", features())
    assert store_in(tmp_path).has("abc")
    assert not store_in(tmp_path, identity="two").has("abc")


@pytest.mark.parametrize("key", ["", "../x", "a/b", ".hidden", "a.b"])
def test_a_key_never_becomes_another_path(tmp_path, key):
    with pytest.raises(ValueError, match="no key of a video"):
        store_in(tmp_path).path(key)


def write_many(folder, first, rounds):
    store = store_in(Path(folder), cap_gb=40e-6)
    for number in range(rounds):
        key = f"video{(first + number) % 8}"
        with store.pinned(key):
            if not store.has(key):
                store.write(key, features(clips=100, seed=(first + number) % 8))
            read = store.read(key)
        assert torch.equal(read.groups["flow"], features(clips=100, seed=(first + number) % 8).groups["flow"])
    os._exit(0)


def test_processes_that_write_read_and_evict_at_once_see_whole_entries_only(tmp_path):
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=write_many, args=(str(tmp_path), first, 40)) for first in (0, 3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert not list(tmp_path.rglob("*.corrupt"))
