"""Why a question is asked: kept in English, told in the reader's language."""

import pytest
from django.utils import translation

from tests.factories import QuestionFactory
from vigil.active_learning.candidates import APART, UNCLEAR_EDGES
from vigil.active_learning.selection import RANDOM_CHECK
from vigil.annotations.reasons import reason_shown
from vigil.projects.sentences import Sentence, as_json

pytestmark = pytest.mark.django_db


def asked_because(*why: Sentence):
    reason = " ".join(one.english for one in why)
    question = QuestionFactory(reason=reason, reason_parts=as_json(why))
    question.refresh_from_db()
    return question


def test_the_reason_is_told_with_the_labels_title():
    question = asked_because(Sentence(UNCLEAR_EDGES, {"label": "Fighting", "confidence": "0.90"}))
    assert reason_shown(question) == "Fighting is likely here (0.90), but the scores at its edges are unclear"
    with translation.override("zh-hans"):
        assert reason_shown(question) == "此处很可能是“打斗”（0.90），但边缘处的得分不明确。"


def test_sentences_follow_each_other_as_the_language_does_it():
    question = asked_because(RANDOM_CHECK, Sentence(APART, {"scores": "0.10 / 0.20 / 0.90"}))
    assert reason_shown(question) == "Random check. The three branches disagree here: 0.10 / 0.20 / 0.90"
    with translation.override("zh-hans"):
        assert reason_shown(question) == "随机抽查。三个分支在此处有分歧：0.10 / 0.20 / 0.90。"


def test_of_an_older_question_only_english_is_known():
    question = QuestionFactory(reason="Score 0.52 is the least certain of this video")
    with translation.override("zh-hans"):
        assert reason_shown(question) == "Score 0.52 is the least certain of this video"
