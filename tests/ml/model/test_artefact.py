import dataclasses
import hashlib

import pytest
import torch

from ml.errors import ArtefactInvalid, PlaceUnwritable
from ml.model.artefact import (
    DETECTOR_FILE,
    FOLDS_FILE,
    LABELS_FILE,
    PROFILE_FILE,
    artefact_sha256,
    publish,
    read_detector,
    read_folds,
    write_detector,
    write_json,
)
from ml.model.detector import build_detector
from ml.profiles.loading import load_profile, profile_to_mapping

TINY = load_profile("tiny")
SMALL = dataclasses.replace(TINY, detector=dataclasses.replace(TINY.detector, members=1, specialists=0))
PAPER = dataclasses.replace(SMALL, ltc=dataclasses.replace(SMALL.ltc, mode="paper"))


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(0)
    write_detector(tmp_path / "model", build_detector(SMALL, classes=2), SMALL, ("Fall", "Fight"))
    return tmp_path / "model"


@pytest.mark.parametrize("profile", [SMALL, PAPER], ids=["reference", "paper"])
def test_a_written_detector_is_read_back_whole(tmp_path, profile):
    torch.manual_seed(1)
    written = build_detector(profile, classes=2)
    write_detector(tmp_path / "model", written, profile, ("Fall", "Fight"))
    read, its_profile, classes = read_detector(tmp_path / "model")
    assert (its_profile, classes) == (profile, ("Fall", "Fight"))
    assert not read.training
    for name, value in written.state_dict().items():
        assert torch.equal(read.state_dict()[name], value), name


def test_a_truncated_file_is_refused_by_name(folder):
    whole = (folder / DETECTOR_FILE).read_bytes()
    (folder / DETECTOR_FILE).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ArtefactInvalid, match=rf"model/{DETECTOR_FILE} cannot be loaded .*train it again"):
        read_detector(folder)


def test_weights_of_another_profile_are_refused_with_what_does_not_fit(folder):
    write_json(folder / PROFILE_FILE, profile_to_mapping(PAPER))
    with pytest.raises(ArtefactInvalid, match=r"Missing key.* \"ltc\.normal") as refused:
        read_detector(folder)
    assert "\n" not in str(refused.value)


def test_a_missing_profile_is_refused_by_name(folder):
    (folder / PROFILE_FILE).unlink()
    with pytest.raises(ArtefactInvalid, match=f"model/{PROFILE_FILE} cannot be read"):
        read_detector(folder)


def test_an_artefact_without_folds_left_nothing_out(folder):
    assert read_folds(folder) == {}


def test_publishing_replaces_the_folder_whole_and_tells_its_hash(folder, tmp_path):
    out = tmp_path / "out" / "v1"
    out.mkdir(parents=True)
    (out / "leftover").write_text("of an interrupted try")
    assert publish(folder, out) == artefact_sha256(folder)
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in folder.iterdir())
    assert [path.name for path in out.parent.iterdir()] == ["v1"]


@pytest.mark.parametrize("labels", ["{}", '{"classes": null}', '{"classes": ["Fall", 2]}', "[]"])
def test_damaged_labels_are_refused_by_name(folder, labels):
    (folder / LABELS_FILE).write_text(labels)
    with pytest.raises(ArtefactInvalid, match=f"model/{LABELS_FILE} .*train the model again"):
        read_detector(folder)


@pytest.mark.parametrize("folds", ['{"k": 3}', '{"k": ["a"]}', '{"k": null}'])
def test_damaged_folds_are_refused_by_name(folder, folds):
    (folder / FOLDS_FILE).write_text(folds)
    with pytest.raises(ArtefactInvalid, match=f"model/{FOLDS_FILE} .*train the model again"):
        read_folds(folder)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_card_with_a_value_that_is_no_number_is_refused_and_nothing_is_written(tmp_path, value):
    with pytest.raises(ArtefactInvalid, match=r"model_card\.json would hold a value that is no finite number"):
        write_json(tmp_path / "model_card.json", {"metrics": {"phase3_loss": value}})
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_one_line(folder, tmp_path):
    (tmp_path / "file").write_text("in the way")
    within = tmp_path / "file" / "v1"
    with pytest.raises(PlaceUnwritable, match="file cannot be written"):
        publish(folder, within)
    with pytest.raises(PlaceUnwritable, match="v1 cannot be written"):
        write_detector(within, build_detector(SMALL, classes=2), SMALL, ("Fall", "Fight"))
    with pytest.raises(PlaceUnwritable, match="file cannot be written"):
        write_json(within, {})


def test_the_hash_is_of_names_sizes_and_contents(tmp_path):
    (tmp_path / "b").write_bytes(b"second" * 100_000)
    (tmp_path / "a").write_bytes(b"")
    expected = hashlib.sha256(b"a\x000\0" + b"b\x00600000\0" + b"second" * 100_000).hexdigest()
    assert artefact_sha256(tmp_path) == expected


def test_a_file_is_hashed_by_the_block(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"weights")
    whole = artefact_sha256(tmp_path)

    def refused(path):
        raise MemoryError(path)

    monkeypatch.setattr(type(tmp_path), "read_bytes", refused)
    assert artefact_sha256(tmp_path) == whole
