"""Which scores belong to which labelled video: names are compared by the end of their paths, without file suffixes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ml.errors import TruthInvalid
from ml.evaluation.truth import keys_by_name

SUFFIXES = (".mp4", ".avi", ".mkv", ".mov", ".webm", ".mpg", ".mpeg", ".m4v", ".ts", ".npy", ".npz")
"""Left off when names are compared: `frames/Abuse/Abuse028_x264.mp4` and `Abuse028_x264.npy` are the same video."""


def without_suffix(name: str) -> str:
    """The name without a suffix of `SUFFIXES`; a dot elsewhere is part of the name."""
    for suffix in SUFFIXES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def scores_by_video(videos: Iterable[str], scored: Iterable[str], *, source: str) -> dict[str, str]:
    """The name under which `source` has the scores of each labelled video that it has scores of.

    One path ends with the other; or, since data sets are unpacked under many roots, both end in the same file and no
    other name does.

    Raises:
        TruthInvalid: two names are the same but for their suffix, or a name fits two videos; both are named.
    """
    video_names, score_names = _by_stem(videos, "the truth"), _by_stem(scored, source)
    found = keys_by_name(score_names, video_names, source=source)
    found |= _by_file(
        [name for name in video_names if name not in found],
        [name for name in score_names if name not in found.values()],
    )
    return {video_names[video]: score_names[scores] for video, scores in found.items()}


def _by_file(videos: Sequence[str], scored: Sequence[str]) -> dict[str, str]:
    """Pairs of names that end in the same file, where no other name ends in it."""
    videos_by_file, scored_by_file = _grouped(videos), _grouped(scored)
    return {
        same[0]: scored_by_file[file][0]
        for file, same in videos_by_file.items()
        if len(same) == 1 and len(scored_by_file.get(file, ())) == 1
    }


def _grouped(names: Iterable[str]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name in names:
        grouped.setdefault(name.replace("\\", "/").rpartition("/")[2], []).append(name)
    return grouped


def _by_stem(names: Iterable[str], source: str) -> dict[str, str]:
    stems: dict[str, str] = {}
    for name in names:
        stem = without_suffix(name)
        if stem in stems:
            raise TruthInvalid(f"{source}: {stems[stem]!r} and {name!r} are the same but for their suffix; keep one")
        stems[stem] = name
    return stems
