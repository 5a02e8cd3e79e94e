import pickle
from contextlib import suppress

import numpy as np
import pytest

from ml.errors import ScoresInvalid, TruthInvalid
from ml.evaluation.arrays import holds_arrays, read_arrays


def test_a_folder_has_an_array_a_file(tmp_path):
    (tmp_path / "Abuse").mkdir()
    np.save(tmp_path / "Abuse" / "a.1.npy", np.array([0.5]))
    np.savez_compressed(tmp_path / "b.npz", scores=np.array([1, 0]))
    (tmp_path / "readme.txt").write_text("no array")
    found = read_arrays(tmp_path, ScoresInvalid)
    assert {name: array.tolist() for name, array in found.items()} == {"Abuse/a.1": [0.5], "b": [1, 0]}
    assert holds_arrays(tmp_path) and holds_arrays(tmp_path / "b.npz") and not holds_arrays(tmp_path / "readme.txt")


def test_a_folder_is_clear_about_which_array_is_whose(tmp_path):
    np.savez(tmp_path / "b.npz", one=np.zeros(1), two=np.zeros(1))
    with pytest.raises(ScoresInvalid, match="b.npz must hold one array in a folder of a file a video, not 2"):
        read_arrays(tmp_path, ScoresInvalid)
    np.savez(tmp_path / "b.npz", one=np.zeros(1))
    np.save(tmp_path / "b.npy", np.zeros(1))
    with pytest.raises(TruthInvalid, match="b is in it twice"):
        read_arrays(tmp_path, TruthInvalid)


class Trap:
    """Unpickling it writes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("name", ["best.pickle", "plain.npy", "objects.npy", "objects.npz"])
def test_pickles_are_refused_and_never_run(tmp_path, name):
    trap = Trap(tmp_path / "sprung")
    if name.startswith("objects"):
        array = np.array([trap], dtype=object)
        np.save(tmp_path / name, array, allow_pickle=True) if name.endswith("npy") else np.savez(
            tmp_path / name, a=array
        )
    else:
        (tmp_path / name).write_bytes(pickle.dumps(trap))
    for path in (tmp_path / name, tmp_path):
        with pytest.raises(ScoresInvalid, match=f"{name} .*pickle, which could run code"):
            read_arrays(path, ScoresInvalid)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("kept", [0, 100, 300])
def test_truncated_files_are_named(tmp_path, save, kept):
    save(tmp_path / "all.npz", a=np.random.default_rng(0).random(500))
    (tmp_path / "cut.npz").write_bytes((tmp_path / "all.npz").read_bytes()[:kept])
    with pytest.raises(ScoresInvalid, match="cut.npz cannot be read as numbers"):
        read_arrays(tmp_path / "cut.npz", ScoresInvalid)


def damaged(content, rng, places):
    """The bytes with a few of those at `places` replaced."""
    changed = bytearray(content)
    for place in rng.choice(places, size=rng.integers(1, 6)):
        changed[place] = rng.integers(256)
    return bytes(changed)


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_no_damage_to_a_header_ends_in_anything_but_a_line(tmp_path, name):
    rng, path = np.random.default_rng(0), tmp_path / name
    (np.save if name.endswith("npy") else np.savez)(path, np.zeros(5))
    whole = path.read_bytes()
    for _ in range(300):
        path.write_bytes(damaged(whole, rng, range(min(len(whole), 400))))
        with suppress(ScoresInvalid):
            read_arrays(path, ScoresInvalid)


@pytest.mark.parametrize(
    "header",
    [b"{'descr': '<f8', 'fortran_order': False, 'shape': (5", b"{'descr': '<f8', b'fortran_order': 0, 'shape': (5,)}"],
    ids=["unclosed", "unsortable"],
)
def test_a_broken_header_is_named(tmp_path, header):
    np.save(tmp_path / "a.npy", np.zeros(5))
    content = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(content[:10] + header.ljust(117) + b"\n" + content[128:])
    with pytest.raises(ScoresInvalid, match="a.npy cannot be read as numbers"):
        read_arrays(tmp_path / "a.npy", ScoresInvalid)


def test_damaged_bytes_are_named(tmp_path):
    np.savez_compressed(tmp_path / "all.npz", a=np.random.default_rng(0).random(500))
    damaged = bytearray((tmp_path / "all.npz").read_bytes())
    damaged[200:400] = bytes(200)
    (tmp_path / "all.npz").write_bytes(damaged)
    with pytest.raises(ScoresInvalid, match="all.npz cannot be read as numbers"):
        read_arrays(tmp_path / "all.npz", ScoresInvalid)
