"""Datasets as other tools load them."""

import json
from pathlib import Path

import pytest
from datasets import load_dataset

from ml.contracts import TruthSegment
from tests.factories import (
    AnnotationFactory,
    PredictedSegmentFactory,
    PredictionFactory,
    ProjectFactory,
    SegmentFactory,
    UserFactory,
)
from tests.platform.interop.footage import ready_video
from vigil.annotations.models import Annotation, Outcome, Segment
from vigil.annotations.services import frozen_truth_set
from vigil.interop.services.exports import dataset_export
from vigil.projects.errors import Invalid
from vigil.projects.models import Project
from vigil.review.models import SegmentReview
from vigil.snapshots.models import DatasetExport
from vigil.videos.models import WeakLabel

pytestmark = pytest.mark.django_db
SENTENCE = "A man in a red jacket shoves another man – twice."


@pytest.fixture
def project() -> Project:
    """Three groups: an explained fight in train, a normal video in val, an explained fall in test."""
    project = ProjectFactory()
    fight = ready_video(project, name="fight.mp4", group="gate")
    source = PredictedSegmentFactory(prediction=PredictionFactory(video=fight), start_ms=8_000, end_ms=12_000)
    annotation = AnnotationFactory(video=fight)
    SegmentFactory(
        annotation=annotation,
        start_ms=8_000,
        end_ms=11_500,
        source=source,
        outcome=Outcome.CHANGED,
        explanation=SENTENCE,
        draft_explanation=source.explanation,
    )
    ready_video(project, name="street.mp4", group="street", split="val", weak_label=WeakLabel.NORMAL)
    fall = ready_video(project, name="fall.mp4", group="hall", split="test")
    frozen_truth_set(video=fall, segments=[TruthSegment(3_000, 6_000, "Falling", "A woman falls.")])
    return project


def loaded(folder: Path, tmp_path: Path) -> dict[str, list[dict]]:
    files = {split: str(folder / f"{split}.json") for split in ("train", "val", "test")}
    sets = load_dataset("json", data_files=files, cache_dir=str(tmp_path / "cache"))
    return {split: list(rows) for split, rows in sets.items()}


def test_llava_loads_and_holds_the_persons_sentence(project: Project, tmp_path: Path) -> None:
    export = dataset_export(project=project, format="llava", out_dir=tmp_path / "out")
    rows = loaded(tmp_path / "out", tmp_path)
    assert export.records == sum(len(found) for found in rows.values()) == 3
    (fight,) = rows["train"]
    turns = fight["conversations"]
    assert [turn["from"] for turn in turns] == ["human", "gpt"] * 3
    assert turns[0]["value"].startswith("<video>\n")
    assert sum("<video>" in turn["value"] for turn in turns) == 1
    assert turns[-1]["value"] == SENTENCE
    assert "4.0s" in turns[3]["value"] and "7.5s" in turns[3]["value"]
    assert fight["provenance"]["outcome"] == "changed"
    assert fight["provenance"]["snapshot_sha256"] == export.snapshot.content_sha256
    assert rows["val"][0]["conversations"][1]["value"].startswith("No,")
    assert rows["test"][0]["provenance"]["outcome"] == "truth"
    groups = {row["provenance"]["group"]: split for split, found in rows.items() for row in found}
    assert groups == {"gate": "train", "street": "val", "hall": "test"}


def test_the_clips_are_there(project: Project, tmp_path: Path) -> None:
    dataset_export(project=project, format="llava", out_dir=tmp_path / "out")
    rows = loaded(tmp_path / "out", tmp_path)
    clips = [tmp_path / "out" / row["video"] for found in rows.values() for row in found]
    assert all(clip.stat().st_size > 500 for clip in clips) and len(set(clips)) == 3
    assert {path.name for path in (tmp_path / "out" / "clips").iterdir()} == {"train", "val", "test"}


def test_sharegpt_loads_with_its_dataset_info(project: Project, tmp_path: Path) -> None:
    dataset_export(project=project, format="sharegpt", out_dir=tmp_path / "out")
    rows = loaded(tmp_path / "out", tmp_path)
    (fight,) = rows["train"]
    assert fight["messages"][0]["role"] == "user" and fight["messages"][0]["content"].startswith("<video>")
    assert fight["messages"][-1] == {"role": "assistant", "content": SENTENCE}
    assert len(fight["videos"]) == 1 and (tmp_path / "out" / fight["videos"][0]).is_file()
    described = json.loads((tmp_path / "out" / "dataset_info.json").read_text())
    assert set(described) == {"vigil_train", "vigil_val", "vigil_test"}
    for entry in described.values():
        assert (tmp_path / "out" / entry["file_name"]).is_file()
        assert entry["columns"] == {"messages": "messages", "videos": "videos"}


def test_label_studio_has_predictions_annotations_and_the_videos(project: Project, tmp_path: Path) -> None:
    export = dataset_export(project=project, format="label_studio", out_dir=tmp_path / "out")
    tasks = {task["data"]["name"]: task for task in json.loads((tmp_path / "out" / "tasks.json").read_text())}
    assert export.records == len(tasks) == 3
    fight = tasks["fight.mp4"]
    assert fight["data"]["fps"] == 10 and fight["data"]["duration_ms"] == 20_000
    assert (tmp_path / "out" / fight["data"]["video"].partition("?d=")[2]).stat().st_size > 500
    predicted = fight["predictions"][0]["result"][0]
    assert predicted["value"] == {"ranges": [{"start": 81, "end": 120}], "timelinelabels": ["Fighting"]}
    event, why = fight["annotations"][0]["result"][:2]
    assert event["value"]["ranges"] == why["value"]["ranges"] == [{"start": 81, "end": 115}]
    assert event["id"] == why["id"] and event["origin"] == "prediction-changed"
    assert why["value"]["text"] == [SENTENCE]


def test_label_studio_is_told_dialogues_and_not_what_a_reviewer_rejected(project: Project, tmp_path: Path) -> None:
    segment = Segment.objects.get(annotation__video__name="fight.mp4")
    turns = [{"role": "user", "text": "Who fell?"}, {"role": "assistant", "text": "Nobody."}]
    Segment.objects.filter(pk=segment.pk).update(dialogue=turns)
    Annotation.objects.filter(pk=segment.annotation_id).update(is_fully_watched=True)

    def results(name: str) -> list[dict]:
        dataset_export(project=project, format="label_studio", out_dir=tmp_path / name)
        tasks = json.loads((tmp_path / name / "tasks.json").read_text())
        return next(task for task in tasks if task["data"]["name"] == "fight.mp4")["annotations"][0]["result"]

    assert results("before")[0]["meta"]["vigil"]["dialogue"] == turns
    SegmentReview.objects.create(
        annotation=segment.annotation, segment_key=segment.key, verdict="rejected", content={}, reviewer=UserFactory()
    )
    assert results("after") == [], "neither an event nor a word that all is normal"


def test_an_export_twice_is_the_same(project: Project, tmp_path: Path) -> None:
    for name in ("one", "two"):
        dataset_export(project=project, format="llava", out_dir=tmp_path / name)
    one, two = ((tmp_path / name / "train.json").read_text() for name in ("one", "two"))
    assert one == two
    assert DatasetExport.objects.filter(snapshot__project=project).count() == 2


def test_a_correction_of_a_test_video_is_in_its_file_and_in_no_other(project: Project, tmp_path: Path) -> None:
    fall = project.videos.get(name="fall.mp4")
    annotation = AnnotationFactory(video=fall)
    corrected = "An old woman slips on the wet floor."
    SegmentFactory(
        annotation=annotation, start_ms=3_000, end_ms=7_300, label="Falling", explanation=corrected,
        outcome=Outcome.CHANGED, draft_explanation="A woman falls.",
    )  # fmt: skip
    dataset_export(project=project, format="llava", out_dir=tmp_path / "out")
    rows = loaded(tmp_path / "out", tmp_path)
    (record,) = rows["test"]
    assert record["conversations"][-1]["value"] == corrected
    origin = record["provenance"]
    assert (origin["end_ms"], origin["outcome"], origin["user_id"]) == (7_300, "changed", str(annotation.user_id))
    assert corrected not in str(rows["train"] + rows["val"])


def test_a_folder_with_something_in_it_is_left_alone(project: Project, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(Invalid, match="not empty"):
        dataset_export(project=project, format="llava", out_dir=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_format_lists_the_known(project: Project, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="llava, sharegpt, label_studio"):
        dataset_export(project=project, format="coco", out_dir=tmp_path / "out")


def test_nothing_to_export_says_what_to_do_and_leaves_nothing(tmp_path: Path) -> None:
    project = ProjectFactory()
    ready_video(project, weak_label=WeakLabel.NORMAL)
    with pytest.raises(Invalid, match="accept or correct the explanations"):
        dataset_export(project=project, format="llava", out_dir=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_group_is_never_in_two_files(project: Project, tmp_path: Path) -> None:
    ready_video(project, name="gate2.mp4", group="gate", split="test", weak_label=WeakLabel.NORMAL)
    with pytest.raises(Invalid, match="'gate'"):
        dataset_export(project=project, format="llava", out_dir=tmp_path / "out")
