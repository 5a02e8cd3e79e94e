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
    assert (found.lines, found.faults) == (2, ())


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
    ],
)
def test_a_broken_line_is_named_and_the_others_are_kept(file: Path, line: Any, complaint: str) -> None:
    write(file, conversation(), line, conversation())

    found = read_general(file)

    assert len(found.turns) == 2
    (fault,) = found.faults
    assert complaint in fault
    assert fault.startswith("general.jsonl line 2")
    assert found.lines == 3


def test_a_missing_file_is_refused_with_the_cure(tmp_path: Path) -> None:
    with pytest.raises(JobInvalid, match="cannot be read .*correct language.general_path"):
        read_general(tmp_path / "none.jsonl")
