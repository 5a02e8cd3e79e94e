"""Sentences that a person should not see are found, and good ones are left alone."""

from __future__ import annotations

import pytest

from annotation_templates.loading import load_template
from ml.text.languages import LANGUAGES
from ml.text.sentences import fault_of_sentence, words_of

KNOWN = frozenset(words_of("A man in a red coat walks past the very old traffic light and stops. 一名男子 No, nothing"))


def test_words_are_letters_only_and_chinese_ones_stand_alone() -> None:
    assert words_of("A man's 2 bags — 男子") == ["a", "man", "s", "bags", "男", "子"]


@pytest.mark.parametrize(
    "text",
    [
        "A man in a red coat walks past the traffic light.",
        "A man in a red coat walks past a man in a red coat.",
        "A very very old man stops.",
        "No, nothing.",
        "男子",
        "A man walks past 2 and past 3 and past 4.",
    ],
)
def test_good_sentences_pass(text: str) -> None:
    assert fault_of_sentence(text, has_ended=True, known_words=KNOWN) == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no words"),
        ("... 12", "no words"),
        ("A man wal in a coat.", "broken word 'wal'"),
        ("A man \N{REPLACEMENT CHARACTER} stops.", "broken characters"),
        ("A man walks past the traffic past the traffic.", "repeats 'past the traffic'"),
        ("A man man man stops.", "repeats 'man'"),
    ],
)
def test_bad_sentences_are_named(text: str, fault: str) -> None:
    assert fault_of_sentence(text, has_ended=True, known_words=KNOWN) == fault


def test_a_sentence_without_an_end_is_cut_off() -> None:
    assert fault_of_sentence("A man walks past", has_ended=False, known_words=KNOWN) == "cut off"


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize(
    "times",
    [("1.0s", "2.0s", "3.0s", "4.0s", "5.0s", "6.0s"), ("<t1>", "<t2>", "<t4>", "<t5>", "<t7>", "<t8>")],
    ids=["seconds", "time tokens"],
)
def test_three_intervals_are_no_repetition(language: str, times: tuple[str, ...]) -> None:
    words, template = LANGUAGES[language], load_template("surveillance", language)
    start, *rest, last = times
    pairs = zip(rest[::2], rest[1::2], strict=True)
    end = "".join(f"{until}{words.and_from}{begin}{words.to}" for until, begin in pairs) + last
    for number in range(12):
        answer = template.render_answer("judgement", number, label="Fighting", start=start, end=end)
        assert answer.count(words.to) >= 3
        assert fault_of_sentence(answer, has_ended=True, known_words=frozenset()) == ""


def test_an_interval_said_again_and_again_is_a_repetition() -> None:
    text = "Yes, a fight from 1.0s to 2.0s and from 1.0s to 2.0s and from 1.0s to 2.0s."

    assert fault_of_sentence(text, has_ended=True, known_words=frozenset()) == "repeats 'from 1.0 s to 2.0 s and'"
