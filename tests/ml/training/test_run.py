"""Whole runs on small videos made on the spot: a square that rests is normal, one that shakes is not."""

import dataclasses
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from footage import video_ref, write_video
from quick_profile import write_quick_profile

from ml.contracts import LabelledSegment, TrainingJob, TrainingVideo, VideoRef
from ml.errors import ArtefactInvalid, JobInvalid, PlaceUnwritable, TrainingStopped, WeightsInvalid
from ml.inference.prelabel import Prelabeller
from ml.training.run import silent, train


def never():
    return False


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    videos = []
    for number in range(6):
        starts = 4 + number if number % 2 else None
        path = write_video(folder / f"v{number}.mp4", seconds=16, shakes_from_s=starts, seed=number)
        videos.append(TrainingVideo(video_ref(path, "abnormal" if number % 2 else "normal")))
    return folder, tuple(videos)


def job(library, tmp_path, **changes):
    folder, videos = library
    whole = TrainingJob(
        videos, "tiny", (1, 2), str(tmp_path / "model"), str(tmp_path / "work"), str(folder / "store"), "surveillance"
    )
    return dataclasses.replace(whole, **changes)


def test_weak_labels_become_segments_where_it_shakes(library, tmp_path):
    told = []
    outcome = train(job(library, tmp_path), told.append, never)
    assert [line.phase for line in told if line.step == line.total_steps] == ["features", "phase1", "phase2"]
    assert outcome.counts["weak_labels"] == 6
    assert json.loads((tmp_path / "model" / "model_card.json").read_text())["phases"] == [1, 2]
    prelabeller = Prelabeller(outcome.artefact_dir, str(library[0] / "store"))
    shaking = prelabeller.run(library[1][3].video)
    start, scores = 7000, shaking.scores
    inside = [s for s, t in zip(scores.fused, scores.clip_start_ms, strict=True) if start <= t < start + 4000]
    outside = [s for s, t in zip(scores.fused, scores.clip_start_ms, strict=True) if t + 4000 <= start]
    assert min(inside) > max(outside)
    assert shaking.judgement is None
    assert shaking.timing["realtime_factor"] > 0
    assert max(prelabeller.run(library[1][0].video).scores.fused) < max(scores.fused)


def test_equal_jobs_give_equal_models_also_after_a_stop(library, tmp_path):
    straight = train(job(library, tmp_path / "one"), silent, never)
    other = job(library, tmp_path / "two")
    seen = []
    with pytest.raises(TrainingStopped):
        train(other, seen.append, lambda: any(line.phase == "phase2" for line in seen))
    assert not Path(other.out_dir).exists()
    again = []
    resumed = train(other, again.append, never)
    assert not any(line.phase == "phase1" for line in again)
    assert resumed.artefact_sha256 == straight.artefact_sha256


def test_people_are_heard(library, tmp_path):
    folder, videos = library
    segments = (LabelledSegment(5000, 9000, "Shaking"),)
    told = tuple(
        dataclasses.replace(video, segments=segments) if index == 1 else video for index, video in enumerate(videos)
    )
    outcome = train(job(library, tmp_path, videos=told), silent, never)
    assert outcome.counts["segments"] == 1
    assert json.loads((tmp_path / "model" / "labels.json").read_text()) == {"classes": ["Shaking"]}


def test_phase_2_goes_on_from_a_parent(library, tmp_path):
    parent = train(job(library, tmp_path, phases=(1,)), silent, never)
    child = train(job(library, tmp_path / "child", phases=(2,), parent_dir=parent.artefact_dir), silent, never)
    assert set(child.metrics) == {"phase2_loss"}
    assert child.artefact_sha256 != parent.artefact_sha256


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"phases": ()}, "give some of 1, 2 and 3"),
        ({"phases": (2, 1)}, "in order"),
        ({"phases": (2,)}, "add phase 1, or name a parent"),
        ({"profile": "huge"}, "no profile 'huge'"),
    ],
)
def test_a_job_that_cannot_run_says_what_to_change(library, tmp_path, changes, message):
    with pytest.raises(Exception, match=message):
        train(job(library, tmp_path, **changes), silent, never)


def test_one_kind_of_video_cannot_be_learnt_from(library, tmp_path):
    normal = tuple(video for video in library[1] if video.video.weak_label == "normal")
    with pytest.raises(JobInvalid, match="known to be abnormal; label at least one"):
        train(job(library, tmp_path, videos=normal), silent, never)


def test_test_videos_teach_nothing(library, tmp_path):
    held = tuple(
        dataclasses.replace(video, video=dataclasses.replace(video.video, split="test")) for video in library[1]
    )
    with pytest.raises(JobInvalid, match="no video in the train split"):
        train(job(library, tmp_path, videos=held), silent, never)


def test_a_broken_video_is_counted_and_named_and_many_fail_the_run(library, tmp_path):
    broken = tuple(
        TrainingVideo(VideoRef(f"broken{number}", f"b{number}.mp4", "/nowhere", 0, "normal")) for number in range(3)
    )
    outcome = train(job(library, tmp_path, videos=(*library[1], broken[0])), silent, never)
    assert outcome.counts["unreadable_videos"] == 1
    card = json.loads((tmp_path / "model" / "model_card.json").read_text())
    assert "there is no such file" in card["unreadable"][0]
    with pytest.raises(JobInvalid, match="3 of 9 training videos cannot be read"):
        train(job(library, tmp_path, videos=(*library[1], *broken)), silent, never)


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    return write_quick_profile(tmp_path_factory.mktemp("profiles") / "quick.yaml")


def test_tokens_that_do_not_fit_into_memory_are_read_for_each_batch(library, tmp_path, quick, monkeypatch):
    held = train(job(library, tmp_path / "held", profile=quick), silent, never)
    monkeypatch.setattr("ml.training.material.HELD_BYTES", 0)
    read = train(job(library, tmp_path / "read", profile=quick), silent, never)
    assert read.artefact_sha256 == held.artefact_sha256
    assert held.profile == "quick"


def test_jobs_in_one_work_folder_leave_each_others_checkpoints_alone(library, tmp_path, quick):
    stopped_job = job(library, tmp_path, profile=quick)
    seen = []
    with pytest.raises(TrainingStopped):
        train(stopped_job, seen.append, lambda: any(line.phase == "phase2" for line in seen))
    train(dataclasses.replace(stopped_job, seed=1, out_dir=str(tmp_path / "other")), silent, never)
    again = []
    train(stopped_job, again.append, never)
    assert "phase1" not in {line.phase for line in again}


def test_a_truncated_checkpoint_starts_its_phase_over_and_ends_the_same(library, tmp_path, quick):
    straight = train(job(library, tmp_path / "straight", profile=quick), silent, never)
    cut = job(library, tmp_path / "cut", profile=quick)
    seen = []
    with pytest.raises(TrainingStopped):
        train(cut, seen.append, lambda: any(line.phase == "phase2" for line in seen))
    (checkpoint,) = (tmp_path / "cut" / "work").glob("job-*/phase1.safetensors")
    checkpoint.write_bytes(checkpoint.read_bytes()[:-1000])
    again = []
    assert train(cut, again.append, never).artefact_sha256 == straight.artefact_sha256
    assert "phase1" in {line.phase for line in again}


def test_phase_3_alone_goes_on_from_a_parent(library, tmp_path, quick):
    parent = train(job(library, tmp_path, profile=quick), silent, never)
    child = train(
        job(library, tmp_path / "child", profile=quick, phases=(3,), parent_dir=parent.artefact_dir), silent, never
    )
    assert "phase3_loss" in child.metrics
    one, other = (Path(each.artefact_dir) / "detector.safetensors" for each in (parent, child))
    assert one.read_bytes() == other.read_bytes()
    assert (Path(child.artefact_dir) / "language" / "language.json").is_file()


def test_a_run_stops_while_videos_are_scored_after_phase_2_and_before_phase_3(library, tmp_path, quick):
    straight = train(job(library, tmp_path / "straight", profile=quick, phases=(1, 2, 3)), silent, never)
    halted, seen = job(library, tmp_path / "halted", profile=quick, phases=(1, 2, 3)), []

    def is_trained():
        return any((line.phase, line.step) == ("phase2", line.total_steps) for line in seen)

    def is_scored_once():
        return any((line.phase, line.step) == ("phase3", 0) for line in seen)

    for asked in (is_trained, is_scored_once):
        seen.clear()
        with pytest.raises(TrainingStopped):
            train(halted, seen.append, asked)
        assert sum(line.phase == "phase3" for line in seen) == (asked is is_scored_once)
    assert seen[-1].eta_s > 0
    again = []
    assert train(halted, again.append, never).artefact_sha256 == straight.artefact_sha256
    assert not any(line.phase in ("phase1", "phase2") for line in again)


@pytest.mark.parametrize("place", ["out_dir", "work_dir"])
def test_a_place_that_cannot_be_written_is_told_before_anything_is_encoded(library, tmp_path, quick, place):
    (tmp_path / "file").write_text("in the way")
    told = []
    with pytest.raises(PlaceUnwritable, match="file.* cannot be written"):
        train(job(library, tmp_path, profile=quick, **{place: str(tmp_path / "file" / "x")}), told.append, never)
    assert told == []


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"detector": {"queries": 3}}, "the parent model has detector.queries 2, profile 'quick' has 3; add phase 1"),
        ({"sampling": {"fps": 2.0}}, "the parent model has sampling.fps 4.0, profile 'quick' has 2.0"),
    ],
)
def test_a_parent_of_another_geometry_is_refused(library, tmp_path, quick, section, message):
    parent = train(job(library, tmp_path, profile=quick, phases=(1,)), silent, never)
    other = write_quick_profile(tmp_path / "other.yaml", **section)
    with pytest.raises(JobInvalid, match=message):
        train(job(library, tmp_path / "c", profile=other, phases=(2,), parent_dir=parent.artefact_dir), silent, never)
    assert not (tmp_path / "c" / "model").exists()


def test_a_parent_of_another_backbone_is_refused(library, tmp_path, quick):
    parent = train(job(library, tmp_path, profile=quick, phases=(1,)), silent, never)
    card = Path(parent.artefact_dir) / "model_card.json"
    card.write_text(json.dumps(json.loads(card.read_text()) | {"backbone": "another"}))
    with pytest.raises(WeightsInvalid, match="trained on features of another"):
        train(job(library, tmp_path / "c", profile=quick, phases=(2,), parent_dir=parent.artefact_dir), silent, never)


def test_a_missing_artefact_is_named(tmp_path):
    with pytest.raises(ArtefactInvalid, match="profile.json cannot be read"):
        Prelabeller(str(tmp_path), str(tmp_path / "store"))
