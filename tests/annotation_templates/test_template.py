"""Answers come out as whole sentences for known, unknown and normal classes."""

from __future__ import annotations

import pytest

from annotation_templates.loading import load_template
from annotation_templates.template import QUESTION_KINDS, stable_index

TEMPLATE = load_template("surveillance")


def test_an_answer_names_event_interval_and_the_sentence_given() -> None:
    answer = TEMPLATE.render_answer(
        "description", 0, label="Fighting", start="1.5s", end="2.0s", explanation="A man shoves another man."
    )

    assert answer == "Yes, there is a fight from 1.5s to 2.0s. A man shoves another man."


def test_a_class_outside_the_taxonomy_is_called_by_its_own_name() -> None:
    label = TEMPLATE.label("Stampede")

    assert not label.is_in_taxonomy
    assert label.title() == label.title("zh-Hans") == "Stampede"
    assert "Stampede" in TEMPLATE.render_answer("judgement", 0, label="Stampede", start="0.0s", end="1.0s")
    assert "Stampede" in TEMPLATE.explanations("Stampede")[0]


@pytest.mark.parametrize("kind", QUESTION_KINDS)
def test_every_phrasing_of_every_answer_is_a_whole_sentence(kind: str) -> None:
    for label in [None, "Stampede", *(label.name for label in TEMPLATE.labels)]:
        for index in range(7):
            answer = TEMPLATE.render_answer(kind, index, label=label, start="1.0s", end="2.0s")
            assert answer.endswith(".")
            assert "{" not in answer
            if kind in ("judgement", "description"):
                assert answer.startswith("No" if label is None else "Yes")


def test_normal_answers_hold_no_interval() -> None:
    for kind in ("judgement", "interval", "description"):
        assert "9.9s" not in TEMPLATE.render_answer(kind, 0, label=None, start="9.9s", end="9.9s")


def test_a_persons_braces_are_text_and_not_a_template() -> None:
    sentence = "A sign reads {{ 7 * 7 }}."

    assert TEMPLATE.render_answer("explanation", 0, label="Fire", explanation=sentence) == sentence
    assert sentence in TEMPLATE.render_answer("description", 0, label="Fire", explanation=sentence)


def test_an_unknown_kind_of_question_is_refused() -> None:
    with pytest.raises(ValueError, match="no question 'riddle'; there are judgement"):
        TEMPLATE.questions("riddle")


def test_stable_index_is_the_same_in_every_process() -> None:
    # sha256("a") starts with ca978112ca1bbdca, sha256("b") with 3e23e8160039594a (FIPS 180 test tools agree).
    assert stable_index("a", 1000) == 0xCA978112CA1BBDCA % 1000
    assert stable_index("b", 1000) == 0x3E23E8160039594A % 1000
    with pytest.raises(ValueError, match="something to choose from"):
        stable_index("a", 0)
