"""Each mistake in a labels.csv is named with its line, its column and the cure."""

from pathlib import Path

import pytest

from vigil.projects.errors import Invalid
from vigil.videos.labels_csv import FileLabels, groups_check, labels_read
from vigil.videos.models import Split, WeakLabel


def read(tmp_path: Path, text: str | bytes) -> dict[str, FileLabels]:
    path = tmp_path / "labels.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return {row.file: row.labels for row in labels_read(path=path, template="surveillance").rows}


def complaint(tmp_path: Path, text: str | bytes) -> str:
    with pytest.raises(Invalid) as caught:
        read(tmp_path, text)
    return str(caught.value)


def test_labels_classes_splits_and_groups_are_read(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        "file,label,split,group\na.mp4,normal,train,gate\nsub/b.mp4,Fighting,test,yard\nc.mp4,abnormal,,\nd.mp4,,val,\n",
    )

    assert rows == {
        "a.mp4": FileLabels(WeakLabel.NORMAL, (), Split.TRAIN, "gate"),
        "sub/b.mp4": FileLabels(WeakLabel.ABNORMAL, ("Fighting",), Split.TEST, "yard"),
        "c.mp4": FileLabels(WeakLabel.ABNORMAL),
        "d.mp4": FileLabels(WeakLabel.UNKNOWN, (), Split.VAL),
    }


@pytest.mark.parametrize(
    "text", ["label,file\nnormal,a.mp4\n", "file;label\na.mp4;normal\n", "file\tlabel\na.mp4\tnormal\n"]
)
def test_order_of_columns_and_delimiter_are_free(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == {"a.mp4": FileLabels(WeakLabel.NORMAL)}


def test_a_table_from_a_spreadsheet_is_read(tmp_path: Path) -> None:
    text = b'\xef\xbb\xbfFile,Label\r\n"a, b.mp4",NORMAL\r\n\r\nsub\\c.mp4,fighting\r\n'

    assert read(tmp_path, text) == {
        "a, b.mp4": FileLabels(WeakLabel.NORMAL),
        "sub/c.mp4": FileLabels(WeakLabel.ABNORMAL, ("Fighting",)),
    }


def test_a_class_the_template_does_not_know_is_kept_and_told(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,label\na.mp4,Stampede\n")
    labels = labels_read(path=tmp_path / "labels.csv", template="surveillance")

    assert labels.rows[0].labels.classes == ("Stampede",)
    assert labels.unknown_classes == ("Stampede",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["labels.csv is empty", "file,label"]),
        ("a.mp4,normal\n", ["line 1", "'file' is missing", "gate1.mp4,normal"]),
        ("file,label,colour\na.mp4,normal,red\n", ["line 1", "unknown column 'colour'", "file, label, split, group"]),
        ("file,label,label\na.mp4,normal,x\n", ["line 1", "'label'", "twice"]),
        ("file,label,split\na.mp4,normal,traim\n", ["line 2", "column split", "'traim'", "train, val or test"]),
        ("file,label\n,normal\n", ["line 2", "column file", "no file name"]),
        ("file,label\na.mp4,normal,test\n", ["line 2", "column 3", "'test'", "quotes"]),
        ("file,label\na.mp4,normal\na.mp4,abnormal\n", ["line 3", "column file", "line 2", "remove one"]),
        ('file,label\na.mp4,"a,b"\n', ["line 2", "column label", "normal, abnormal or one class"]),
        ('file,label\n"a.mp4,normal\n', ["line", "quotation marks"]),
        (b"file,label\n\xff\xfe.mp4,normal\n", ["not UTF-8", "CSV UTF-8"]),
        (b"PK\x03\x04\0\0\0", ["not a text file", "CSV UTF-8"]),
        ("file,label,split,group\na.mp4,normal,train," + "g" * 201, ["line 2", "column group", "200"]),
    ],
)
def test_a_mistake_is_named_with_its_place_and_cure(tmp_path: Path, text: str | bytes, words: list[str]) -> None:
    message = complaint(tmp_path, text)

    assert all(word in message for word in ["labels.csv", *words]), message


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="none.csv cannot be read"):
        labels_read(path=tmp_path / "none.csv", template="surveillance")


def test_a_divided_group_is_refused_by_name() -> None:
    with pytest.raises(Invalid, match="group 'gate' is divided over splits: a.mp4 is train, c.mp4 is test"):
        groups_check(splits_of_groups=[("gate", "train", "a.mp4"), ("", "test", "b.mp4"), ("gate", "test", "c.mp4")])
