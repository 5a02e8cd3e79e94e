"""UCF-Crime as downloaded: `Anomaly-Videos-Part-1..4`, `Training-Normal-Videos-Part-1..2`, `Testing_Normal_Videos` (or
folders by class), `Anomaly_Train.txt` and `Temporal_Anomaly_Annotation_for_Testing_Videos.txt`, at any depth."""

from __future__ import annotations

import re
from pathlib import Path

from ml.datasets.listed import FoundVideos, ListedVideo, is_real, list_file, list_lines, match_files
from ml.errors import DatasetInvalid
from ml.evaluation.label_lines import LabelLine, read_label_lines

CLASSES = (
    "Abuse", "Arrest", "Arson", "Assault", "Burglary", "Explosion", "Fighting", "RoadAccidents", "Robbery", "Shooting",
    "Shoplifting", "Stealing", "Vandalism",
)  # fmt: skip
"""In the order of the class numbers 1 to 13 of published label files."""
TRAIN_LISTS = ("Anomaly_Train.txt",)
TEST_LISTS = ("Temporal_Anomaly_Annotation_for_Testing_Videos.txt", "Temporal_Anomaly_Annotation.txt")
OTHER_EXPERIMENT = ("Normal_Videos_for_Event_Recognition", "Normal_Videos_event")
"""50 normal videos of the recognition experiment; they are in the other folders once more."""


def listed_videos(train_list: Path, test_list: Path) -> tuple[ListedVideo, ...]:
    """The 1,610 training and 290 test videos, or as many as the lists have.

    Raises:
        DatasetInvalid: a line that is not of the list's form, or a video in both lists.
        TruthInvalid: a test line that is not of its form.
    """
    train = [_training_video(line, train_list.name) for line in list_lines(train_list)]
    test = [_test_video(line) for line in read_label_lines(test_list)]
    twice = {video.name.rsplit("/", 1)[-1] for video in train} & {video.name.rsplit("/", 1)[-1] for video in test}
    if twice:
        raise DatasetInvalid(f"{min(twice)} is in the training list and in the test list; take it out of one")
    return (*train, *test)


def find_videos(folder: Path, train_list: Path | None = None, test_list: Path | None = None) -> FoundVideos:
    """All listed videos with their files below `folder`."""
    videos = listed_videos(
        list_file(folder, train_list, TRAIN_LISTS, "training list"),
        list_file(folder, test_list, TEST_LISTS, "test annotation"),
    )
    paths: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.mp4")):
        if is_real(path) and not set(path.parts) & set(OTHER_EXPERIMENT):
            paths.setdefault(path.name, path)
    return match_files(videos, paths)


def _training_video(line: str, source: str) -> ListedVideo:
    if not line.endswith(".mp4") or len(line.split()) != 1:
        raise DatasetInvalid(f"{source}: expected a path such as Abuse/Abuse001_x264.mp4, not {line[:60]!r}")
    return _video(line, "train")


def _test_video(line: LabelLine) -> ListedVideo:
    name = line.name if line.name.endswith(".mp4") else f"{line.name}.mp4"
    return _video(name.removeprefix("frames/"), "test", line.spans if not line.is_normal else (), line.frame_count)


def _video(
    name: str, split: str, spans: tuple[tuple[int, int], ...] = (), frame_count: int | None = None
) -> ListedVideo:
    """The class is the beginning of the file's name: the lists differ in the folders that they put before it."""
    file = name.rsplit("/", 1)[-1]
    if file.startswith("Normal_Videos"):
        return ListedVideo(name, False, "", 0, split, spans, frame_count)
    head = re.match(r"[A-Za-z]+", file)
    if head is None or head[0] not in CLASSES:
        raise DatasetInvalid(f"{name} is of no class of UCF-Crime; its name must begin with one, or Normal_Videos")
    with_folder = name if "/" in name else f"{head[0]}/{name}"
    return ListedVideo(with_folder, True, head[0], CLASSES.index(head[0]) + 1, split, spans, frame_count)
