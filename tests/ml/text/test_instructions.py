"""Instructions say what is known, with times that are right, and weigh people's words most."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotation_templates.loading import load_template
from ml.contracts import DialogueTurn, LabelledSegment, ScoreTrack, TrainingVideo, Verdict
from ml.profiles.language import LanguageProfile
from ml.profiles.loading import load_profile
from ml.text.instructions import (
    SHARES,
    Instruction,
    KnownVideo,
    draw_chances,
    instruction_counts,
    question_about,
    write_instructions,
)
from ml.text.parsing import parse_answer
from ml.text.times import Window, times_as_seconds
from tests.ml.scored_videos import SENTENCES, training_set, training_video

TEMPLATE = load_template("surveillance")
PROFILE = LanguageProfile(draws=3, enough_sentences=2, people_weight=4.0)


def known(made: tuple[TrainingVideo, object]) -> KnownVideo:
    training, scored = made
    return KnownVideo(training, scored.scores, scored.segments)  # type: ignore[attr-defined]


def written(*videos: KnownVideo, seed: int = 0) -> tuple[Instruction, ...]:
    return write_instructions(videos, TEMPLATE, PROFILE, seed)


def of_group(instructions: tuple[Instruction, ...], group: str) -> list[Instruction]:
    return [instruction for instruction in instructions if instruction.group == group]


def test_shares_sum_to_one() -> None:
    assert sum(SHARES.values()) == pytest.approx(1.0)


def test_yes_answers_tell_the_interval_of_the_event_in_every_window() -> None:
    video = known(training_video("a", label="Fire", seed=3))
    event = video.cuts[0]
    made = written(video)

    for instruction in of_group(made, "judgement yes") + of_group(made, "interval yes"):
        window = instruction.window
        ((start_ms, end_ms),) = parse_answer(times_as_seconds(instruction.answer, window)).intervals
        slot_ms = (window.end_ms - window.start_ms) / window.slots
        # Half a slot of quantisation, and times are told to a tenth of a second.
        assert abs(start_ms - max(event.start_ms, window.start_ms)) <= slot_ms / 2 + 51
        assert abs(end_ms - min(event.end_ms, window.end_ms)) <= slot_ms / 2 + 51
    assert of_group(made, "judgement yes")


def test_a_normal_video_gives_only_no() -> None:
    made = written(known(training_video("n", label=None, seed=1)))

    assert {instruction.group for instruction in made} == {"judgement no", "description no"}
    assert all(instruction.answer.startswith("No") for instruction in made)


def test_no_is_never_said_of_a_window_that_holds_part_of_an_event() -> None:
    videos = [known(made) for made in training_set()]

    for instruction in written(*videos):
        if instruction.group.endswith(" no"):
            for cut in videos[instruction.video_index].cuts:
                assert cut.end_ms <= instruction.window.start_ms or instruction.window.end_ms <= cut.start_ms


def test_a_rejected_segment_becomes_a_no_about_that_very_stretch() -> None:
    training, scored = training_video("a", label="Fire", seed=3)
    cut = scored.segments[0]
    rejected = replace(training, rejected=(Verdict(cut.start_ms, cut.end_ms, is_abnormal=False),))
    unknown = replace(rejected, video=replace(rejected.video, weak_label="unknown", classes=()))

    made = written(KnownVideo(unknown, scored.scores, scored.segments))

    assert {(i.window.start_ms, i.window.end_ms) for i in made if i.source == "rejected"} == {
        (cut.start_ms, cut.end_ms)
    }
    assert not of_group(made, "judgement yes")


def test_a_persons_sentence_is_told_word_for_word_and_drawn_more_often() -> None:
    made = written(
        known(training_video("a", label="Fire", seed=3, sentence=SENTENCES["Fire"])),
        known(training_video("b", label="Fire", seed=4)),
    )

    explained = of_group(made, "explanation")
    by_person = {i.answer: i.weight for i in explained if i.source == "people"}
    by_template = {i.answer: i.weight for i in explained if i.source == "pseudo"}
    assert by_person == {SENTENCES["Fire"]: 4.0}
    assert by_template
    assert set(by_template) <= set(TEMPLATE.explanations("Fire"))
    assert set(by_template.values()) == {1.0}
    assert all(i.question.startswith("Fire. ") for i in explained)


def test_with_enough_sentences_by_people_the_template_falls_silent_for_that_class_alone() -> None:
    made = written(
        known(training_video("a", label="Fire", seed=3, sentence="Smoke fills the hall.")),
        known(training_video("b", label="Fire", seed=4, sentence="A bin burns.")),
        known(training_video("c", label="Fire", seed=5)),
        known(training_video("d", label="Falling", seed=6)),
    )

    explained = of_group(made, "explanation")
    assert {i.answer for i in explained if i.question.startswith("Fire.")} == {"Smoke fills the hall.", "A bin burns."}
    assert {i.answer for i in explained if i.question.startswith("Falling.")} <= set(TEMPLATE.explanations("Falling"))


def test_a_class_outside_the_taxonomy_is_told_by_its_name() -> None:
    made = written(known(training_video("a", label="Zebra", seed=3)))

    assert all("Zebra" in i.answer for i in of_group(made, "judgement yes"))


def test_dialogue_is_kept_and_time_tokens_in_it_are_defused() -> None:
    training, scored = training_video("n", label=None, seed=1)
    turn = DialogueTurn(2_000, 6_000, "Who is at <t3>?", "A guard in a blue coat.")

    made = written(KnownVideo(replace(training, dialogue=(turn,)), scored.scores, scored.segments))

    assert {(i.question, i.answer) for i in of_group(made, "dialogue")} == {
        ("Who is at t3?", "A guard in a blue coat.")
    }


def test_two_events_in_one_window_are_told_in_one_answer() -> None:
    training, scored = training_video("a", label=None, seed=3, clips=20)
    events = (LabelledSegment(4_000, 8_000, "Fire"), LabelledSegment(20_000, 26_000, "Fire"))
    known_video = replace(training, segments=events, video=replace(training.video, weak_label="abnormal"))

    made = written(KnownVideo(known_video, scored.scores, ()))

    whole = [i for i in of_group(made, "judgement yes") if (i.window.start_ms, i.window.end_ms) == (0, 40_000)]
    assert len(parse_answer(times_as_seconds(whole[0].answer, whole[0].window)).intervals) == 2


def test_events_that_fill_the_same_slots_are_told_once() -> None:
    training, scored = training_video("a", label=None, seed=3, clips=60)
    events = tuple(LabelledSegment(start, start + 500, "Fire") for start in (60_200, 60_800, 61_400))
    known_video = replace(training, segments=events, video=replace(training.video, weak_label="abnormal"))

    made = of_group(written(KnownVideo(known_video, scored.scores, ())), "judgement yes")

    whole = [i for i in made if (i.window.start_ms, i.window.end_ms) == (60_000, 120_000)]
    assert [i.answer.count("<t") for i in whole] == [2]


@pytest.mark.parametrize("duration_ms", [9_000, 90_000, 3_600_000])
def test_where_clips_are_shown_every_window_is_a_clip_and_its_answers_agree(duration_ms: int) -> None:
    profile = load_profile("vad_llama_7b_published").language
    edges = [round(duration_ms * i / 16) for i in range(17)]
    fused = (*[0.1] * 5, 0.9, 0.8, *[0.1] * 9)
    scores = ScoreTrack(tuple(edges[:-1]), tuple(edges[1:]), fused, fused, fused, fused)
    training, _ = training_video("a", label="Fire", seed=3)
    event = LabelledSegment(edges[5], edges[6] + 300, "Fire")
    video = replace(training.video, duration_ms=duration_ms)
    training = replace(
        training,
        video=video,
        segments=(event,),
        rejected=(Verdict(edges[9], edges[10] + 10, is_abnormal=False),),
        dialogue=(DialogueTurn(edges[2], edges[4], "Who?", "A guard."),),
    )

    made = write_instructions([KnownVideo(training, scores, ())], TEMPLATE, profile, 0)

    clips = set(zip(edges[:-1], edges[1:], strict=True))
    assert {(i.window.start_ms, i.window.end_ms) for i in made} <= clips
    assert {(i.window.start_ms, i.window.end_ms) for i in of_group(made, "dialogue")} == {*sorted(clips)[2:4]}
    assert {i.window.start_ms for i in made if i.source == "rejected"} == {edges[9]}
    told = {(i.window.start_ms, parse_answer(i.answer).intervals) for i in of_group(made, "judgement yes")}
    assert len(told) == len({start_ms for start_ms, _ in told}) >= 1
    assert not {start for start, _ in told} & {i.window.start_ms for i in of_group(made, "judgement no")}


def test_a_video_of_which_nothing_is_known_gives_nothing() -> None:
    training, scored = training_video("n", label=None, seed=1)
    unknown = replace(training, video=replace(training.video, weak_label="unknown"))

    assert written(KnownVideo(unknown, scored.scores, ())) == ()


def test_equal_seeds_give_equal_instructions_and_an_answer_elsewhere_changes_no_other_video() -> None:
    videos = [known(made) for made in training_set()]
    more = [*videos[:-1], known(training_video("other", label="Fire", seed=77))]

    first = written(*videos)

    assert first == written(*videos)
    assert first != written(*videos, seed=1)
    last = len(videos) - 1
    assert [i for i in first if i.video_index != last] == [i for i in written(*more) if i.video_index != last]


def test_chances_follow_shares_and_weights() -> None:
    window = Window(0, 1_000, 4)
    instructions = [
        Instruction(0, window, "q", "a", "explanation", "people", 3.0),
        Instruction(0, window, "q", "b", "explanation", "pseudo", 1.0),
        Instruction(0, window, "q", "c", "judgement no", "normal"),
    ]

    chances = draw_chances(instructions)

    explained, denied = SHARES["explanation"], SHARES["judgement no"]
    assert chances == pytest.approx(
        [
            0.75 * explained / (explained + denied),
            0.25 * explained / (explained + denied),
            denied / (explained + denied),
        ]
    )
    assert instruction_counts(instructions) == {
        "explanation": 2,
        "judgement no": 1,
        "source normal": 1,
        "source people": 1,
        "source pseudo": 1,
    }


def test_the_detectors_class_opens_an_explanation_question() -> None:
    assert question_about("Wrong way", "Explain what happens.") == "Wrong way. Explain what happens."
