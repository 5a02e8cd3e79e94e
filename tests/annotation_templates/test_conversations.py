"""Conversations of an export are whole, word for word where a person wrote, and the same every time."""

from __future__ import annotations

from annotation_templates.conversations import instruction_pairs, seconds_text
from annotation_templates.loading import load_template
from annotation_templates.template import QUESTION_KINDS

TEMPLATE = load_template("surveillance")


def test_times_are_told_in_seconds_with_one_decimal() -> None:
    assert [seconds_text(ms) for ms in (0, 1500, 61_040)] == ["0.0s", "1.5s", "61.0s"]


def test_a_persons_sentence_is_used_word_for_word() -> None:
    sentence = "A man in a dark coat pushes another man to the ground."

    pairs = instruction_pairs(TEMPLATE, key="s1", label="Fighting", start_ms=1500, end_ms=4000, explanation=sentence)

    answers = {pair.kind: pair.answer for pair in pairs}
    assert tuple(answers) == QUESTION_KINDS
    assert answers["explanation"] == sentence
    assert answers["description"].endswith(sentence)
    assert all("1.5s" in answers[kind] and "4.0s" in answers[kind] for kind in ("judgement", "description", "interval"))


def test_the_key_alone_picks_the_phrasing() -> None:
    def made(key: str) -> tuple[str, ...]:
        return tuple(pair.question for pair in instruction_pairs(TEMPLATE, key=key, label="Fire"))

    assert made("s1") == made("s1")
    assert len({made(f"s{i}") for i in range(20)}) > 10


def test_only_the_kinds_asked_for_are_written() -> None:
    pairs = instruction_pairs(TEMPLATE, key="s1", label=None, kinds=("judgement",))

    assert [pair.kind for pair in pairs] == ["judgement"]
    assert pairs[0].answer.startswith("No")
