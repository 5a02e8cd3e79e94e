"""A general set is mixed in at its share, its videos are scored once, and broken lines are named, never replaced."""

from __future__ import annotations

import json
import logging
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch

from annotation_templates.loading import load_template
from ml.contracts import TrainingJob, TrainingVideo
from ml.errors import JobInvalid, TrainingStopped, VideoUnreadable
from ml.model.scored_video import ScoredVideo
from ml.profiles.language import LanguageProfile
from ml.text.instructions import KnownVideo, write_instructions
from ml.text.tokenizer import VideoTokenizer
from ml.training.phase3 import run_phase3
from ml.training.phase3_general import general_lessons
from ml.training.phase3_lessons import Lessons, lessons_of
from ml.training.run import train
from tests.ml.footage import video_ref, write_video
from tests.ml.quick_profile import write_quick_profile
from tests.ml.scored_videos import training_set, training_video

TURNS = [("What does the dog do?", "It catches a ball."), ("Where is it?", "In a park."), ("Who waits?", "A cat.")]


@dataclass(frozen=True)
class Profile:
    language: LanguageProfile


def line(video: str, *turns: tuple[str, str]) -> dict[str, Any]:
    said = [text for turn in turns for text in turn]
    return {
        "video": video,
        "conversations": [{"from": ("human", "gpt")[i % 2], "value": t} for i, t in enumerate(said)],
    }


def profile_of(folder: Path, lines: Sequence[dict[str, Any]], share: float = 0.5) -> LanguageProfile:
    for name in ("a.mp4", "b.mp4", "broken.mp4"):
        (folder / name).write_bytes(b"video")
    file = folder / "general.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return LanguageProfile(
        hidden_size=32, layers=1, heads=2, intermediate_size=48, slots=4, draws=2, steps=4, batch_size=4,
        general_path=str(file), general_share=share, picture_swap=0.5,
    )  # fmt: skip


class Scorer:
    """Scores a video file, counting how often."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def __call__(self, path: Path) -> ScoredVideo:
        self.asked[path.name] += 1
        if path.name == "broken.mp4":
            raise VideoUnreadable(f"{path.name} cannot be decoded")
        return training_video(path.name, label=None, seed=len(path.name) + ord(path.name[0]))[1]


def lessons(profile: LanguageProfile) -> Lessons:
    known = [KnownVideo(training, scored.scores, scored.segments) for training, scored in training_set()]
    instructions = write_instructions(known, load_template("surveillance"), profile, 0)
    texts = {text for i in instructions for text in (i.question, i.answer)}
    tokenizer = VideoTokenizer.train(texts, vocabulary_size=600, slots=profile.slots)
    general = general_lessons(profile, Scorer())
    return lessons_of(instructions, (), [scored for _, scored in training_set()], general, tokenizer, profile)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_share_is_exact_in_expectation_and_every_conversation_is_as_likely(share: float, tmp_path: Path) -> None:
    made = lessons(profile_of(tmp_path, [line("a.mp4", *TURNS[:2]), line("b.mp4", TURNS[2])], share))

    edges = [0.0, *made.chances]
    chances = [high - low for low, high in zip(edges[:-1], edges[1:], strict=True)]

    assert edges[-1] == pytest.approx(1)
    assert sum(chances[: made.own]) == pytest.approx(1 - share)
    assert chances[made.own :] == pytest.approx([share / 3] * 3)
    assert [i.answer for i in made.instructions[made.own :]] == [answer for _, answer in TURNS]


def test_a_conversation_is_shown_its_own_whole_video_and_never_lends_its_picture(tmp_path: Path) -> None:
    profile = profile_of(tmp_path, [line("a.mp4", *TURNS)], share=0.99)
    made = lessons(profile)
    whole = general_lessons(profile, Scorer()).videos[0].shown
    drawn = made.drawn(random.Random(0), torch.Generator().manual_seed(0), range(4))
    explanation = next(i for i in made.instructions if i.group == "explanation")

    assert torch.equal(drawn.shown.tokens_BSGD[0], whole.tokens_BSGD[0])
    assert {made._picture(explanation, random.Random(seed)).group for seed in range(300)}.isdisjoint({"general"})


def test_every_video_is_scored_once_and_broken_ones_are_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = [line("a.mp4", turn) for turn in TURNS * 4] + [line("broken.mp4", *TURNS)]
    scorer = Scorer()

    with caplog.at_level(logging.WARNING):
        general = general_lessons(profile_of(tmp_path, lines), scorer)

    assert scorer.asked == {"a.mp4": 1, "broken.mp4": 1}
    assert (len(general.turns), len(general.videos), general.broken) == (12, 1, 1)
    assert "left out of the general instruction set: line 13: broken.mp4 cannot be decoded" in caplog.text


def test_too_many_broken_lines_fail_the_run_naming_the_first(tmp_path: Path) -> None:
    lines = [line("a.mp4", TURNS[0])] * 3 + [line("gone.mp4", TURNS[0]), line("broken.mp4", TURNS[1])]

    with pytest.raises(
        JobInvalid, match=r"2 of 5 entries of .* are broken: general.jsonl line 4: there is no video gone.mp4"
    ):
        general_lessons(profile_of(tmp_path, lines), Scorer())


def test_a_run_that_is_told_to_stop_encodes_no_further_video(tmp_path: Path) -> None:
    scorer = Scorer()
    profile = profile_of(tmp_path, [line("a.mp4", TURNS[0]), line("b.mp4", TURNS[0])])

    with pytest.raises(TrainingStopped, match="start it again to go on"):
        general_lessons(profile, scorer, should_stop=lambda: bool(scorer.asked))

    assert scorer.asked == {"a.mp4": 1}


def test_a_line_separator_inside_a_sentence_ends_no_line(tmp_path: Path) -> None:
    profile = profile_of(tmp_path, [])
    entry = json.dumps(line("a.mp4", ("What?", "One\u2028two.")), ensure_ascii=False)
    Path(profile.general_path).write_text(entry, encoding="utf-8")

    (turn, _), *more = general_lessons(profile, Scorer()).turns

    assert (turn.answer.split(), more) == (["One", "two."], [])


def test_a_run_that_cannot_encode_its_videos_says_so(tmp_path: Path) -> None:
    with pytest.raises(JobInvalid, match="set general_share to 0"):
        general_lessons(profile_of(tmp_path, [line("a.mp4", TURNS[0])]), None)


def test_a_run_counts_what_it_took_and_logs_the_mix(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    profile = profile_of(tmp_path, [line("a.mp4", *TURNS), line("gone.mp4", TURNS[0])], share=0.25)

    with caplog.at_level(logging.INFO):
        metrics = run_phase3(
            training_set(), profile=Profile(profile), template="surveillance", artefact_dir=tmp_path / "artefact",
            work_dir=tmp_path / "work", seed=0, on_progress=lambda progress: None, should_stop=lambda: False,
            general_video=Scorer(),
        )  # fmt: skip

    assert metrics["general"] == 3
    assert metrics["general_broken"] == 1
    assert "general set 25 % of the conversations" in caplog.text


def test_a_share_without_a_set_is_refused() -> None:
    with pytest.raises(ValueError, match="general_share, in \\[0, 1\\), and language.general_path go together"):
        replace(LanguageProfile(), general_share=0.5)


def test_a_whole_run_encodes_and_mixes_a_set_of_real_videos(tmp_path: Path) -> None:
    videos = []
    for number in range(2):
        path = write_video(tmp_path / f"v{number}.mp4", seconds=8, shakes_from_s=2 if number else None, seed=number)
        videos.append(TrainingVideo(video_ref(path, "abnormal" if number else "normal")))
    general = tmp_path / "general"
    general.mkdir()
    write_video(general / "dog.mp4", seconds=5, seed=7)
    (general / "text.mp4").write_text("this is no video")
    lines = [line("dog.mp4", TURNS[0]), line("text.mp4", TURNS[1])]
    (general / "set.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    mixed = {"general_path": str(general / "set.jsonl"), "general_share": 0.5}

    outcome = train(
        TrainingJob(
            tuple(videos), write_quick_profile(tmp_path / "mixed.yaml", language=mixed), (1, 2, 3),
            str(tmp_path / "model"), str(tmp_path / "work"), str(tmp_path / "store"), "surveillance",
        ),
        lambda progress: None,
        lambda: False,
    )  # fmt: skip

    assert outcome.metrics["phase3_general"] == 1
    assert outcome.metrics["phase3_general_broken"] == 1
