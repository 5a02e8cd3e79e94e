from pathlib import Path

import pytest

from ml.checkpoints.folder import new_folder, write_manifest
from ml.checkpoints.geometry import SMALL
from ml.errors import WeightsInvalid


@pytest.fixture
def out(tmp_path):
    """A folder that a conversion wrote."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "file").write_text("old")
    write_manifest(folder, SMALL, sources={}, tensors={})
    return folder


def test_a_folder_comes_into_being_whole(tmp_path):
    with new_folder(tmp_path / "deep" / "out", may_replace=False) as draft:
        (draft / "file").write_text("new")
        assert not (tmp_path / "deep" / "out").exists()
    assert (tmp_path / "deep" / "out" / "file").read_text() == "new"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


@pytest.mark.parametrize("failure", [WeightsInvalid("no"), KeyboardInterrupt(), ZeroDivisionError()])
def test_whatever_goes_wrong_leaves_the_old_folder_and_no_draft(tmp_path, out, failure):
    with pytest.raises(type(failure)), new_folder(out, may_replace=True) as draft:
        (draft / "file").write_text("half")
        raise failure
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (out / "file").read_text() == "old"


def test_a_draft_that_cannot_take_its_place_leaves_the_old_folder(tmp_path, out):
    with pytest.raises(WeightsInvalid, match="out cannot be written"), new_folder(out, may_replace=True) as draft:
        draft.rename(tmp_path / "elsewhere")
    assert (out / "file").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "out"]


def test_what_is_there_is_not_replaced_unasked(tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(WeightsInvalid, match="exists already"), new_folder(tmp_path / "out", may_replace=False):
        pass


@pytest.mark.parametrize("manifest", [None, "{", "[]", '{"name": "an app"}', '{"files": []}'])
def test_a_folder_that_no_conversion_wrote_is_never_replaced(tmp_path, manifest):
    precious = tmp_path / "root" / "precious" / "weights"
    precious.parent.mkdir(parents=True)
    precious.write_text("mine")
    if manifest is not None:
        (tmp_path / "root" / "manifest.json").write_text(manifest)
    with pytest.raises(WeightsInvalid, match="root holds .*, which no conversion wrote, and is left as it is"):
        replace(tmp_path / "root")
    assert precious.read_text() == "mine"


def replace(folder):
    with new_folder(folder, may_replace=True) as draft:
        (draft / "file").write_text("new")


def test_a_file_that_was_put_beside_what_a_conversion_wrote_keeps_the_folder(out):
    (out / ".sha256.json").write_text("hashes that reading the weights leaves")
    (out / "llm").mkdir()
    (out / "llm" / "mine.txt").write_text("mine")
    with pytest.raises(WeightsInvalid, match="out holds llm/mine.txt, which no conversion wrote"):
        replace(out)
    assert (out / "llm" / "mine.txt").exists()
    (out / "llm" / "mine.txt").unlink()
    replace(out)
    assert [path.name for path in out.iterdir()] == ["file"]


def test_an_empty_folder_may_be_replaced(tmp_path):
    (tmp_path / "empty").mkdir()
    replace(tmp_path / "empty")
    assert (tmp_path / "empty" / "file").read_text() == "new"


@pytest.mark.parametrize("name", [".", "inner/..", "link"])
def test_a_folder_is_found_under_any_name(tmp_path, out, monkeypatch, name):
    (tmp_path / "link").symlink_to(out)
    monkeypatch.chdir(tmp_path if name == "link" else out)
    (out / "inner").mkdir()
    replace(Path(name))
    assert [path.name for path in out.iterdir()] == ["file"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "out"]


def test_a_file_is_never_replaced(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(WeightsInvalid, match="exists already"), new_folder(tmp_path / "out", may_replace=True):
        pass
    assert (tmp_path / "out").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "out"
    with pytest.raises(WeightsInvalid, match="file/out cannot be written"), new_folder(out, may_replace=False):
        pass
