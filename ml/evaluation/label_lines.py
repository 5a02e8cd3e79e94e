"""Label files of UCF-Crime and TAD: one video a line, spans in frames.

Two forms (reference section 4): `path n_frames class s1 e1 [s2 e2 ...]` with a class number, 0 for normal, as UMIL
publishes both data sets; and `Name.mp4 Class s1 e1 s2 e2` with a class name, as UCF-Crime itself comes. `-1 -1` and
`0 0` are no span.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ml.errors import TruthInvalid
from ml.evaluation.expansion import Span

_INTEGER = re.compile(r"-?\d+")
NORMAL_CLASSES = frozenset({"0", "normal"})


@dataclass(frozen=True)
class LabelLine:
    """One video of a label file."""

    name: str
    """As the file has it, mostly with folders."""
    frame_count: int | None
    """None in the form that does not tell it."""
    class_name: str
    is_normal: bool
    """By its class. A normal video of TAD has all its frames as its span all the same."""
    spans: tuple[Span, ...]
    """Half open, in frames, as the file has them: an end may lie a frame or two behind the last frame."""


def read_label_lines(path: str | Path) -> tuple[LabelLine, ...]:
    """All videos of a label file, in its order.

    Raises:
        TruthInvalid: the file cannot be read, has no lines, or a line is of neither form; the line is named.
    """
    name = Path(path).name
    try:
        text = Path(path).read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        raise TruthInvalid(f"{name} cannot be read as text ({error})") from None
    numbered = [(number, line.split()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not numbered:
        raise TruthInvalid(f"{name} is empty; expected one video a line")
    lines: dict[str, LabelLine] = {}
    for number, fields in numbered:
        line = _line(fields, f"{name}, line {number}")
        if line.name in lines:
            raise TruthInvalid(f"{name}, line {number}: {line.name} has a line already; keep one")
        lines[line.name] = line
    return tuple(lines.values())


def _line(fields: Sequence[str], where: str) -> LabelLine:
    has_count = len(fields) > 2 and _INTEGER.fullmatch(fields[1]) is not None
    first_edge = 3 if has_count else 2
    edges = fields[first_edge:]
    if len(fields) < first_edge or len(edges) % 2 or not all(_INTEGER.fullmatch(edge) for edge in edges):
        raise TruthInvalid(
            f"{where}: expected `path n_frames class start end ...` or `name class start end ...`, "
            f"not {_shown(' '.join(fields))}"
        )
    frame_count = int(fields[1]) if has_count else None
    if frame_count is not None and frame_count < 1:
        raise TruthInvalid(f"{where}: {fields[0]} must have at least one frame, not {frame_count}")
    class_name = fields[first_edge - 1]
    is_normal = class_name.lower() in NORMAL_CLASSES
    spans = tuple(
        span
        for span in zip(map(int, edges[::2]), map(int, edges[1::2]), strict=True)
        if _is_span(span, frame_count, f"{where}: {fields[0]}")
    )
    return LabelLine(fields[0], frame_count, class_name, is_normal, spans)


def _is_span(span: Span, frame_count: int | None, where: str) -> bool:
    start, end = span
    if (start < 0 and end < 0) or (start, end) == (0, 0):
        return False
    if start < 0 or end <= start:
        raise TruthInvalid(f"{where}: a span must start at 0 or later and before it ends, not {start} {end}")
    if frame_count is not None and start >= frame_count:
        raise TruthInvalid(f"{where}: the span {start} {end} starts behind its {frame_count} frames")
    return True


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:60]}...")
