"""Sentences that a person should not see are found, and good ones are left alone."""

from __future__ import annotations

import pytest

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
