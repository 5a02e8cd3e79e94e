"""Reads labels.csv: `file,label[,split[,group[,recorded_at]]]`, the weak labels of whole videos."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from annotation_templates.loading import load_template
from vigil.projects.errors import Invalid
from vigil.videos.models import Split, WeakLabel
from vigil.videos.recording_time import moment_read

COLUMNS = ("file", "label", "split", "group", "recorded_at")
EXAMPLE = "gate1.mp4,normal,train,gate"
GROUP_MAX = 200


@dataclass(frozen=True)
class FileLabels:
    """What a person says of one whole video."""

    weak_label: WeakLabel = WeakLabel.UNKNOWN
    classes: tuple[str, ...] = ()
    split: Split | None = None
    """None: not said."""
    group: str = ""
    recorded_at: datetime | None = None
    """When it was filmed; None: not said."""


@dataclass(frozen=True)
class LabelRow:
    """One line of labels.csv."""

    line: int
    file: str
    labels: FileLabels


@dataclass(frozen=True)
class LabelsCsv:
    """A read labels.csv."""

    path: Path
    rows: tuple[LabelRow, ...]
    unknown_classes: tuple[str, ...]
    """Classes that the project's template does not have; they are kept as they are."""


def labels_read(*, path: Path, template: str) -> LabelsCsv:
    """The rows of a labels.csv.

    Raises:
        Invalid: the first mistake, with file, line, column and cure; or a group divided over splits.
    """
    records = _records(path)
    unknown: dict[str, None] = {}
    rows: dict[str, LabelRow] = {}
    for line, record in records:
        name = _file_name(path, line, record)
        labels = FileLabels(
            *label_parsed(record["label"], template, where=f"{path.name}, line {line}, column label"),
            split=_split(path, line, record.get("split", "")),
            group=_group(path, line, record.get("group", "")),
            recorded_at=_recorded_at(path, line, record.get("recorded_at", "")),
        )
        earlier = rows.get(name)
        if earlier is not None and earlier.labels != labels:
            raise Invalid(
                _(
                    "%(file)s, line %(line)s, column file: %(name)r stands in line %(earlier)s already with other "
                    "values; remove one"
                )
                % {"file": path.name, "line": line, "name": name, "earlier": earlier.line}
            )
        rows.setdefault(name, LabelRow(line, name, labels))
        unknown.update({c: None for c in labels.classes if not load_template(template).label(c).is_in_taxonomy})
    said = [(row.labels.group, str(row.labels.split), row.file) for row in rows.values() if row.labels.split]
    groups_check(splits_of_groups=said)
    return LabelsCsv(path, tuple(rows.values()), tuple(unknown))


def label_parsed(text: str, template: str, *, where: str) -> tuple[WeakLabel, tuple[str, ...]]:
    """Weak label and classes of a `label` value: normal, abnormal, unknown or empty, or the name of a class."""
    text = " ".join(text.split())
    if not text:
        return WeakLabel.UNKNOWN, ()
    for known in WeakLabel:
        if text.lower() == known.value:
            return known, ()
    if len(text) > 80 or not text.isprintable() or "," in text:
        raise Invalid(
            _("%(where)s: %(text)r is no label; write normal, abnormal or one class name, like Fighting")
            % {"where": where, "text": text[:40]}
        )
    same = [label.name for label in load_template(template).labels if label.name.lower() == text.lower()]
    return WeakLabel.ABNORMAL, (same[0] if same else text,)


def groups_check(*, splits_of_groups: Iterable[tuple[str, str, str]]) -> None:
    """Refuses a group that is divided over splits. Takes (group, split, file) triples; an empty group is none.

    Raises:
        Invalid: names the group, two of its files and their splits.
    """
    seen: dict[str, tuple[str, str]] = {}
    for group, split, file in splits_of_groups:
        if not group:
            continue
        earlier_split, earlier_file = seen.setdefault(group, (split, file))
        if split != earlier_split:
            raise Invalid(
                _(
                    "group %(group)r is divided over splits: %(earlier_file)s is %(earlier_split)s, %(file)s is "
                    "%(split)s; videos of one camera or source look alike, so give the whole group one split"
                )
                % {
                    "group": group,
                    "earlier_file": earlier_file,
                    "earlier_split": earlier_split,
                    "file": file,
                    "split": split,
                }
            )


def _records(path: Path) -> list[tuple[int, Mapping[str, str]]]:
    """Line number and record of every line with content."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(
            _("%(file)s is not UTF-8 (byte %(byte)s); save it as 'CSV UTF-8'")
            % {"file": path.name, "byte": error.start}
        ) from error
    except OSError as error:
        raise Invalid(
            _("%(path)s cannot be read (%(fault)s); give the path of a labels.csv")
            % {"path": path, "fault": error.strerror}
        ) from error
    if "\0" in text:
        raise Invalid(_("%(file)s is not a text file; save it as 'CSV UTF-8'") % {"file": path.name})
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise Invalid(
            _("%(file)s, line %(line)s: %(error)s; check the quotation marks")
            % {"file": path.name, "line": reader.line_num, "error": error}
        ) from error
    lines = [(number, cells) for number, cells in lines if any(cells)]
    if not lines:
        raise Invalid(
            _("%(file)s is empty; its first line must be file,label[,split[,group[,recorded_at]]]")
            % {"file": path.name}
        )
    header = _header(path, *lines[0])
    return [(number, _record(path, number, header, cells)) for number, cells in lines[1:]]


def _header(path: Path, line: int, cells: list[str]) -> list[str]:
    header = [cell.lower() for cell in cells]
    for column in ("file", "label"):
        if column not in header:
            raise Invalid(
                _(
                    "%(file)s, line %(line)s: column %(column)r is missing; the first line must be "
                    "file,label[,split[,group[,recorded_at]]], a row is like %(example)s"
                )
                % {"file": path.name, "line": line, "column": column, "example": EXAMPLE}
            )
    for column in header:
        if column not in COLUMNS:
            raise Invalid(
                _("%(file)s, line %(line)s: unknown column %(column)r; known are %(columns)s")
                % {"file": path.name, "line": line, "column": column, "columns": ", ".join(COLUMNS)}
            )
        if header.count(column) > 1:
            raise Invalid(
                _("%(file)s, line %(line)s: column %(column)r stands there twice; remove one")
                % {"file": path.name, "line": line, "column": column}
            )
    return header


def _record(path: Path, line: int, header: list[str], cells: list[str]) -> dict[str, str]:
    if len(cells) > len(header):
        extra = cells[len(header)]
        raise Invalid(
            _(
                "%(file)s, line %(line)s, column %(column)s: %(extra)r is one value too many; put a value with a "
                "comma in quotes"
            )
            % {"file": path.name, "line": line, "column": len(header) + 1, "extra": extra}
        )
    return dict(zip(header, cells + [""] * (len(header) - len(cells)), strict=True))


def _file_name(path: Path, line: int, record: Mapping[str, str]) -> str:
    name = record["file"].replace("\\", "/")
    if not name or name.endswith("/"):
        raise Invalid(
            _("%(file)s, line %(line)s, column file: no file name; write one, like %(example)s")
            % {"file": path.name, "line": line, "example": EXAMPLE}
        )
    return str(PurePosixPath(name))


def _split(path: Path, line: int, text: str) -> Split | None:
    if not text:
        return None
    if text.lower() not in Split.values:
        raise Invalid(
            _("%(file)s, line %(line)s, column split: %(text)r is no split; write train, val or test")
            % {"file": path.name, "line": line, "text": text}
        )
    return Split(text.lower())


def _group(path: Path, line: int, text: str) -> str:
    if len(text) > GROUP_MAX or not (text.isprintable() or not text):
        raise Invalid(
            _("%(file)s, line %(line)s, column group: a group has at most %(most)s printable characters")
            % {"file": path.name, "line": line, "most": GROUP_MAX}
        )
    return text


def _recorded_at(path: Path, line: int, text: str) -> datetime | None:
    moment = moment_read(text) if text else None
    if text and moment is None:
        raise Invalid(
            _(
                "%(file)s, line %(line)s, column recorded_at: %(text)r is no moment; write it like "
                "2023-10-05T14:30:00 (UTC) or 2023-10-05T16:30:00+02:00"
            )
            % {"file": path.name, "line": line, "text": text[:40]}
        )
    return moment
