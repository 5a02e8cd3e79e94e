"""`manage.py evaluate --truth` as it is called from outside."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.factories import ModelVersionFactory, PredictionFactory, VideoFactory

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
