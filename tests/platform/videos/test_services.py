"""An import keeps what is good, refuses what is not, and never divides a group."""

from pathlib import Path

import pytest

from tests.factories import ProjectFactory, VideoFactory
from tests.platform.videos.clips import browser_ready_clip, write_audio_only, write_clip
from vigil.accounts.models import AuditEvent
from vigil.projects.errors import Invalid
from vigil.projects.models import Project
from vigil.projects.work import WorkState
from vigil.snapshots.services import snapshot_take
from vigil.videos.candidates import Candidate
from vigil.videos.labels_csv import FileLabels
from vigil.videos.models import ImportItem, ImportOutcome, Video, WeakLabel
from vigil.videos.selectors import frame_times_ms, original_path, video_ref
from vigil.videos.services import ImportReport, files_import, videos_import

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    made: Project = ProjectFactory()
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def labelled(folder: Path, text: str) -> Path:
    path = folder / "labels.csv"
    path.write_text(text)
    return path


def reasons(report: ImportReport) -> dict[str, str]:
    return {refusal.file: refusal.reason for refusal in report.refused}


def test_a_video_comes_in_with_its_frame_times_under_its_content(
    project: Project, folder: Path, media_root: Path
) -> None:
    source = write_clip(folder / "a.avi", codec="mpeg4")
    report = videos_import(project=project, paths=[source])

    video = project.videos.get()
    assert (report.imported, report.duplicate, report.refused) == (1, 0, [])
    assert (video.name, video.state, video.weak_label) == ("a.avi", WorkState.QUEUED, WeakLabel.UNKNOWN)
    assert len(frame_times_ms(video)) == video.frame_count == 30
    assert original_path(video) == media_root / "originals" / video.sha256[:2] / video.sha256
    assert original_path(video).read_bytes() == source.read_bytes()
    assert video_ref(video).key == video.sha256


def test_the_original_does_not_change_with_the_file_it_came_from(project: Project, folder: Path) -> None:
    source = write_clip(folder / "a.mp4")
    before = source.read_bytes()
    videos_import(project=project, paths=[source])
    with source.open("r+b") as file:
        file.write(b"overwritten")

    assert original_path(project.videos.get()).read_bytes() == before


def test_bad_files_are_refused_each_with_its_reason_and_the_rest_comes_in(project: Project, folder: Path) -> None:
    write_clip(folder / "good.mp4")
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("not a video\n")
    write_audio_only(folder / "audio.mp4")
    (folder / "cut.mp4").write_bytes(browser_ready_clip(folder / "whole.mp4", picture_seed=3).read_bytes()[:-400])

    report = videos_import(project=project, paths=[folder, folder / "none.mp4"])

    found = reasons(report)
    assert sorted(project.videos.values_list("name", flat=True)) == ["good.mp4", "whole.mp4"]
    assert "empty" in found["empty.mp4"]
    assert "text file" in found["text.mp4"]
    assert "no picture" in found["audio.mp4"]
    assert "cut off" in found["cut.mp4"]
    assert "no such file" in found[str(folder / "none.mp4")]
    kept = ImportItem.objects.filter(job_id=report.import_id)
    assert dict(kept.filter(outcome=ImportOutcome.REFUSED).values_list("name", "reason")) == found
    assert AuditEvent.objects.get(action="videos.import").detail["refused"] == 5


def test_the_same_content_comes_once_under_any_name(project: Project, folder: Path) -> None:
    write_clip(folder / "a.mp4")
    (folder / "b.mp4").write_bytes((folder / "a.mp4").read_bytes())
    first = videos_import(project=project, paths=[folder])
    second = videos_import(project=project, paths=[folder])

    assert (first.imported, first.duplicate) == (1, 1)
    assert (second.imported, second.duplicate, second.refused) == (0, 2, [])
    assert ImportItem.objects.get(job_id=first.import_id, name="b.mp4").reason.endswith("as 'a.mp4'")


def test_the_same_content_may_be_in_two_projects(project: Project, folder: Path) -> None:
    write_clip(folder / "a.mp4")
    videos_import(project=project, paths=[folder])
    other: Project = ProjectFactory()

    assert videos_import(project=other, paths=[folder]).imported == 1


def test_another_content_under_a_taken_name_is_refused_with_the_cure(project: Project, folder: Path) -> None:
    write_clip(folder / "a.mp4")
    videos_import(project=project, paths=[folder])
    write_clip(folder / "a.mp4", frames=20)

    report = videos_import(project=project, paths=[folder])
    assert "rename the file" in reasons(report)["a.mp4"]
    assert project.videos.count() == 1


def test_labels_of_a_folder_are_used_and_the_use_is_told(project: Project, folder: Path) -> None:
    for seed, name in enumerate(["a.mp4", "b.mp4", "c.mp4", "d.mp4"]):
        write_clip(folder / name, picture_seed=seed)
    labelled(
        folder,
        "file,label,split,group\na.mp4,normal,train,gate\nb.mp4,Stampede,test,yard\nc.mp4,abnormal,,yard\nnone.mp4,normal,,\n",
    )
    report = videos_import(project=project, paths=[folder])

    rows = {v.name: (v.weak_label, v.classes, v.split, v.group) for v in project.videos.all()}
    assert rows == {
        "a.mp4": ("normal", [], "train", "gate"),
        "b.mp4": ("abnormal", ["Stampede"], "test", "yard"),
        "c.mp4": ("abnormal", [], "test", "yard"),
        "d.mp4": ("unknown", [], "train", ""),
    }
    assert "labels.csv, line 5" in reasons(report)["none.mp4"]
    assert any("labels are taken from" in notice for notice in report.notices)
    assert any("Stampede" in notice for notice in report.notices)


def test_a_video_that_a_snapshot_holds_in_train_is_never_moved_into_test(project: Project, folder: Path) -> None:
    write_clip(folder / "a.mp4")
    write_clip(folder / "b.mp4", frames=20)
    videos_import(project=project, paths=[folder])
    project.videos.update(state="succeeded")
    project.videos.filter(name="b.mp4").update(split="test")
    snapshot_take(project=project)
    labelled(folder, "file,label,split\na.mp4,normal,test\nb.mp4,Fire,test\n")
    report = videos_import(project=project, paths=[folder])
    rows = {v.name: (v.weak_label, v.split) for v in project.videos.all()}
    assert rows == {"a.mp4": ("normal", "train"), "b.mp4": ("abnormal", "test")}
    [told] = [notice for notice in report.notices if "stays" in notice]
    assert told.startswith("a.mp4: ") and "a snapshot holds it, so it stays in the split 'train'" in told


def test_a_group_divided_over_splits_stops_the_import_before_it_begins(project: Project, folder: Path) -> None:
    write_clip(folder / "a.mp4")
    table = labelled(folder, "file,label,split,group\na.mp4,normal,train,gate\nb.mp4,normal,test,gate\n")

    with pytest.raises(Invalid, match="group 'gate'"):
        videos_import(project=project, paths=[folder], labels_csv=table)
    assert not project.videos.exists()


def test_a_group_is_not_divided_between_two_imports_either(project: Project, folder: Path) -> None:
    VideoFactory(project=project, group="gate", split="train")
    write_clip(folder / "a.mp4")
    labelled(folder, "file,label,split,group\na.mp4,normal,test,gate\n")

    with pytest.raises(Invalid, match="group 'gate'"):
        videos_import(project=project, paths=[folder])


def test_labels_that_come_later_reach_unlabelled_videos_and_change_no_other(project: Project, folder: Path) -> None:
    write_clip(folder / "a.mp4")
    write_clip(folder / "b.mp4", frames=20)
    videos_import(project=project, paths=[folder])
    project.videos.filter(name="b.mp4").update(weak_label=WeakLabel.NORMAL)
    labelled(folder, "file,label,split,group\na.mp4,Fire,test,yard\nb.mp4,Fire,test,yard\n")
    report = videos_import(project=project, paths=[folder])

    a, b = project.videos.order_by("name")
    assert report.duplicate == 2
    assert (a.weak_label, a.classes, a.split, a.group) == ("abnormal", ["Fire"], "test", "yard")
    assert (b.weak_label, b.classes, b.split, b.group) == ("normal", [], "train", "")
    assert "that label was kept" in ImportItem.objects.get(job_id=report.import_id, name="b.mp4").reason


def test_an_unreadable_file_is_refused(project: Project, folder: Path) -> None:
    link = folder / "a.mp4"
    write_clip(folder / "b.mp4")
    link.symlink_to(folder / "gone.mp4")

    report = files_import(
        project=project, files=[Candidate("a.mp4", link), Candidate("b.mp4", folder / "b.mp4")], labels={}
    )
    assert "cannot be read" in reasons(report)["a.mp4"]
    assert report.imported == 1


def test_a_full_disk_refuses_files_and_says_where(
    project: Project, folder: Path, monkeypatch: pytest.MonkeyPatch, media_root: Path
) -> None:
    monkeypatch.setattr("vigil.videos.storage.DISK_RESERVE_BYTES", 1 << 60)
    write_clip(folder / "a.mp4")

    reason = reasons(videos_import(project=project, paths=[folder]))["a.mp4"]
    assert str(media_root) in reason
    assert "free some" in reason


def test_progress_counts_every_file(project: Project, folder: Path) -> None:
    write_clip(folder / "a.mp4")
    (folder / "b.mp4").touch()
    seen: list[tuple[int, int, str]] = []
    videos_import(project=project, paths=[folder], on_progress=lambda *step: seen.append(step))

    assert seen == [(1, 2, "a.mp4"), (2, 2, "b.mp4")]


def test_nothing_is_left_behind_in_the_scratch_folder(project: Project, folder: Path, media_root: Path) -> None:
    write_clip(folder / "a.mp4")
    (folder / "b.mp4").write_text("no video")
    videos_import(project=project, paths=[folder])

    assert list((media_root / "tmp").iterdir()) == []


def test_given_labels_go_with_names(project: Project, folder: Path) -> None:
    path = write_clip(folder / "upload.tmp.mp4")
    labels = {"x.mp4": FileLabels(WeakLabel.ABNORMAL, ("Fire",), None, "yard")}
    files_import(project=project, files=[Candidate("x.mp4", path)], labels=labels)

    video = Video.objects.get(project=project)
    assert (video.name, video.classes, video.group) == ("x.mp4", ["Fire"], "yard")
