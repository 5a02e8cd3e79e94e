"""What a data set's own lists say of its videos, and the search for their files. Pure but for looking into folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ml.errors import DatasetInvalid


@dataclass(frozen=True)
class ListedVideo:
    """One line of a training or test list."""

    name: str
    """Folder and file name as the data set has them, such as `Abuse/Abuse001_x264.mp4`."""
    is_abnormal: bool
    class_name: str
    """Event class of an abnormal video, empty for a normal one."""
    class_number: int
    """0 for normal, the class's number in published label files otherwise."""
    split: str
    """train | test"""
    spans: tuple[tuple[int, int], ...] = ()
    """Abnormal frames of a test video, half open; training videos have a video label only."""
    frame_count: int | None = None
    """As the list tells it."""


@dataclass(frozen=True)
class FoundVideos:
    """Listed videos with their files, and those that have none."""

    found: tuple[tuple[ListedVideo, Path], ...]
    missing: tuple[ListedVideo, ...] = ()
    unlisted: tuple[Path, ...] = field(default=(), repr=False)
    """Videos in the folder that no list names."""


def list_file(folder: Path, given: Path | None, names: Sequence[str], what: str) -> Path:
    """The list that was given, or the only file of one of these names in the folder, at any depth.

    Raises:
        DatasetInvalid: there is none, or there are several that differ.
    """
    if given is not None:
        if not given.is_file():
            raise DatasetInvalid(f"{what} {given} is no file; check the path")
        return given
    for name in names:
        fitting = [path for path in sorted(folder.rglob(name)) if is_real(path)]
        if len({path.read_bytes() for path in fitting}) > 1:
            raise DatasetInvalid(f"{folder.name} holds {len(fitting)} different files {name}; name one by its option")
        if fitting:
            return fitting[0]
    raise DatasetInvalid(f"{folder.name} holds no {what} ({' or '.join(names)}); name it by its option")


def list_lines(path: Path) -> list[str]:
    """The lines of a list, without blanks around them; empty ones are left out.

    Raises:
        DatasetInvalid: it cannot be read as text.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise DatasetInvalid(f"{path.name} cannot be read as text ({error}); fetch it again") from None
    return [line.strip() for line in lines if line.strip()]


def match_files(videos: Iterable[ListedVideo], paths: Mapping[str, Path]) -> FoundVideos:
    """The file of each listed video, by file name: folders differ between downloads, names do not."""
    found, missing, used = [], [], set()
    for video in videos:
        path = paths.get(video.name.rsplit("/", 1)[-1])
        if path is None:
            missing.append(video)
        else:
            found.append((video, path))
            used.add(path)
    unlisted = sorted(path for path in paths.values() if path not in used)
    return FoundVideos(tuple(found), tuple(missing), tuple(unlisted))


def is_real(path: Path) -> bool:
    """Whether it is not one of the shadow files that macOS puts into archives."""
    return not path.name.startswith("._") and "__MACOSX" not in path.parts
