import logging
import os
import subprocess
import sys

import pytest
import torch

from ml.data.feature_entry import INDEX_FILE, ClipFeatures
from ml.data.feature_store import FeatureStore
from ml.data.store_room import LOCK, USES
from ml.errors import StoreUnwritable

ENTRY_GB = 2e-6
"""An entry takes a little more than 2,000 bytes."""


def store_in(folder, entries, identity="one"):
    return FeatureStore(folder, identity=identity, group_shapes={"motion": (1000,)}, cap_gb=entries * 1.3 * ENTRY_GB)


def write(store, key):
    store.write(key, ClipFeatures({"motion": torch.zeros(1, 1000)}, (0,), (2000,)))


def size_below(folder):
    return sum(path.stat().st_size for path in folder.rglob("*.safetensors"))


def use_at(store, key, second):
    os.utime(store.path(key) / INDEX_FILE, (second, second))


def test_the_least_recently_used_entry_goes_first(tmp_path):
    store = store_in(tmp_path, 3)
    for second, key in enumerate(("a", "b", "c")):
        write(store, key)
        use_at(store, key, second)
    store.read("a")
    write(store, "d")
    assert [key for key in "abcd" if store.has(key)] == ["a", "c", "d"]


def test_entries_of_other_backbones_and_earlier_versions_share_the_cap(tmp_path):
    write(store_in(tmp_path, 3, "two"), "a")
    old = tmp_path / "efficientnet_lite0-0123456789ab" / "abc.safetensors"
    old.parent.mkdir()
    old.write_bytes(bytes(4000))
    os.utime(old, (1, 1))
    store = store_in(tmp_path, 3)
    write(store, "b")
    write(store, "c")
    assert not old.exists()
    assert store_in(tmp_path, 3, "two").has("a")
    assert store.has("b")


def test_what_is_read_or_written_is_never_evicted(tmp_path, caplog):
    store = store_in(tmp_path, 2)
    write(store, "a")
    write(store, "b")
    use_at(store, "a", 1)
    use_at(store, "b", 2)
    held = store.open("a")
    with store.pinned("b"), caplog.at_level(logging.WARNING):
        write(store, "c")
    assert all(store.has(key) for key in "abc")
    assert "above its cap" in caplog.text
    del held
    use_at(store, "a", 1)
    write(store, "d")
    assert not store.has("a")
    assert not store.has("b")


def test_what_another_process_uses_stays_until_it_ends(tmp_path):
    store = store_in(tmp_path, 2)
    write(store, "a")
    use_at(store, "a", 1)
    user = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from ml.data.feature_store import FeatureStore\n"
            "store = FeatureStore(sys.argv[1], identity='one', group_shapes={'motion': (1000,)})\n"
            "held = store.open('a'); print('open', flush=True); sys.stdin.read()\n"
            "import os; os._exit(9)",
            str(tmp_path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert user.stdout.readline() == "open\n"
    use_at(store, "a", 1)
    write(store, "b")
    write(store, "c")
    assert store.has("a")
    user.communicate("")
    assert user.returncode == 9
    write(store, "d")
    assert not store.has("a")
    assert len(list((tmp_path / USES).glob("*.lock"))) == 1


def test_a_process_that_ends_leaves_no_trace_of_its_use(tmp_path):
    store = store_in(tmp_path, 2)
    write(store, "a")
    store.read("a")
    assert list((tmp_path / USES).iterdir())
    del store
    assert not list((tmp_path / USES).iterdir())


def test_an_unfinished_draft_of_a_dead_process_is_removed(tmp_path):
    uses = tmp_path / USES / "123-abc"
    (uses / "draft-1").mkdir(parents=True)
    (uses / "draft-1" / "part-00000.safetensors").write_bytes(bytes(9000))
    uses.with_suffix(".lock").touch()
    store = store_in(tmp_path, 2)
    write(store, "a")
    assert not uses.exists()
    assert store.has("a")


@pytest.mark.parametrize("times", [1, 3])
def test_an_entry_pinned_several_times_stays_until_the_last_pin_is_off(tmp_path, times):
    store = store_in(tmp_path, 1)
    write(store, "a")
    held = [store.open("a") for _ in range(times)]
    for _ in range(times):
        write(store, "b")
        assert store.has("a")
        held.pop()
    write(store, "c")
    assert not store.has("a")


def test_a_store_with_ample_room_is_counted_again_in_time(tmp_path):
    store = store_in(tmp_path, 40)
    for number in range(60):
        write(store, f"video{number:02}")
        use_at(store, f"video{number:02}", number)
    kept = [number for number in range(60) if store.has(f"video{number:02}")]
    assert kept == list(range(60 - len(kept), 60))
    assert 30 <= len(kept) <= 40 * 1.3


def test_processes_that_fill_a_store_in_turn_never_pass_its_cap(tmp_path):
    early, late = store_in(tmp_path, 40), store_in(tmp_path, 40)
    write(early, "early00")
    for number in range(60):
        write(late, f"late{number:02}")
    for number in range(1, 10):
        write(early, f"early{number:02}")
        assert size_below(tmp_path) <= 40 * 1.3 * ENTRY_GB * 1e9


def test_a_store_of_which_another_version_knows_no_total_is_counted(tmp_path):
    store = store_in(tmp_path, 2)
    write(store, "a")
    (tmp_path / LOCK).write_bytes(b"")
    write(store, "b")
    write(store, "c")
    assert [key for key in "abc" if store.has(key)] == ["b", "c"]


def test_a_pin_that_could_not_be_written_does_not_count(tmp_path):
    store = store_in(tmp_path, 1)
    write(store, "a")
    (tmp_path / USES).rename(tmp_path / ".elsewhere")
    with pytest.raises(StoreUnwritable, match="features of a cannot be kept"):
        store.open("a")
    (tmp_path / ".elsewhere").rename(tmp_path / USES)
    held = store.open("a")
    write(store_in(tmp_path, 1), "b")
    assert len(held) == 1
    assert store.has("a")


def vanishes_before(monkeypatch, operation, victim, elsewhere):
    """Whether the victim is gone by now, as it will be just before the first such operation of `os` on it."""
    operate, gone = getattr(os, operation), []

    def act(path, *others, **named):
        if path == victim and not gone:
            gone.append(victim)
            victim.rename(elsewhere)
        return operate(path, *others, **named)

    monkeypatch.setattr(os, operation, act)
    return gone


def lock_of_another(folder):
    return next((folder / USES).glob("*.lock"))


def uses_of_another(folder):
    return lock_of_another(folder).with_suffix("")


def oldest_entry(folder):
    return next(folder.glob("*/old"))


def folder_of_entries(folder):
    return oldest_entry(folder).parent


@pytest.mark.parametrize(
    ("operation", "victim_in"),
    [
        ("open", lock_of_another),
        ("listdir", uses_of_another),
        ("listdir", folder_of_entries),
        ("stat", oldest_entry),
        ("rename", oldest_entry),
    ],
)
def test_what_vanishes_while_the_store_is_counted_is_left_out(tmp_path, monkeypatch, operation, victim_in):
    other = store_in(tmp_path / "store", 3, "two")
    for second, key in enumerate(("old", "new")):
        write(other, key)
        use_at(other, key, second)
    held = other.open("new")
    gone = vanishes_before(monkeypatch, operation, victim_in(tmp_path / "store"), tmp_path / "elsewhere")
    store = store_in(tmp_path / "store", 1)
    write(store, "a")
    assert gone
    assert store.has("a")
    assert len(held) == 1
