import json

import pytest

from ml.contracts import DialogueTurn, Glance, LabelledSegment, TrainingVideo, VideoRef
from ml.datasets.answers import QUESTION, add_events, add_glances, add_sentences
from ml.datasets.index import IndexedVideo
from ml.errors import DatasetInvalid


def indexed(name, split, classes=("Abuse",)):
    return IndexedVideo(TrainingVideo(VideoRef("k", name, "p", 10_000, "abnormal", classes, split)), 250, 25.0)


VIDEOS = (indexed("Abuse/Abuse001_x264.mp4", "train"), indexed("Abuse/Abuse028_x264.mp4", "test"))


def test_clicks_become_moments_by_the_measured_rate_and_test_videos_get_none(tmp_path):
    path = tmp_path / "glances.csv"
    path.write_text("video-id,glance\nAbuse001_x264,50\nAbuse001_x264,125\nAbuse028_x264,9\nAbuse777_x264,3\n")
    added = add_glances(VIDEOS, path)
    assert added.videos[0].training.glances == (Glance(2000), Glance(5000))
    assert added.videos[1].training.glances == ()
    assert (added.used, added.left_out) == (2, 2)


def test_a_click_behind_the_last_frame_is_refused(tmp_path):
    path = tmp_path / "glances.csv"
    path.write_text("video-id,glance\nAbuse001_x264,250\n")
    with pytest.raises(DatasetInvalid, match=r"glances.csv, line 2: frame 250 of .*001_x264.mp4, which has 250"):
        add_glances(VIDEOS, path)
    path.write_text("video,frame\nAbuse001_x264,250\n")
    with pytest.raises(DatasetInvalid, match="no table video-id,glance"):
        add_glances(VIDEOS, path)


def test_sentences_become_turns_about_intervals(tmp_path):
    path = tmp_path / "uca.json"
    entry = {"duration": 10.0, "timestamps": [[1.2, 8.2], [8.4, 25.3]], "sentences": ["A man waits.", "##He runs."]}
    path.write_text(json.dumps({"Abuse001_x264": entry, "Abuse028_x264": entry}))
    added = add_sentences(VIDEOS, path)
    assert added.videos[0].training.dialogue == (
        DialogueTurn(1200, 8200, QUESTION, "A man waits."),
        DialogueTurn(8400, 10_000, QUESTION, "He runs."),
    )
    assert added.videos[1].training.dialogue == ()
    assert (added.used, added.left_out) == (2, 2)


def test_events_become_segments_with_their_explanation(tmp_path):
    path = tmp_path / "hivau.json"
    entry = {"n_frames": 250, "fps": 25.0, "label": ["Abuse"], "events": [[5.5, 8.0]], "events_summary": ["He hits."]}
    path.write_text(json.dumps({"Abuse001_x264": entry}))
    added = add_events(VIDEOS, path)
    assert added.videos[0].training.segments == (LabelledSegment(5500, 8000, "Abuse", "He hits."),)
    path.write_text(json.dumps({"Abuse001_x264": entry | {"events": [[8.0, 5.5]]}}))
    with pytest.raises(DatasetInvalid, match=r"hivau.json, Abuse/Abuse001_x264.mp4: \[8.0, 5.5\] does not lie"):
        add_events(VIDEOS, path)
    path.write_text(json.dumps({"Abuse001_x264": entry | {"events": 5}}))
    with pytest.raises(DatasetInvalid, match="hivau.json, Abuse001_x264: events must be a list"):
        add_events(VIDEOS, path)
    path.write_text('{"Abuse001_x264": {"label": ["Abuse"], "events": [[1, Infinity]]}}')
    with pytest.raises(DatasetInvalid, match="is no pair of seconds"):
        add_events(VIDEOS, path)
    path.write_text("[]")
    with pytest.raises(DatasetInvalid, match="must hold an object"):
        add_events(VIDEOS, path)
