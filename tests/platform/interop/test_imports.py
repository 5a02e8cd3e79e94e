"""Annotations that come in from other tools."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.factories import (
    AnnotationFactory,
    MembershipFactory,
    ProjectFactory,
    SegmentFactory,
    UserFactory,
    VideoFactory,
)
from tests.platform.interop.footage import ready_video
from vigil.annotations.models import Annotation
from vigil.interop.importers.reading import ReadingOptions
from vigil.interop.models import ImportedAnnotation
from vigil.interop.services.exports import dataset_export
from vigil.interop.services.imports import annotations_import
from vigil.projects.errors import Invalid
from vigil.projects.models import Project

pytestmark = pytest.mark.django_db


def task(video: str, *ranges: tuple[int, int], fps: float | None = 25, **annotation: Any) -> dict[str, Any]:
    result = []
    for number, (start, end) in enumerate(ranges):
        value = {"ranges": [{"start": start, "end": end}]}
        base = {"id": f"r{number}", "to_name": "video"}
        result.append(
            {**base, "from_name": "e", "type": "timelinelabels", "value": {**value, "timelinelabels": ["Fire"]}}
        )
        result.append({**base, "from_name": "w", "type": "textarea", "value": {**value, "text": ["It burns."]}})
    values = {"video": f"/data/upload/3/0a1b2c3d-{video}", **({"fps": fps} if fps else {})}
    made = {
        "id": 7,
        "unique_id": f"u-{video}",
        "completed_by": 3,
        "was_cancelled": False,
        "result": result,
        **annotation,
    }
    return {"id": 1, "data": values, "annotations": [made]}


def written(tmp_path: Path, tasks: Any) -> Path:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


@pytest.fixture
def project() -> Project:
    project = ProjectFactory()
    VideoFactory(project=project, name="yard.mp4")
    return project


def segments_of(project: Project) -> list[tuple[int, int, str, str]]:
    found = Annotation.objects.filter(video__project=project, is_frozen_truth=False)
    return sorted(
        (s.start_ms, s.end_ms, s.label, s.explanation) for annotation in found for s in annotation.segments.all()
    )


def test_an_export_comes_in_once_however_often_it_is_read(project: Project, tmp_path: Path) -> None:
    path = written(tmp_path, [task("yard.mp4", (26, 50), (101, 125))])
    first = annotations_import(project=project, format="label_studio", path=path)
    second = annotations_import(project=project, format="label_studio", path=path)
    assert (first.imported, first.segments, first.faults) == (1, 2, [])
    assert (second.imported, second.unchanged) == (0, 1)
    assert segments_of(project) == [(1_000, 2_000, "Fire", "It burns."), (4_000, 5_000, "Fire", "It burns.")]
    assert ImportedAnnotation.objects.count() == 1
    author = Annotation.objects.get().user
    assert author.username == "label_studio-3" and not author.is_active and not author.has_usable_password()


def test_a_member_of_that_name_gets_the_annotation_and_a_stranger_does_not(project: Project, tmp_path: Path) -> None:
    member = MembershipFactory(project=project, user=UserFactory(email="ann@example.org")).user
    UserFactory(email="eve@example.org")
    path = written(
        tmp_path,
        [
            task("yard.mp4", (26, 50), unique_id="a", completed_by={"id": 1, "email": "ann@example.org"}),
            task("yard.mp4", (76, 100), unique_id="b", completed_by={"id": 2, "email": "eve@example.org"}),
        ],
    )
    assert annotations_import(project=project, format="label_studio", path=path).imported == 2
    authors = set(Annotation.objects.values_list("user__username", flat=True))
    assert authors == {member.username, "label_studio-eve@example.org"}


def test_bad_rows_are_named_and_the_others_come_in(project: Project, tmp_path: Path) -> None:
    tasks = [
        task("yard.mp4", (50, 26)),
        task("nowhere.mp4", (26, 50)),
        task("yard.mp4", (26, 5_000_000), unique_id="far"),
        {"id": 9, "data": {"text": "no video"}, "annotations": []},
        task("yard.mp4", (26, 50), unique_id="good"),
        task("yard.mp4", (1, 9), unique_id="cancelled", was_cancelled=True),
    ]
    report = annotations_import(project=project, format="label_studio", path=written(tmp_path, tasks))
    assert report.imported == 1 and len(report.faults) == 4
    faults = "\n".join(report.faults)
    for words in ("range 50.0-26.0", "no video 'nowhere.mp4'", "must lie inside the video", "names no video"):
        assert words in faults
    assert segments_of(project) == [(1_000, 2_000, "Fire", "It burns.")]


def test_frames_without_a_rate_are_refused_until_somebody_says_it(project: Project, tmp_path: Path) -> None:
    path = written(tmp_path, [task("yard.mp4", (26, 50), fps=None)])
    refused = annotations_import(project=project, format="label_studio", path=path)
    assert refused.imported == 0 and "--fps" in refused.faults[0]
    config = tmp_path / "config.xml"
    config.write_text('<View><Video name="v" value="$video" frameRate="50"/></View>')
    options = ReadingOptions(config=config)
    assert annotations_import(project=project, format="label_studio", path=path, options=options).imported == 1
    assert segments_of(project) == [(500, 1_000, "Fire", "It burns.")]


def test_our_own_export_changes_nothing_when_read_back_and_an_edit_comes_in(tmp_path: Path) -> None:
    video = ready_video(name="gate.mp4")
    annotation = AnnotationFactory(video=video)
    kept = SegmentFactory(annotation=annotation, start_ms=1_003, end_ms=2_517, explanation="Kept.")
    SegmentFactory(annotation=annotation, start_ms=5_555, end_ms=7_777, explanation="Will be moved.")
    dataset_export(project=video.project, format="label_studio", out_dir=tmp_path / "out")
    path = tmp_path / "out" / "tasks.json"
    unchanged = annotations_import(project=video.project, format="label_studio", path=path)
    assert (unchanged.imported, unchanged.unchanged, unchanged.faults) == (0, 1, [])

    tasks = json.loads(path.read_text())
    moved = [r for r in tasks[0]["annotations"][0]["result"] if r["value"].get("ranges") == [{"start": 56, "end": 78}]]
    for result in moved:
        result["value"]["ranges"] = [{"start": 61, "end": 90}]
    path.write_text(json.dumps(tasks))
    changed = annotations_import(project=video.project, format="label_studio", path=path)
    assert len(moved) == 2 and (changed.imported, changed.faults) == (1, [])
    assert (6_000, 9_000, "Fighting", "Will be moved.") in segments_of(video.project)
    kept.refresh_from_db()
    assert (kept.start_ms, kept.end_ms) == (1_003, 2_517)


def relabelled(row: dict[str, Any], label: str) -> dict[str, Any]:
    for result in row["annotations"][0]["result"]:
        if "timelinelabels" in result["value"]:
            result["value"]["timelinelabels"] = [label]
    return row


def test_an_edit_made_elsewhere_replaces_what_the_same_annotation_brought_before(
    project: Project, tmp_path: Path
) -> None:
    def brought(*rows: dict[str, Any]) -> list[tuple[int, int, str, str]]:
        report = annotations_import(project=project, format="label_studio", path=written(tmp_path, list(rows)))
        assert report.faults == []
        return segments_of(project)

    brought(task("yard.mp4", (26, 50), (101, 125)), task("yard.mp4", (151, 175), unique_id="other"))
    annotation = Annotation.objects.get()
    SegmentFactory(annotation=annotation, start_ms=20_000, end_ms=21_000, label="Fire", explanation="Drawn here.")
    drawn, other = (20_000, 21_000, "Fire", "Drawn here."), (6_000, 7_000, "Fire", "It burns.")

    assert brought(task("yard.mp4", (26, 60), (101, 125))) == [
        (1_000, 2_400, "Fire", "It burns."), (4_000, 5_000, "Fire", "It burns."), other, drawn,
    ]  # fmt: skip
    assert brought(relabelled(task("yard.mp4", (26, 60)), "Smoke")) == [
        (1_000, 2_400, "Smoke", "It burns."), other, drawn,
    ]  # fmt: skip
    assert brought(task("yard.mp4")) == [other, drawn]
    first = annotation.revisions.get(number=1).document
    assert {one["end_ms"] for one in first["segments"]} == {2_000, 5_000}


def test_what_a_person_changed_here_since_the_import_stays(project: Project, tmp_path: Path) -> None:
    path = written(tmp_path, [task("yard.mp4", (26, 50), (101, 125))])
    annotations_import(project=project, format="label_studio", path=path)
    segment = Annotation.objects.get().segments.get(start_ms=1_000)
    segment.explanation = "Better said."
    segment.save()
    again = annotations_import(project=project, format="label_studio", path=path)
    assert (again.imported, again.unchanged) == (0, 1)
    edited = written(tmp_path, [task("yard.mp4", (101, 130))])
    annotations_import(project=project, format="label_studio", path=edited)
    assert segments_of(project) == [(1_000, 2_000, "Fire", "Better said."), (4_000, 5_200, "Fire", "It burns.")]


def test_an_annotation_that_becomes_a_members_leaves_nothing_behind(project: Project, tmp_path: Path) -> None:
    path = written(tmp_path, [task("yard.mp4", (26, 50), completed_by={"email": "ann@example.org"})])
    annotations_import(project=project, format="label_studio", path=path)
    MembershipFactory(project=project, user=UserFactory(email="ann@example.org"))
    edited = written(tmp_path, [task("yard.mp4", (26, 60), completed_by={"email": "ann@example.org"})])
    annotations_import(project=project, format="label_studio", path=edited)
    assert segments_of(project) == [(1_000, 2_400, "Fire", "It burns.")]


def test_rows_with_wrong_types_cost_nobody_the_others(project: Project, tmp_path: Path) -> None:
    def spoilt(**changes: Any) -> dict[str, Any]:
        row = task("yard.mp4", (26, 50), unique_id="bad")
        row["annotations"][0]["result"][0].update(changes)
        return row

    ranges = {"ranges": [{"start": 26, "end": 1e308}], "timelinelabels": ["Fire"]}
    rows = [spoilt(value=ranges), spoilt(value=7), task("yard.mp4", unique_id="x\0", completed_by="a\0\ud800")]
    mine = {"vigil": {"key": "none", "start_ms": 0}}
    rows += [task("no\nwhere\ud800.mp4"), spoilt(meta=mine), task("yard.mp4", (101, 125))]
    report = annotations_import(project=project, format="label_studio", path=written(tmp_path, rows))
    assert len(report.faults) == 3
    assert not any("\n" in fault or "\ud800" in fault for fault in report.faults)
    assert segments_of(project) == [(1_000, 2_000, "Fire", "It burns."), (4_000, 5_000, "Fire", "It burns.")]


def test_our_own_export_fills_another_project_to_the_millisecond(tmp_path: Path) -> None:
    video = ready_video(name="gate.mp4")
    annotation = AnnotationFactory(video=video)
    SegmentFactory(annotation=annotation, start_ms=1_003, end_ms=2_517, explanation="First.")
    SegmentFactory(annotation=annotation, start_ms=19_001, end_ms=20_000, explanation="Last.")
    dataset_export(project=video.project, format="label_studio", out_dir=tmp_path / "out")
    other = ProjectFactory()
    VideoFactory(project=other, name="renamed.mp4", sha256=video.sha256, duration_ms=20_000, fps=10.0)
    report = annotations_import(project=other, format="label_studio", path=tmp_path / "out" / "tasks.json")
    assert report.faults == []
    assert segments_of(other) == segments_of(video.project)


def test_activitynet_as_people_say_and_as_frozen_truth(project: Project, tmp_path: Path) -> None:
    VideoFactory(project=project, name="hall.mp4", split="test")
    content = {
        "yard.mp4": {"duration": 30, "annotations": [{"segment": [1.5, 2.25], "label": "Fire", "sentence": "Fire!"}]},
        "hall.mp4": {"duration": 30, "annotations": []},
        "bad.mp4": {"annotations": [{"segment": [4, 2]}]},
    }
    path = written(tmp_path, content)
    people = annotations_import(project=project, format="activitynet", path=path)
    assert people.imported == 2 and len(people.faults) == 1
    assert segments_of(project) == [(1_500, 2_250, "Fire", "Fire!")]
    truth = annotations_import(project=project, format="activitynet", path=path, purpose="truth")
    assert Annotation.objects.filter(is_frozen_truth=True, video__name="hall.mp4").count() == 1
    assert any("yard.mp4 is in the split train" in fault for fault in truth.faults)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"{not json", "line 1"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b'{"a": 1}', "not a list of tasks"),
        (b"[" * 100_000, "not JSON|nested"),
    ],
)
def test_an_unreadable_file_is_refused_in_one_line(
    project: Project, tmp_path: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(content)
    with pytest.raises(Invalid, match=complaint) as caught:
        annotations_import(project=project, format="label_studio", path=path)
    assert "\n" not in str(caught.value)


def test_an_unknown_format_lists_the_known(project: Project, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="label_studio, activitynet"):
        annotations_import(project=project, format="coco", path=tmp_path / "x.json")
