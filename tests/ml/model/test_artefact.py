import dataclasses

import pytest
import torch

from ml.errors import ArtefactInvalid
from ml.model.artefact import (
    DETECTOR_FILE,
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
