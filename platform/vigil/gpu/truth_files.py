"""Ground truth given on the command line: the videos it names, and the names that match nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ml.contracts import VideoTruth
from ml.errors import TruthInvalid
from ml.evaluation.truth import read_truth
from vigil.projects.errors import Invalid
from vigil.videos.models import Video
from vigil.videos.selectors import video_ref


@dataclass(frozen=True)
class TruthFile:
    """What `--truth` says of the videos of a split."""

    truths: list[VideoTruth]
    unknown: list[str]
    """Names in the file that the project does not have."""
    missing: list[str]
    """Videos of the split that the file does not name; they are left out of the figures."""


def truth_of_file(path: Path, videos: Sequence[Video], known_names: set[str]) -> TruthFile:
    """The truth of these videos. `known_names` are all videos of the project, whatever their split.

    Raises:
        Invalid: the file cannot be read, is not of the form, or names none of the videos.
    """
    try:
        truths = read_truth(path, [video_ref(video) for video in videos])
        named = {Path(name).name for name in json.loads(path.read_text("utf-8"))}
    except (TruthInvalid, OSError) as error:
        raise Invalid(f"--truth: {error}") from error
    return TruthFile(
        truths=truths,
        unknown=sorted(named - known_names),
        missing=sorted(video.name for video in videos if video.name not in named),
    )
