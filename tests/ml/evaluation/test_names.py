import pytest

from ml.errors import TruthInvalid
from ml.evaluation.names import scores_by_video, without_suffix


@pytest.mark.parametrize(
    "scored", ["Abuse028_x264", "Abuse028_x264.npy", "Abuse/Abuse028_x264.mp4", "/data/frames/Abuse/Abuse028_x264.MP4"]
)
def test_folders_and_suffixes_do_not_matter(scored):
    video = "frames/Abuse/Abuse028_x264.mp4"
    assert scores_by_video([video], [scored, "other"], source="s") == {video: scored}


def test_a_dot_in_a_name_is_no_suffix():
    assert without_suffix("cam1.2024-01-01") == "cam1.2024-01-01"
    assert scores_by_video(["cam1.left.mp4"], ["cam1.right", "cam1.left"], source="s") == {"cam1.left.mp4": "cam1.left"}


def test_other_folders_are_passed_over_where_the_file_is_the_only_one_of_its_name():
    found = scores_by_video(["frames/Normal/N1.mp4"], ["Testing_Normal/N1.mp4", "Testing_Normal/N2.mp4"], source="s")
    assert found == {"frames/Normal/N1.mp4": "Testing_Normal/N1.mp4"}
    assert scores_by_video(["x/a.mp4", "y/a.mp4"], ["z/a.mp4"], source="s") == {}
    assert scores_by_video(["x/a.mp4"], ["y/a.mp4", "z/a.mp4"], source="s") == {}


def test_names_that_differ_in_their_suffix_alone_are_refused():
    with pytest.raises(TruthInvalid, match="scores.json: 'a.mp4' and 'a.avi' are the same but for their suffix"):
        scores_by_video(["a.mp4"], ["a.mp4", "a.avi"], source="scores.json")


def test_scores_that_fit_two_videos_are_refused():
    with pytest.raises(TruthInvalid, match="scores.json: 'a' fits the videos 'x/a' and 'y/a'"):
        scores_by_video(["x/a.mp4", "y/a.mp4"], ["a"], source="scores.json")
