"""The files that an import is about, and which line of labels.csv belongs to which."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from vigil.videos.labels_csv import LabelRow, LabelsCsv

_SUFFIXES = (
    ".mp4 .m4v .mov .avi .divx .mkv .webm .ts .mts .m2ts .mpg .mpeg .mpv .m2v .vob .flv .wmv .asf .3gp .3g2 .ogv .ogg "
    ".h264 .264 .avc .h265 .265 .hevc .mjpg .mjpeg .mxf .dav .dv .rm .ivf .gif .nut"
)
VIDEO_SUFFIXES = frozenset(_SUFFIXES.split())
"""What is taken for a video inside a folder; a file given by name is tried whatever it is called."""
LABELS_NAME = "labels.csv"
NAME_MAX = 400


@dataclass(frozen=True)
class Candidate:
    """A file to import, and the name that it shall have in the project."""

    name: str
    path: Path


@dataclass(frozen=True)
class Refusal:
    """A file that did not come in, and why."""

    file: str
    reason: str


@dataclass
class Candidates:
    """What the paths of an import hold."""

    files: list[Candidate] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    labels_found: list[Path] = field(default_factory=list)
    """Every labels.csv that stands at the top of a given folder."""
    passed_over: int = 0
    """Files in folders that are no videos by their names."""


def candidates_of(paths: Sequence[Path]) -> Candidates:
    """Every video file under `paths`. A file given by name is tried whatever it is called.

    A file in a folder is named by its way from that folder on, so that `normal/a.mp4` and `abnormal/a.mp4` differ.
    """
    found = Candidates()
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            found.refused.append(Refusal(clean_name(str(path)), "there is no such file or folder; check the path"))
        elif path.is_dir():
            _add_folder(found, path, seen)
        elif not path.is_file():
            found.refused.append(Refusal(clean_name(str(path)), "this is neither a file nor a folder"))
        else:
            _add(found, path, path.name, seen)
    return found


def _add_folder(found: Candidates, folder: Path, seen: set[Path]) -> None:
    if (folder / LABELS_NAME).is_file():
        found.labels_found.append(folder / LABELS_NAME)
    for path in _files_under(folder):
        if path.suffix.lower() in VIDEO_SUFFIXES:
            _add(found, path, path.relative_to(folder).as_posix(), seen)
        elif path.name != LABELS_NAME:
            found.passed_over += 1


def _files_under(folder: Path) -> Iterator[Path]:
    """Files in order of their names; hidden ones left out, and links to folders not followed."""
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and (Path(here) / name).is_file():
                yield Path(here) / name


def _add(found: Candidates, path: Path, name: str, seen: set[Path]) -> None:
    real = path.resolve()
    if real not in seen:
        seen.add(real)
        found.files.append(Candidate(clean_name(name), path))


def clean_name(name: str) -> str:
    """A name that the database can keep: valid Unicode, no control characters, at most 400 characters."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    text = "".join(letter if letter.isprintable() else "_" for letter in text).strip()
    return text[-NAME_MAX:] or "unnamed"


def rows_by_name(labels: LabelsCsv, names: Sequence[str]) -> tuple[dict[str, LabelRow], list[Refusal]]:
    """Which row belongs to which name, and the rows that belong to none.

    A row names a file as the import does, or by the end of its path if only one file ends so.
    """
    by_end = _names_by_end(names)
    matched: dict[str, LabelRow] = {}
    refused: list[Refusal] = []
    for row in labels.rows:
        where = f"{labels.path.name}, line {row.line}"
        file = clean_name(row.file).removeprefix("./")
        ends = [file] if file in names else by_end.get(file) or by_end.get(PurePosixPath(file).name, [])
        if not ends:
            refused.append(Refusal(file, f"listed in {where}, but no such file was given or found"))
        elif len(ends) > 1:
            refused.append(Refusal(file, f"{where}, column file: fits {', '.join(ends[:3])}; write which one"))
        else:
            matched[ends[0]] = row
    return matched, refused


def _names_by_end(names: Sequence[str]) -> Mapping[str, list[str]]:
    """Every ending of a path, whole parts only, to the names that end so."""
    by_end: dict[str, list[str]] = {}
    for name in names:
        parts = PurePosixPath(name).parts
        for start in range(len(parts)):
            by_end.setdefault("/".join(parts[start:]), []).append(name)
    return by_end
