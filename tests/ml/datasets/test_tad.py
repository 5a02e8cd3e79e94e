import sys
from pathlib import Path

import av
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from footage import write_video
from miniature_datasets import TAD_TEST, TAD_TRAIN, write_image

from ml.datasets.tad import find_videos, frames_to_video
from ml.errors import DatasetInvalid, VideoUnreadable
from ml.video.probing import probe


@pytest.fixture
def folder(tmp_path):
    for line in (TAD_TRAIN + TAD_TEST).splitlines():
        (tmp_path / line.split()[0]).mkdir(parents=True)
    (tmp_path / "TAD_train.txt").write_text(TAD_TRAIN)
    (tmp_path / "TAD_test.txt").write_text(TAD_TEST)
    return tmp_path


def test_lists_and_folders_of_images_are_matched(folder):
    matched = find_videos(folder)
    assert (len(matched.found), matched.missing) == (6, ())
    by_name = {listed.name: listed for listed, _ in matched.found}
    accident = by_name["abnormal/01_Accident_006.mp4"]
    assert (accident.class_name, accident.class_number, accident.split) == ("Accident", 1, "test")
    # An event from the first frame on stays one here; the parity rule of evaluation drops it.
    assert accident.spans == ((0, 40),)
    normal = by_name["normal/Normal_008.mp4"]
    assert (normal.is_abnormal, normal.spans, normal.frame_count) == (False, (), 64)
    assert by_name["abnormal/05_else_002.mp4"].class_number == 5


def test_folders_without_the_ending_and_videos_are_found_too(folder):
    (folder / "frames/normal/Normal_001.mp4").rename(folder / "frames/normal/Normal_001")
    (folder / "frames/normal/Normal_002.mp4").rmdir()
    assert [listed.name for listed in find_videos(folder).missing] == ["normal/Normal_002.mp4"]
    (folder / "Normal_002.mp4").touch()
    assert find_videos(folder).missing == ()


def test_a_wrong_line_is_named(folder):
    (folder / "TAD_train.txt").write_text("frames/abnormal/01_Accident_001.mp4 1\n")
    with pytest.raises(DatasetInvalid, match="TAD_train.txt: expected `path start end class`"):
        find_videos(folder)
    (folder / "TAD_train.txt").write_text("frames/abnormal/crash.mp4 0 64 1\n")
    with pytest.raises(DatasetInvalid, match="abnormal/crash.mp4 is no name of TAD"):
        find_videos(folder)
    (folder / "TAD_train.txt").write_bytes(b"frames/normal/Normal_001.mp4 0 64 0\n\xff\n")
    with pytest.raises(DatasetInvalid, match="TAD_train.txt cannot be read as text"):
        find_videos(folder)


def test_a_list_with_the_mark_of_windows_and_empty_lines_is_read(folder):
    (folder / "TAD_train.txt").write_text(TAD_TRAIN.replace("\n", "\r\n\r\n"), "utf-8-sig")
    assert len(find_videos(folder).found) == 6


def test_images_become_a_video_in_the_order_of_their_numbers(tmp_path):
    source = write_video(tmp_path / "source.mp4", seconds=2, fps=8, shakes_from_s=0)
    images = tmp_path / "01_Accident_001.mp4"
    images.mkdir()
    with av.open(str(source)) as box:
        frames = [frame.to_ndarray(format="rgb24") for frame in box.decode(video=0)]
    for index, frame in enumerate(frames):
        write_image(images / f"{index}.jpg", av.VideoFrame.from_ndarray(frame, format="rgb24"))
    made = tmp_path / "videos" / "abnormal" / "01_Accident_001.mp4"
    frames_to_video(images, made, 12.5)
    facts = probe(made)
    assert (facts.frame_count, facts.fps) == (16, pytest.approx(12.5))
    with av.open(str(made)) as box:
        again = [frame.to_ndarray(format="rgb24") for frame in box.decode(video=0)]
    for one, other in zip(frames, again, strict=True):
        assert abs(one.astype(int) - other.astype(int)).mean() < 6
    assert [path.name for path in made.parent.iterdir()] == [made.name]
    before = made.read_bytes()
    frames_to_video(images, made, 12.501)
    with pytest.raises(
        DatasetInvalid, match=r"01_Accident_001.mp4 is there already with 12.5 frames a second, not 30;"
    ):
        frames_to_video(images, made, 30)
    assert made.read_bytes() == before
    made.write_bytes(b"no video")
    with pytest.raises(VideoUnreadable, match="01_Accident_001.mp4"):
        frames_to_video(images, made, 12.5)


def test_an_image_that_is_none_leaves_no_half_video(tmp_path):
    images = tmp_path / "Normal_001"
    images.mkdir()
    with pytest.raises(DatasetInvalid, match="Normal_001 holds no image"):
        frames_to_video(images, tmp_path / "out.mp4", 30)
    (images / "0.jpg").write_bytes(b"half")
    with pytest.raises(DatasetInvalid, match=r"Normal_001/0.jpg is no image"):
        frames_to_video(images, tmp_path / "out.mp4", 30)
    assert not (tmp_path / "out.mp4").exists()
    assert not list(tmp_path.glob("*.partial.mp4"))
