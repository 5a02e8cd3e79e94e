import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from footage import write_video

from ml.contracts import Glance, TrainingVideo, TruthSegment, VideoRef, VideoTruth
from ml.datasets.index import DatasetIndex, IndexedVideo, read_index, write_index
from ml.errors import DatasetInvalid

VIDEO = VideoRef("k", "Abuse/a.mp4", "/p/a.mp4", 8000, "abnormal", ("Abuse",), "test")


def test_an_index_is_read_back_as_it_was_written(tmp_path):
    index = DatasetIndex(
        "ucf_crime",
        (IndexedVideo(TrainingVideo(VIDEO, glances=(Glance(5),)), 240, 30.0),),
        (VideoTruth(VIDEO, (TruthSegment(0, 10, "Abuse"),)),),
    )
    write_index(tmp_path / "i.json", index)
    assert read_index(tmp_path / "i.json") == index
    assert [path.name for path in tmp_path.iterdir()] == ["i.json"]


def test_a_table_beside_the_videos_is_measured(tmp_path):
    write_video(tmp_path / "a.mp4", seconds=2)
    write_video(tmp_path / "b.mp4", seconds=3, shakes_from_s=1)
    (tmp_path / "labels.csv").write_text("file,label,split\na.mp4,normal,train\nb.mp4,Fighting,\n")
    first, second = read_index(tmp_path / "labels.csv").videos
    assert (first.video.weak_label, first.video.duration_ms, first.frame_count) == ("normal", 2000, 16)
    assert (second.video.weak_label, second.video.classes, second.video.split) == ("abnormal", ("Fighting",), "train")
    assert len(second.video.key) == 64


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("i.json", "{", "cannot be read as JSON"),
        ("i.json", "[]", "is no index"),
        ("i.json", json.dumps({"format": "vigil-index-1"}), "an entry that cannot be read"),
        (
            "i.json",
            json.dumps({"format": "vigil-index-1", "videos": [{"training": {}}]}),
            "an entry that cannot be read",
        ),
        ("t.csv", "a,b\n1,2\n", "needs a first line file,label"),
        ("t.csv", "file,label\nnone.mp4,normal\n", "line 2: there is no file none.mp4"),
        ("t.csv", "file,label,split\na.mp4,normal,exam\n", "line 2: needs a file, a label and a split"),
    ],
)
def test_what_is_no_index_is_named(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(DatasetInvalid, match=f"{name}.*{message}"):
        read_index(tmp_path / name)
