"""Ground truth given on the command line: the videos it names, and the names that match nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ml.contracts import VideoTruth
from ml.errors import TruthInvalid
from ml.evaluation.truth import read_truth, truth_entries, unmatched_keys
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
        Invalid: the file cannot be read, is not of the form, names none of the videos, or a name fits two of them.
    """
    try:
        truths = read_truth(path, [video_ref(video) for video in videos], known_names)
        unknown = unmatched_keys(truth_entries(path), known_names | {video.name for video in videos})
    except TruthInvalid as error:
        raise Invalid(f"--truth: {error}") from error
    told_of = {truth.video.key for truth in truths}
    missing = sorted(video.name for video in videos if video.sha256 not in told_of)
    return TruthFile(truths=truths, unknown=unknown, missing=missing)
