"""Ground truth from a file: what it names and what it leaves out."""

import json

import pytest

from tests.factories import ProjectFactory, VideoFactory
from vigil.gpu.truth_files import truth_of_file
from vigil.projects.errors import Invalid

pytestmark = pytest.mark.django_db


@pytest.fixture
def videos():
    project = ProjectFactory()
    return [VideoFactory(project=project, name=name) for name in ("a.mp4", "b.mp4")]


def entry(*segments):
    return {"duration": 30, "annotations": [{"segment": list(one), "label": "Fire"} for one in segments]}


def written(tmp_path, value):
    path = tmp_path / "segments.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def test_names_are_matched_by_file_name_and_the_others_reported(tmp_path, videos):
    path = written(tmp_path, {"clips/a.mp4": entry([1.5, 4]), "train.mp4": entry(), "stranger.mp4": entry()})
    found = truth_of_file(path, videos, {"a.mp4", "b.mp4", "train.mp4"})
    (truth,) = found.truths
    assert (truth.video.key, truth.segments[0].start_ms, truth.segments[0].end_ms) == (videos[0].sha256, 1500, 4000)
    assert (found.unknown, found.missing) == (["stranger.mp4"], ["b.mp4"])


def test_a_video_whose_name_holds_a_folder_is_found(tmp_path, videos):
    inside = VideoFactory(project=videos[0].project, name="scene_03/clip.mp4")
    path = written(tmp_path, {"clip.mp4": entry([1, 2]), "stranger.mp4": entry()})
    found = truth_of_file(path, [inside], {"a.mp4", "b.mp4", inside.name})
    assert [truth.video.name for truth in found.truths] == ["scene_03/clip.mp4"]
    assert (found.unknown, found.missing) == (["stranger.mp4"], [])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "cannot be read as JSON"),
        ([], "must hold an object"),
        ({"z.mp4": {"duration": 1, "annotations": []}}, "names none of the 2 videos"),
        ({"a.mp4": {"duration": 30}}, "a.mp4: expected"),
        ({"a.mp4": {"annotations": [{"segment": [5, 1]}]}}, "annotation 1 must start before it ends"),
    ],
)
def test_a_file_that_is_not_of_the_form_is_refused(tmp_path, videos, content, told):
    with pytest.raises(Invalid, match=told):
        truth_of_file(written(tmp_path, content), videos, {"a.mp4", "b.mp4"})


def test_a_missing_file_is_named(tmp_path, videos):
    with pytest.raises(Invalid, match="nowhere.json"):
        truth_of_file(tmp_path / "nowhere.json", videos, set())
