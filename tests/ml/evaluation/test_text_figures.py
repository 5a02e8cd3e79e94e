from dataclasses import replace

import numpy as np
import pytest

from ml.contracts import Judgement
from ml.evaluation.judged import Event, JudgedVideo
from ml.evaluation.text_figures import covered, similarity, text_figures, told_iou, union_iou

REAL = (Event(1000, 3000),)


def video(says=None, is_yes=True, found=(), real=REAL, ticks_per_s=1000.0):
    judgement = None if says is None else Judgement(is_yes, says)
    return JudgedVideo("a", 0.9, True, np.ones(4), np.ones(4, bool), found, real, 4000, ticks_per_s, judgement)


def test_the_interval_is_read_out_of_the_text():
    assert told_iou(video("Yes, there are anomalies from 1s to 2s.")) == pytest.approx(0.5)
    assert told_iou(video("Yes, from 1s to 2s and from 2s to 3s.")) == 1.0
    assert told_iou(video("Yes, from 1s to 2s.", real=(Event(25, 75),), ticks_per_s=25.0)) == pytest.approx(0.5)


@pytest.mark.parametrize(("says", "is_yes"), [("No, there are no anomalies from 1s to 3s.", False), ("Yes.", True)])
def test_no_and_no_interval_are_zero(says, is_yes):
    assert told_iou(video(says, is_yes)) == 0.0


def test_it_is_asked_of_abnormal_videos_with_a_judgement_and_a_time_base():
    assert told_iou(video(None)) is None
    assert told_iou(video("Yes, from 1s to 2s.", real=())) is None
    assert told_iou(video("Yes, from 1s to 2s.", ticks_per_s=None)) is None


def test_overlapping_intervals_count_once():
    assert covered([(0, 10), (5, 7), (8, 12), (20, 21)]) == 13
    assert union_iou([(0, 10), (5, 15)], [(10, 20)]) == pytest.approx(5 / 20)
    assert union_iou([], []) == 0.0


def test_sentences_of_matched_events_are_compared_with_peoples():
    same = "A man pushes another man to the ground."
    pair = video(found=(Event(1000, 3000, same),), real=(Event(1000, 3000, same),))
    found = text_figures([pair])
    assert (found.sentences, found.judgements, found.interval_iou) == (1, 0, None)
    assert (found.chrf, found.bleu) == (pytest.approx(100), pytest.approx(100))
    assert found.similarity is None
    other = video(found=(Event(1000, 3000, "Flames rise."),), real=(Event(1000, 3000, same),))
    assert text_figures([other]).chrf < 20


def test_events_that_do_not_match_or_have_no_words_are_not_compared():
    apart = video(found=(Event(3500, 4000, "Flames rise."),), real=(Event(1000, 3000, "A fall."),))
    silent = video(found=(Event(1000, 3000, ""),), real=(Event(1000, 3000, "A fall."),))
    assert text_figures([apart, silent]) is None


def test_similarity_is_the_mean_cosine_of_partners():
    rows = {"a": [1.0, 0.0], "b": [0.0, 1.0], "c": [0.6, 0.8]}

    def embed(sentences):
        return np.array([rows[one] for one in sentences], dtype=np.float32)

    assert similarity(["a", "b"], ["a", "c"], embed) == pytest.approx(0.9)


def test_judgements_that_the_template_wrote_are_told_apart():
    own = replace(video("Yes."), judgement=Judgement(True, "Yes.", confidence=0.9))
    found = text_figures([own, video("Yes, from 1s to 3s."), video(None)])
    assert (found.own_words, found.judgements, found.interval_iou) == (0.5, 2, 0.5)
