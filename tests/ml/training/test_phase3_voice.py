"""A new model is the same for equal seeds, and its tokenizer has words for classes that a run does not hold."""

from __future__ import annotations

import torch

from annotation_templates.loading import load_template
from ml.profiles.language import LanguageProfile
from ml.text.tokenizer import VideoTokenizer
from ml.training.phase3_general import GeneralLessons
from ml.training.phase3_voice import new_voice, said_texts
from ml.training.processes import ALONE
from tests.ml.scored_videos import training_set

PROFILE = LanguageProfile(hidden_size=32, layers=1, heads=2, intermediate_size=48, slots=4)
TEMPLATE = load_template("surveillance")


def test_every_word_of_the_template_is_there_before_any_video_holds_it() -> None:
    texts = said_texts((), (), GeneralLessons(), TEMPLATE)

    assert set(TEMPLATE.explanations("Shoplifting")) <= texts
    assert set(TEMPLATE.questions("interval")) <= texts
    tokenizer = VideoTokenizer.train(texts, vocabulary_size=3000, slots=4)
    assert len(tokenizer.encode("Somebody hides goods from a shop and leaves without paying.")) <= 11


def test_equal_seeds_give_equal_models_and_the_videos_statistics_are_taken() -> None:
    scored = [video for _, video in training_set()]

    def made(seed: int) -> dict[str, torch.Tensor]:
        return new_voice(scored, ["Yes", "No"], PROFILE, seed, "", ALONE).model.state_dict()

    one, same, other = made(0), made(0), made(1)

    assert all(torch.equal(value, same[name]) for name, value in one.items())
    assert not torch.equal(one["adaptor.video_proj.weight"], other["adaptor.video_proj.weight"])
    rows_ND = torch.cat([video.tokens_CQD.float().flatten(0, 1) for video in scored])
    assert torch.allclose(one["adaptor.video_mean_D"], rows_ND.mean(0))
