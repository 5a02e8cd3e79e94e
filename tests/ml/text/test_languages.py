"""Every language that a template speaks is one that code can read back."""

from __future__ import annotations

import pytest

from annotation_templates.loading import load_template, template_names
from ml.profiles.language import LanguageProfile
from ml.text.instructions import KnownVideo, write_instructions
from ml.text.languages import LANGUAGES
from ml.text.parsing import parse_answer
from ml.text.pretrained_tokenizer import PretrainedTokenizer
from ml.text.tokenizer import VideoTokenizer
from tests.ml.scored_videos import training_video
from tests.ml.small_models import small_tokenizer

SPOKEN = [(name, language) for name in template_names() for language in load_template(name).languages]


@pytest.mark.parametrize(("name", "language"), SPOKEN)
def test_judgements_open_with_the_languages_yes_or_no_and_their_times_are_read_back(name: str, language: str) -> None:
    template, words = load_template(name, language), LANGUAGES[language]
    end = words.and_from.join(["4.0s", f"6.5s{words.to}8.0s"])

    for kind in ("judgement", "description"):
        for number in range(len(template.answer_pool[kind].abnormal)):
            yes = template.render_answer(kind, number, label="Fire", start="1.5s", end=end)
            no = template.render_answer(kind, number, label=None)
            assert yes.startswith((f"{words.yes},", f"{words.yes}，"))
            assert no.startswith((f"{words.no},", f"{words.no}，"))
            assert parse_answer(yes).is_abnormal is True
            assert parse_answer(no).is_abnormal is False
            assert parse_answer(yes).intervals == ((1500, 4000), (6500, 8000))


@pytest.mark.parametrize(("name", "language"), SPOKEN)
def test_instructions_are_written_in_it(name: str, language: str) -> None:
    template = load_template(name, language)
    profile = LanguageProfile(speaks=language, llm="pretrained", weights="x", trained="adaptor", draws=2)
    training, scored = training_video("a", label="Fire", seed=3)
    made = write_instructions([KnownVideo(training, scored.scores, scored.segments)], template, profile, 0)

    questions = {question for kind in template.question_pool for question in template.questions(kind)}
    titled = {f"{template.title('Fire')}. {question}" for question in template.questions("explanation")}
    assert {instruction.question for instruction in made} <= questions | titled
    assert template.title("Fire") == {"en": "Fire", "zh-Hans": "火灾"}[language]


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_both_tokenizers_start_yes_and_no_with_tokens_of_their_own(language: str) -> None:
    words = LANGUAGES[language]
    own = VideoTokenizer.train(["a"], vocabulary_size=400, slots=2, verdicts=words.verdicts)
    pretrained = PretrainedTokenizer(small_tokenizer(), words.verdicts)

    assert own.encode(f"{words.yes}, a")[0] == own.yes_id != own.no_id == own.encode(f"{words.no}, a")[0]
    assert pretrained.answer_ids(f"{words.yes}, a")[0] == pretrained.yes_id != pretrained.no_id
