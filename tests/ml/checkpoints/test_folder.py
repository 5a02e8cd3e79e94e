import pytest

from ml.checkpoints.folder import new_folder
from ml.errors import WeightsInvalid


def test_a_folder_comes_into_being_whole(tmp_path):
    with new_folder(tmp_path / "deep" / "out", may_replace=False) as draft:
        (draft / "file").write_text("new")
        assert not (tmp_path / "deep" / "out").exists()
    assert (tmp_path / "deep" / "out" / "file").read_text() == "new"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


@pytest.mark.parametrize("failure", [WeightsInvalid("no"), KeyboardInterrupt(), ZeroDivisionError()])
def test_whatever_goes_wrong_leaves_the_old_folder_and_no_draft(tmp_path, failure):
    out = tmp_path / "out"
    out.mkdir()
    (out / "file").write_text("old")
    with pytest.raises(type(failure)), new_folder(out, may_replace=True) as draft:
        (draft / "file").write_text("half")
        raise failure
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (out / "file").read_text() == "old"


def test_a_draft_that_cannot_take_its_place_leaves_the_old_folder(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "file").write_text("old")
    with pytest.raises(WeightsInvalid, match="out cannot be written"), new_folder(out, may_replace=True) as draft:
        draft.rename(tmp_path / "elsewhere")
    assert (out / "file").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "out"]


def test_what_is_there_is_not_replaced_unasked(tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(WeightsInvalid, match="exists already"), new_folder(tmp_path / "out", may_replace=False):
        pass


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
