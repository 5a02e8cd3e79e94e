import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from miniature_datasets import UCF_FILES, UCF_TEST, UCF_TRAIN

from ml.datasets.ucf_crime import find_videos, listed_videos
from ml.errors import DatasetInvalid


@pytest.fixture
def folder(tmp_path):
    """The right names; the files are looked for, not into."""
    for name in (*UCF_FILES, "__MACOSX/Abuse001_x264.mp4", "Normal_Videos_event/Normal_Videos001_x264.mp4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "Anomaly_Train.txt").write_text(UCF_TRAIN)
    (tmp_path / "Temporal_Anomaly_Annotation_for_Testing_Videos.txt").write_text(UCF_TEST)
    return tmp_path


def test_every_listed_video_is_found_wherever_it_lies(folder):
    matched = find_videos(folder)
    assert (len(matched.found), matched.missing, matched.unlisted) == (9, (), ())
    by_name = {listed.name: (listed, path.relative_to(folder).as_posix()) for listed, path in matched.found}
    listed, path = by_name["Abuse/Abuse028_x264.mp4"]
    assert path == "Anomaly-Videos-Part-1/Abuse/Abuse028_x264.mp4"
    assert (listed.class_name, listed.class_number, listed.split, listed.spans) == ("Abuse", 1, "test", ((24, 56),))
    assert by_name["Fighting/Fighting018_x264.mp4"][0].spans == ((16, 30), (32, 48))
    normal, path = by_name["Training_Normal_Videos_Anomaly/Normal_Videos001_x264.mp4"]
    assert (normal.is_abnormal, normal.class_number, normal.split) == (False, 0, "train")
    assert path.startswith("Training-Normal-Videos-Part-1/")
    assert by_name["Normal_Videos_003_x264.mp4"][0].spans == ()


def test_missing_and_unlisted_videos_are_told(folder):
    (folder / "Anomaly-Videos-Part-1/Abuse/Abuse001_x264.mp4").unlink()
    (folder / "Anomaly-Videos-Part-1/Abuse/Abuse999_x264.mp4").touch()
    matched = find_videos(folder)
    assert [listed.name for listed in matched.missing] == ["Abuse/Abuse001_x264.mp4"]
    assert [path.name for path in matched.unlisted] == ["Abuse999_x264.mp4"]


def test_published_label_lines_with_class_numbers_are_read_as_well(folder):
    lines = folder / "UCF_test.txt"
    lines.write_text(
        "frames/Abuse/Abuse028_x264.mp4 1412 1 165 240 -1 -1\n"
        "frames/Normal/Normal_Videos_003_x264.mp4 2822 0 -1 -1 -1 -1\n"
    )
    test = [video for video in listed_videos(folder / "Anomaly_Train.txt", lines) if video.split == "test"]
    assert [(video.name, video.frame_count, video.spans) for video in test] == [
        ("Abuse/Abuse028_x264.mp4", 1412, ((165, 240),)),
        ("Normal/Normal_Videos_003_x264.mp4", 2822, ()),
    ]


def test_lists_that_are_not_theirs_are_refused(folder):
    (folder / "Anomaly_Train.txt").write_text("Abuse001_x264.mp4 Abuse\n")
    with pytest.raises(DatasetInvalid, match="expected a path such as Abuse/Abuse001_x264.mp4"):
        find_videos(folder)
    (folder / "Anomaly_Train.txt").write_text("Juggling/Juggling001_x264.mp4\n")
    with pytest.raises(DatasetInvalid, match="of no class of UCF-Crime"):
        find_videos(folder)
    (folder / "Anomaly_Train.txt").write_text("Abuse/Abuse028_x264.mp4\n")
    with pytest.raises(DatasetInvalid, match="Abuse028_x264.mp4 is in the training list and in the test list"):
        find_videos(folder)
    (folder / "Anomaly_Train.txt").write_bytes(b"Abuse/Abus\xe9001_x264.mp4\n")
    with pytest.raises(DatasetInvalid, match="Anomaly_Train.txt cannot be read as text"):
        find_videos(folder)
    (folder / "Anomaly_Train.txt").unlink()
    with pytest.raises(DatasetInvalid, match="no training list"):
        find_videos(folder)


def test_two_lists_that_differ_are_not_chosen_between(folder):
    (folder / "old").mkdir()
    (folder / "old" / "Anomaly_Train.txt").write_text("Abuse/Abuse001_x264.mp4\n")
    with pytest.raises(DatasetInvalid, match="2 different files Anomaly_Train.txt"):
        find_videos(folder)
