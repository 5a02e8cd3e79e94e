"""A general instruction set is read line by line, and every broken line is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ml.errors import JobInvalid
from ml.text.general import GeneralTurn, read_general


def conversation(video: str = "a.mp4", *said: str) -> dict[str, Any]:
    said = said or ("<video>\nWhat does the dog do?", "It catches a ball.")
    speakers = ("human", "gpt")
    return {
        "id": 1,
        "video": video,
        "conversations": [{"from": speakers[i % 2], "value": text} for i, text in enumerate(said)],
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "a.mp4").write_bytes(b"video")
    return tmp_path / "general.jsonl"


def write(file: Path, *lines: Any) -> None:
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")


def test_each_question_with_its_answer_is_a_conversation_without_the_mark(file: Path) -> None:
    write(file, conversation("a.mp4", "What is it?\n<video>", "A dog.", "Where?", "In a park."), "", conversation())

    found = read_general(file)

    video = file.parent / "a.mp4"
    assert found.turns == (
        GeneralTurn(1, video, "What is it?", "A dog."),
        GeneralTurn(1, video, "Where?", "In a park."),
        GeneralTurn(3, video, "What does the dog do?", "It catches a ball."),
    )
    assert (found.entries, found.unit, found.faults) == (2, "line", ())


@pytest.mark.parametrize("indent", [None, 1])
def test_an_array_in_the_form_of_videochat_is_read_entry_by_entry(file: Path, indent: int | None) -> None:
    pairs = [{"q": "What is it?", "a": "A dog."}, {"i": "Be brief.", "q": "Where?", "a": "In a park."}]
    entries = [{"video": "a.mp4", "QA": pairs}, {"video": "gone.mp4", "QA": pairs}, conversation()]
    file.write_text(json.dumps(entries, indent=indent), encoding="utf-8")

    found = read_general(file)

    video = file.parent / "a.mp4"
    assert found.turns == (
        GeneralTurn(1, video, "What is it?", "A dog."),
        GeneralTurn(1, video, "Be brief. Where?", "In a park."),
        GeneralTurn(3, video, "What does the dog do?", "It catches a ball."),
    )
    assert (found.entries, found.unit) == (3, "entry")
    assert found.faults == ("general.jsonl entry 2: there is no video gone.mp4",)


def test_lines_in_the_form_of_videochat_are_read(file: Path) -> None:
    write(file, {"video": "a.mp4", "QA": [{"q": "What?", "a": "A dog."}]}, conversation())

    assert [(turn.entry, turn.question) for turn in read_general(file).turns] == [
        (1, "What?"),
        (2, "What does the dog do?"),
    ]


def test_an_array_that_was_cut_off_is_broken(file: Path) -> None:
    file.write_text(json.dumps([conversation(), conversation()])[:-30], encoding="utf-8")

    found = read_general(file)

    assert (found.turns, found.entries, len(found.faults)) == ((), 1, 1)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{not json", "line 2: Expecting property name"),
        ([1], 'line 2: it has no "video"'),
        ({"conversations": []}, 'line 2: it has no "video"'),
        (conversation("gone.mp4"), "line 2: there is no video gone.mp4"),
        ({"video": "a.mp4", "conversations": [{"from": "human", "value": "?"}]}, "are not pairs"),
        (
            {"video": "a.mp4", "conversations": [{"from": "gpt", "value": "a"}, {"from": "human", "value": "b"}]},
            "a turn is \"from\" 'gpt' where 'human' is due",
        ),
        (conversation("a.mp4", "<video>", "yes"), "a turn of human says nothing"),
        ({"video": "a.mp4"}, 'neither "conversations" nor a "QA"'),
        ({"video": "a.mp4", "QA": ["What?"]}, 'neither "conversations" nor a "QA"'),
        ({"video": "a.mp4", "QA": [{"q": "What?"}]}, '"a" says nothing'),
        ({"video": "a.mp4", "QA": [{"q": " ", "a": "A dog."}]}, '"q" says nothing'),
    ],
)
def test_a_broken_line_is_named_and_the_others_are_kept(file: Path, line: Any, complaint: str) -> None:
    write(file, conversation(), line, conversation())

    found = read_general(file)

    assert len(found.turns) == 2
    (fault,) = found.faults
    assert complaint in fault
    assert fault.startswith("general.jsonl line 2")
    assert found.entries == 3


def test_a_missing_file_is_refused_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(JobInvalid, match="cannot be read .*correct language.general_path"):
        read_general(tmp_path / "none.jsonl")
