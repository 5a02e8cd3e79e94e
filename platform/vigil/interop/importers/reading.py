"""What an importer makes of a file: rows that fit our videos, and rows that do not, each with its reason. Pure."""

from dataclasses import dataclass, field
from pathlib import Path

from ml.contracts import LabelledSegment


@dataclass(frozen=True)
class ImportedRow:
    """One person's annotation of one video as another tool wrote it."""

    where: str
    """For messages: `task 12, annotation 3`."""
    external_id: str
    """The same at every export of the same annotation."""
    video: str
    """Name or sha256 of the video, as the file says it."""
    author: str
    """Who made it, as the file says it; empty if it does not."""
    segments: tuple[LabelledSegment, ...]
    keys: tuple[str, ...] = ()
    """Our own keys of the segments, where the file came from here; as long as `segments`, or empty."""
    is_fully_watched: bool = False


@dataclass
class Reading:
    """All rows of a file."""

    rows: list[ImportedRow] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """One line each: where, what, and the cure."""


@dataclass(frozen=True)
class ReadingOptions:
    """What the person says about a file that does not say it itself."""

    fps: float | None = None
    config: Path | None = None
