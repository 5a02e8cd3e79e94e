"""`manage.py evaluate --truth` as it is called from outside."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.factories import ModelVersionFactory, PredictedSegmentFactory, PredictionFactory, VideoFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    made = ModelVersionFactory(project__name="Yard", project__slug="yard", number=1)
    for name in ("scene_03/clip_1.mp4", "scene_03/clip_2.mp4"):
        PredictionFactory(video=VideoFactory(project=made.project, name=name, split="test"), model_version=made)
    return made


def evaluated(tmp_path, truth):
    path, out, err = tmp_path / "segments.json", io.StringIO(), io.StringIO()
    path.write_text(json.dumps(truth))
    call_command("evaluate", "--project", "yard", "--truth", str(path), "--json", stdout=out, stderr=err)
    return json.loads(out.getvalue()), err.getvalue()


def entry(start_s, end_s):
    return {"duration": 30, "annotations": [{"segment": [start_s, end_s], "label": "Fighting"}]}


def test_files_are_found_with_and_without_their_folders_and_strangers_are_a_notice(version, tmp_path):
    truth = {"clip_1.mp4": entry(10, 12), "data/scene_03/clip_2.mp4": entry(10, 12), "stranger.mp4": entry(0, 1)}
    figures, told = evaluated(tmp_path, truth)
    assert (figures["videos"], figures["auc_o"]) == (2, 1.0)
    assert "1 unknown videos: stranger.mp4" in told


def test_a_time_that_is_no_number_is_one_line_that_names_file_and_entry(version, tmp_path):
    with pytest.raises(CommandError) as refused:
        evaluated(tmp_path, {"clip_1.mp4": entry(0, float("inf"))})
    assert str(refused.value).startswith("--truth: segments.json, scene_03/clip_1.mp4: annotation 1 needs seconds")
    assert "\n" not in str(refused.value)


def test_the_further_figures_follow_those_of_the_contract(version, tmp_path):
    figures, _ = evaluated(tmp_path, {"clip_1.mp4": entry(10, 12), "clip_2.mp4": entry(10, 12)})
    assert list(figures) == [
        "model", "videos", "auc_o", "auc_a", "video_auc", "ap", "event_f1", "boundary_error_s", "judgement_accuracy",
        "calibration", "operating_point", "text",
    ]  # fmt: skip
    assert figures["operating_point"]["false_alarms_per_hour"] == 0.0


def test_people_read_the_figures_of_the_gate_and_then_the_others(version, tmp_path):
    said = version.predictions.get(video__name="scene_03/clip_1.mp4")
    PredictedSegmentFactory(prediction=said, start_ms=10_000, end_ms=12_000, explanation="Two men fight near a car.")
    path, out = tmp_path / "segments.json", io.StringIO()
    told = entry(10, 12)
    told["annotations"][0]["explanation"] = "Two men fight beside a car."
    path.write_text(json.dumps({"clip_1.mp4": told, "clip_2.mp4": entry(10, 12)}))
    call_command("evaluate", "--project", "yard", "--truth", str(path), stdout=out, stderr=io.StringIO())
    lines = out.getvalue().splitlines()
    assert lines[1].startswith("  AUC, abnormal videos (localisation)")
    assert any(line.startswith("  Calibration error (ECE, 10 bins)") for line in lines)
    assert any(line.startswith("  False alarms an hour") for line in lines)
    assert any(line.startswith("  chrF against people's sentences") for line in lines)
