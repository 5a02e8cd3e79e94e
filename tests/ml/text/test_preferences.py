"""A pair of a draft and what a person made of it, wherever somebody changed a sentence."""

from __future__ import annotations

from dataclasses import replace

from annotation_templates.loading import load_template
from ml.contracts import LabelledSegment
from ml.profiles.language import LanguageProfile
from ml.text.instructions import KnownVideo
from ml.text.preferences import write_preferences
from tests.ml.scored_videos import training_video

TEMPLATE = load_template("surveillance")
PROFILE = LanguageProfile(draws=2)


def known(*segments: LabelledSegment) -> KnownVideo:
    training, scored = training_video("a", label="Fire", seed=1)
    return KnownVideo(replace(training, segments=segments), scored.scores, scored.segments)


def test_an_edited_sentence_gives_a_pair_for_each_phrasing_of_the_question() -> None:
    segment = LabelledSegment(4_000, 10_000, "Fire", explanation="Smoke rises. ", draft="A man <t3> runs.")

    pairs = write_preferences([known(), known(segment)], TEMPLATE, PROFILE)

    assert {pair.question for pair in pairs} == {f"Fire. {asked}" for asked in TEMPLATE.questions("explanation")}
    for pair in pairs:
        assert (pair.video_index, pair.chosen, pair.rejected) == (1, "Smoke rises.", "A man t3 runs.")
        assert pair.window.start_ms <= 4_000
        assert pair.window.end_ms >= 10_000


def test_a_draft_that_was_kept_or_never_there_says_nothing() -> None:
    video = known(
        LabelledSegment(0, 2_000, "Fire", "Smoke rises.", "Smoke rises."),
        LabelledSegment(2_000, 4_000, "Fire", "Smoke rises.", ""),
        LabelledSegment(4_000, 6_000, "Fire", "", "A man runs."),
        LabelledSegment(6_000, 6_000, "Fire", "Smoke rises.", "A man runs."),
    )

    assert write_preferences([video], TEMPLATE, PROFILE) == ()
