"""TAD, the traffic data set of WSAL, as downloaded: a folder `frames/{abnormal,normal}/` with one folder of images for
each video (or the videos themselves), and the lists `TAD_train.txt` (`path start end class`) and `TAD_test.txt`
(`path n_frames class start end`)."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from pathlib import Path

import av

from ml.datasets.listed import FoundVideos, ListedVideo, is_real, list_file, list_lines, match_files
from ml.errors import DatasetInvalid
from ml.evaluation.label_lines import read_label_lines
from ml.video.probing import probe

TRAIN_LISTS = ("TAD_train.txt", "train.txt")
TEST_LISTS = ("TAD_test.txt", "vals.txt", "test.txt")
IMAGES = {".jpg", ".jpeg", ".png"}
SAME_RATE = 1e-3
"""29.97 and 30000 / 1001 are one rate."""
NAME = re.compile(r"(?:(\d\d)_([A-Za-z]+)|Normal)_\d+(?:\.mp4)?")


def listed_videos(train_list: Path, test_list: Path) -> tuple[ListedVideo, ...]:
    """The 400 training and 100 test videos, or as many as the lists have.

    Raises:
        DatasetInvalid: a line that is not of the list's form.
        TruthInvalid: a test line that is not of its form.
    """
    train = []
    for line in list_lines(train_list):
        fields = line.split()
        if len(fields) != 4 or not all(field.isdigit() for field in fields[1:]):
            raise DatasetInvalid(f"{train_list.name}: expected `path start end class`, not {line[:60]!r}")
        train.append(_video(fields[0], "train"))
    test = [
        _video(line.name, "test", () if line.is_normal else line.spans, line.frame_count)
        for line in read_label_lines(test_list)
    ]
    return (*train, *test)


def find_videos(folder: Path, train_list: Path | None = None, test_list: Path | None = None) -> FoundVideos:
    """All listed videos with their file, or their folder of images, below `folder`."""
    videos = listed_videos(
        list_file(folder, train_list, TRAIN_LISTS, "training list"),
        list_file(folder, test_list, TEST_LISTS, "test list"),
    )
    paths: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if is_real(path) and NAME.fullmatch(path.name) and (path.is_dir() or path.suffix == ".mp4"):
            paths.setdefault(path.name if path.name.endswith(".mp4") else f"{path.name}.mp4", path)
    return match_files(videos, paths)


def frames_to_video(folder: Path, video: Path, fps: float) -> None:
    """Write the images of a folder, in the order of their numbers, as a video; one of this rate that is there is kept.

    H.264 at quality 10 with full colour, about what JPEG images of 90 % keep. Written aside and renamed.

    Raises:
        DatasetInvalid: the folder has no images, one of them cannot be read, or the video is there at another rate.
        VideoUnreadable: what is there is no video.
    """
    if video.exists():
        there = probe(video).fps
        if not math.isclose(there, fps, rel_tol=SAME_RATE):
            raise DatasetInvalid(
                f"{video.name} is there already with {there:.6g} frames a second, not {fps:g}; give --fps {there:.6g}, "
                "or another folder to --videos-to"
            )
        return
    images = sorted((path for path in folder.iterdir() if path.suffix.lower() in IMAGES), key=_number)
    if not images:
        raise DatasetInvalid(f"{folder.name} holds no image; unpack the frames once more")
    video.parent.mkdir(parents=True, exist_ok=True)
    draft = video.with_suffix(".partial.mp4")
    try:
        _write_video(draft, images, fps)
        draft.replace(video)
    finally:
        draft.unlink(missing_ok=True)


def _write_video(path: Path, images: list[Path], fps: float) -> None:
    with av.open(str(path), "w") as box:
        stream = box.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
        stream.options = {"crf": "10", "preset": "fast"}
        stream.pix_fmt = "yuv444p"
        for number, frame in enumerate(map(_decoded, images)):
            if number == 0:
                stream.width, stream.height = frame.width, frame.height
            box.mux(stream.encode(frame.reformat(stream.width, stream.height, "yuv444p")))
        box.mux(stream.encode())


def _decoded(image: Path) -> av.VideoFrame:
    try:
        with av.open(str(image)) as box:
            picture = next(box.decode(video=0)).to_ndarray(format="rgb24")
    except (av.FFmpegError, StopIteration, OSError):
        raise DatasetInvalid(f"{image.parent.name}/{image.name} is no image; unpack the frames once more") from None
    return av.VideoFrame.from_ndarray(picture, format="rgb24")


def _number(path: Path) -> tuple[int, str]:
    digits = re.findall(r"\d+", path.stem)
    return (int(digits[-1]) if digits else -1, path.name)


def _video(
    path: str, split: str, spans: tuple[tuple[int, int], ...] = (), frame_count: int | None = None
) -> ListedVideo:
    name = path.removeprefix("frames/")
    known = NAME.fullmatch(name.rsplit("/", 1)[-1])
    if known is None:
        raise DatasetInvalid(f"{name} is no name of TAD; expected 01_Accident_001.mp4 or Normal_001.mp4")
    number, class_name = int(known[1] or 0), known[2] or ""
    name = name if name.endswith(".mp4") else f"{name}.mp4"
    return ListedVideo(name, bool(number), class_name, number, split, spans, frame_count)
