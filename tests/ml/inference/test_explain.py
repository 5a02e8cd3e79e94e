"""A model trained on a handful of sentences says them about videos it has not seen, and never shows broken text."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch

from annotation_templates.loading import load_template
from ml.contracts import DraftedText, Judgement, PredictedSegment
from ml.errors import AnswerUnreadable, ArtefactInvalid
from ml.inference.explain import Explainer, first_inside
from ml.model.language_artefact import LANGUAGE_DIR, LanguageArtefact, load_language
from ml.profiles.language import LanguageProfile
from ml.text.parsing import parse_answer
from ml.text.times import Window
from ml.training.phase3 import run_phase3
from tests.ml.scored_videos import SENTENCES, training_set, training_video

PROFILE = LanguageProfile(
    hidden_size=64, layers=2, heads=4, intermediate_size=128, slots=8, draws=4, enough_sentences=1,
    window_ms=30_000, steps=130, batch_size=12, warmup_steps=10, checkpoint_every=200,
)  # fmt: skip


@dataclass(frozen=True)
class Profile:
    language: LanguageProfile


@pytest.fixture(scope="module")
def artefact_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explainer")
    run_phase3(
        training_set(), profile=Profile(PROFILE), template="surveillance", artefact_dir=folder / "artefact",
        work_dir=folder / "work", seed=0, on_progress=lambda progress: None, should_stop=lambda: False,
    )  # fmt: skip
    return folder / "artefact"


@pytest.fixture
def explainer(artefact_dir: Path) -> Explainer:
    return Explainer.load(artefact_dir, device="cpu")


def nonsense(artefact_dir: Path) -> LanguageArtefact:
    """The artefact as if its language model had never been trained."""
    artefact = load_language(artefact_dir, torch.device("cpu"))
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in artefact.model.llm.parameters():
            parameter.normal_(std=0.1)
    return artefact


@pytest.mark.parametrize("label", list(SENTENCES))
def test_an_unseen_event_is_told_in_the_words_that_people_used_for_its_class(explainer: Explainer, label: str) -> None:
    _, scored = training_video("unseen", label=label, seed=500)

    judgement, (segment,) = explainer.explain(scored)

    assert segment.explanation == SENTENCES[label]
    assert (segment.start_ms, segment.end_ms, segment.label) == (
        scored.segments[0].start_ms,
        scored.segments[0].end_ms,
        label,
    )
    assert segment.confidence == scored.segments[0].confidence
    assert segment.judgement is not None
    assert segment.judgement.is_abnormal
    assert judgement.is_abnormal
    assert judgement.confidence is not None
    assert judgement.confidence > 0.5


def test_an_unseen_normal_video_is_judged_normal_without_any_threshold(explainer: Explainer) -> None:
    judgements = [explainer.explain(training_video("unseen", label=None, seed=seed)[1])[0] for seed in range(600, 605)]

    assert [judgement.is_abnormal for judgement in judgements] == [False] * 5
    assert all(judgement.text.startswith("No") and judgement.start_ms is None for judgement in judgements)


def test_the_judgement_is_what_its_text_says_and_holds_no_special_token(explainer: Explainer) -> None:
    for seed in range(700, 706):
        label = "Fire" if seed % 2 else None
        judgement, segments = explainer.explain(training_video("unseen", label=label, seed=seed)[1])

        assert isinstance(judgement, Judgement)
        assert all(isinstance(segment, PredictedSegment) for segment in segments)
        for text in (judgement.text, *(segment.explanation for segment in segments)):
            assert text.strip()
            assert "<" not in text
            assert "#" not in text
        parsed = parse_answer(judgement.text)
        assert parsed.is_abnormal is judgement.is_abnormal
        if judgement.start_ms is not None:
            assert (judgement.start_ms, judgement.end_ms) == parsed.intervals[0]


def test_an_interval_that_a_person_set_is_told_with_how_sure_the_model_is(explainer: Explainer) -> None:
    _, scored = training_video("unseen", label="Fire", seed=504)
    (cut,) = scored.segments

    drafted = explainer.draft(scored, cut.start_ms + 300, cut.end_ms - 300, "Fire")

    assert drafted.text == SENTENCES["Fire"]
    assert drafted.confidence is not None
    assert 0.3 < drafted.confidence <= 1


def test_a_persons_question_is_answered_in_readable_words_or_refused_with_the_cure(
    explainer: Explainer, artefact_dir: Path
) -> None:
    _, scored = training_video("unseen", label="Fire", seed=505)
    (cut,) = scored.segments

    answered = explainer.draft(
        scored, cut.start_ms, cut.end_ms, "Fire", question="Is there any anomaly in the video? <t1>"
    )

    assert answered.text.startswith("Yes")
    assert answered.confidence is not None
    with pytest.raises(AnswerUnreadable, match="ask in other words"):
        Explainer(nonsense(artefact_dir)).draft(scored, cut.start_ms, cut.end_ms, "Fire", question="Who lit it?")


def test_the_same_video_is_told_the_same_way_twice(explainer: Explainer, artefact_dir: Path) -> None:
    _, scored = training_video("unseen", label="Fighting", seed=501)

    assert explainer.explain(scored) == Explainer.load(artefact_dir, device="cpu").explain(scored)


def test_many_segments_are_answered_in_batches(explainer: Explainer) -> None:
    _, scored = training_video("unseen", label="Fire", seed=502)
    many = replace(scored, segments=scored.segments * 40)

    _, segments = explainer.explain(many)

    assert len(segments) == 40
    assert {segment.explanation for segment in segments} == {segments[0].explanation}


def test_words_that_cannot_be_shown_are_replaced_by_the_templates_and_marked(artefact_dir: Path) -> None:
    _, scored = training_video("unseen", label="Fire", seed=503)
    speechless = Explainer(nonsense(artefact_dir))

    judgement, (segment,) = speechless.explain(scored)

    assert segment.explanation == load_template("surveillance").explanations("Fire")[0]
    assert segment.judgement is not None
    assert segment.judgement.confidence is None
    assert judgement.confidence is None
    assert parse_answer(judgement.text).is_abnormal is judgement.is_abnormal
    drafted = speechless.draft(scored, segment.start_ms, segment.end_ms, "Fire", phrasing=1)
    assert drafted == DraftedText(load_template("surveillance").explanations("Fire")[1], None)


def test_an_artefact_without_language_or_with_a_broken_file_is_named(artefact_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtefactInvalid, match="has no language model; train phase 3"):
        Explainer.load(tmp_path)

    shutil.copytree(artefact_dir, tmp_path / "broken")
    weights = tmp_path / "broken" / LANGUAGE_DIR / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ArtefactInvalid, match="cannot be read, train phase 3 again"):
        Explainer.load(tmp_path / "broken")


def test_a_model_speaks_the_language_of_its_profile(tmp_path: Path) -> None:
    profile = replace(PROFILE, speaks="zh-Hans", steps=60)
    run_phase3(
        training_set(), profile=Profile(profile), template="surveillance", artefact_dir=tmp_path / "artefact",
        work_dir=tmp_path / "work", seed=0, on_progress=lambda progress: None, should_stop=lambda: False,
    )  # fmt: skip
    judgement, (segment,) = Explainer.load(tmp_path / "artefact", device="cpu").explain(
        training_video("unseen", label="Fire", seed=501)[1]
    )

    assert judgement.text.startswith("是，从" if judgement.is_abnormal else "否，")
    assert parse_answer(judgement.text).is_abnormal is judgement.is_abnormal
    assert segment.judgement is not None
    assert segment.judgement.text[0] in "是否"


@pytest.mark.parametrize(
    ("intervals", "stored"),
    [
        (((1_000, 2_000), (12_000, 15_000), (16_000, 17_000)), (12_000, 15_000)),
        (((8_000, 12_500),), (10_000, 12_500)),
        (((5_000, 99_000),), (10_000, 20_000)),
        (((1_000, 10_000), (20_000, 30_000)), (None, None)),
        ((), (None, None)),
    ],
)
def test_of_several_told_intervals_the_first_that_was_shown_is_stored(
    intervals: tuple[tuple[int, int], ...], stored: tuple[int | None, int | None]
) -> None:
    assert first_inside(intervals, Window(10_000, 20_000, 4)) == stored


@pytest.mark.parametrize(
    ("key", "message"), [("template", "there is no annotation template 'gone'"), ("speaks", "speaks must be one of")]
)
def test_a_template_that_is_not_here_is_refused(artefact_dir: Path, tmp_path: Path, key: str, message: str) -> None:
    folder = shutil.copytree(artefact_dir, tmp_path / "artefact")
    file = folder / LANGUAGE_DIR / "language.json"
    described = json.loads(file.read_text("utf-8"))
    (described if key == "template" else described["profile"])[key] = "gone"
    file.write_text(json.dumps(described), "utf-8")

    with pytest.raises(ArtefactInvalid, match=message):
        Explainer.load(folder, device="cpu")
