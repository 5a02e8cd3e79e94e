"""Batched greedy answers with a cache are those of single conversations without one; the loss sees answers only."""

from __future__ import annotations

import pytest
import torch

from ml.model.adaptor import Adaptor, VideoOnShow, stacked
from ml.model.language import IGNORED, VideoLanguageModel
from ml.model.scratch_language import build_llm, spread_times
from ml.text.times import Window
from ml.text.tokenizer import VideoTokenizer
from ml.training.phase3_lessons import conversation_batch
from tests.ml.scored_videos import WIDTH, training_video

SLOTS = 4
TOKENIZER = VideoTokenizer.train(
    ["Is there any anomaly in the video?", "Why?", "Yes, from <t0> to <t4>.", "No, nothing."],
    vocabulary_size=500,
    slots=SLOTS,
)
VIDEO = VideoOnShow(training_video("a", label="Fire", seed=0)[1], groups=1)
WINDOWS = [VIDEO.window(Window(0, 20_000, SLOTS)), VIDEO.window(Window(4_000, 9_000, SLOTS))]
QUESTIONS = ["Is there any anomaly in the video?", "Why?"]


@pytest.fixture
def model() -> VideoLanguageModel:
    torch.manual_seed(0)
    llm = build_llm(
        vocabulary_size=TOKENIZER.size,
        hidden_size=32,
        layers=2,
        heads=2,
        intermediate_size=48,
        pad_id=TOKENIZER.pad_id,
        end_id=TOKENIZER.end_id,
    )
    return VideoLanguageModel(llm, Adaptor(WIDTH, 32), TOKENIZER).eval()


def prompts() -> list[list[int]]:
    return [TOKENIZER.human_ids(question, video_tokens=2 * SLOTS) for question in QUESTIONS]


def test_batched_answers_with_a_cache_equal_single_ones_without(model: VideoLanguageModel) -> None:
    batched = model.answers(prompts(), stacked(WINDOWS), max_new_tokens=8)

    for prompt, shown, answer in zip(prompts(), WINDOWS, batched, strict=True):
        ids = list(prompt)
        with torch.no_grad():
            for _ in range(8):
                embedded_BTH = model.embedded(torch.tensor([ids]), shown)
                logits_W = model.llm(inputs_embeds=embedded_BTH).logits[0, -1]
                if len(ids) == len(prompt):
                    assert torch.allclose(logits_W, answer.first_logits_W, atol=1e-4)
                ids.append(int(logits_W.argmax()))
        greedy = ids[len(prompt) :]
        has_ended = TOKENIZER.end_id in greedy
        assert answer.has_ended is has_ended
        assert list(answer.ids) == (greedy[: greedy.index(TOKENIZER.end_id)] if has_ended else greedy)


def test_the_loss_is_the_cross_entropy_of_the_answers_alone(model: VideoLanguageModel) -> None:
    answers = ["No, nothing.", "Yes"]
    pairs = [(prompt, TOKENIZER.answer_ids(answer)) for prompt, answer in zip(prompts(), answers, strict=True)]
    ids_BT, labels_BT = conversation_batch(pairs, TOKENIZER.pad_id)

    with torch.no_grad():
        loss = model(ids_BT, labels_BT, stacked(WINDOWS)).mean
        expected = []
        for (human, answer), shown in zip(pairs, WINDOWS, strict=True):
            logits_TW = model.llm(inputs_embeds=model.embedded(torch.tensor([[*human, *answer]]), shown)).logits[0]
            told_AW = logits_TW[len(human) - 1 : -1].log_softmax(dim=1)
            expected += [-told_AW[place, token].item() for place, token in enumerate(answer)]

    assert loss.item() == pytest.approx(sum(expected) / len(expected), rel=1e-4)


def test_labels_cover_the_answer_and_nothing_else() -> None:
    ids_BT, labels_BT = conversation_batch([([1, 2, 3], [4, 5]), ([1], [6])], pad_id=0)

    assert ids_BT.tolist() == [[1, 2, 3, 4, 5], [1, 6, 0, 0, 0]]
    assert labels_BT.tolist() == [[IGNORED, IGNORED, IGNORED, 4, 5], [IGNORED, 6, IGNORED, IGNORED, IGNORED]]


def test_a_time_token_counts_more_and_a_near_miss_costs_less_than_a_far_one(model: VideoLanguageModel) -> None:
    llm_head = model.llm.get_output_embeddings()

    def loss_when_pointing_at(edge: int) -> float:
        """The loss of a true `<t1>` when the model is sure of `edge`."""
        ids_BT, labels_BT = conversation_batch([(prompts()[1], [TOKENIZER.time_ids[1]])], TOKENIZER.pad_id)
        llm_head.forward = lambda hidden_AH: (  # type: ignore[method-assign]
            torch.nn.functional.one_hot(torch.tensor([TOKENIZER.time_ids[edge]]), TOKENIZER.size).float()
            * 5.0
            * torch.ones(hidden_AH.shape[0], 1)
        )
        return float(model(ids_BT, labels_BT, WINDOWS[1], time_weight=3.0).mean)

    assert loss_when_pointing_at(1) < loss_when_pointing_at(2) < loss_when_pointing_at(4)


def test_time_tokens_start_out_alike_where_they_are_near(model: VideoLanguageModel) -> None:
    spread_times(model.llm, TOKENIZER.time_ids)
    times_EH = model.llm.get_input_embeddings().weight[list(TOKENIZER.time_ids)]  # type: ignore[operator]

    alike_EE = torch.nn.functional.cosine_similarity(times_EH[:, None], times_EH[None], dim=-1)

    assert torch.allclose(times_EH.norm(dim=1), times_EH.norm(dim=1)[0].expand(SLOTS + 1), rtol=1e-4)
    assert bool((alike_EE[0, 1:] < alike_EE[0, 0]).all())
    assert alike_EE[0, 1] > alike_EE[0, 2]


def test_a_prompt_with_too_few_placeholders_is_refused(model: VideoLanguageModel) -> None:
    short = [TOKENIZER.human_ids("Why?", video_tokens=3)]
    with pytest.raises(ValueError, match="exactly 8 video placeholders"):
        model.answers(short, WINDOWS[0], max_new_tokens=1)
