"""Windows are pooled by time, and the adaptor puts them where the language model expects them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from ml.model.adaptor import SCORE_FEATURES, Adaptor, VideoOnShow, score_features, slot_weights, stacked, with_changes
from ml.model.scored_video import ScoredVideo
from ml.text.times import Window
from tests.ml.scored_videos import QUERIES, WIDTH, track, training_video


def scored_with(tokens_C: list[float], fused: list[float]) -> ScoredVideo:
    _, scored = training_video("a", label=None, seed=0, clips=len(fused))
    tokens_CQD = torch.tensor(tokens_C)[:, None, None].expand(-1, QUERIES, WIDTH).contiguous()
    return replace(scored, tokens_CQD=tokens_CQD, prompt_CQD=2 * tokens_CQD, scores=track(fused))


def test_slots_take_clips_by_their_overlap_in_time() -> None:
    weights_SC = slot_weights(torch.tensor([0, 2_000]), torch.tensor([2_000, 4_000]), Window(1_000, 4_000, 2))

    # Slots are [1000, 2500) and [2500, 4000): the first has 1000 ms of clip 0 and 500 ms of clip 1.
    assert weights_SC.tolist() == [[pytest.approx(2 / 3), pytest.approx(1 / 3)], [0.0, 1.0]]


def test_a_slot_without_a_clip_takes_the_nearest_one() -> None:
    weights_SC = slot_weights(torch.tensor([0, 8_000]), torch.tensor([2_000, 10_000]), Window(0, 10_000, 5))

    assert weights_SC[1].tolist() == [1.0, 0.0]
    assert weights_SC[3].tolist() == [0.0, 1.0]


def test_a_window_shows_the_mean_of_tokens_and_the_highest_score_of_its_clips() -> None:
    shown = VideoOnShow(scored_with([0.0, 1.0, 2.0, 9.0], [0.5, 0.5, 0.9, 0.1]), groups=1).window(Window(0, 6_000, 2))

    assert shown.tokens_BSGD.shape == (1, 2, 1, WIDTH)
    # Slots of 3 s over clips of 2 s: [0, 3) holds 2/3 of clip 0 and 1/3 of clip 1; [3, 6) 1/3 of clip 1, 2/3 of clip 2.
    assert shown.tokens_BSGD[0, :, 0, 0].tolist() == pytest.approx([1 / 3, 5 / 3])
    assert shown.prompt_BSGD[0, :, 0, 0].tolist() == pytest.approx([2 / 3, 10 / 3])
    nine_tenths = torch.logit(torch.tensor(0.9)).item() / 3
    assert shown.scores_BSK[0, :, 3].tolist() == pytest.approx([0.0, nine_tenths])
    assert shown.scores_BSK[0, :, 5].tolist() == pytest.approx([0.0, nine_tenths])
    assert shown.scores_BSK[0, :, 6].tolist() == pytest.approx([-nine_tenths, 0.0])


def test_a_window_beyond_the_clips_shows_the_last_one() -> None:
    shown = VideoOnShow(scored_with([0.0, 5.0], [0.5, 0.9]), groups=1).window(Window(60_000, 61_000, 2))

    assert shown.tokens_BSGD[0, :, 0, 0].tolist() == [5.0, 5.0]
    assert bool(shown.scores_BSK.isfinite().all())


def test_scores_of_zero_and_one_stay_finite_and_fused_is_told_above_its_median() -> None:
    features_CK = score_features(track([0.0, 0.5, 1.0]))

    assert features_CK[:, 3].tolist() == [-2.0, 0.0, 2.0]
    assert features_CK[:, 4].tolist() == [-2.0, 0.0, 2.0]
    assert with_changes(features_CK).shape == (3, SCORE_FEATURES)


def test_query_tokens_are_averaged_in_groups() -> None:
    _, scored = training_video("a", label=None, seed=0, clips=1)
    shown = VideoOnShow(scored, groups=QUERIES).window(Window(0, 2_000, 1))

    assert torch.equal(shown.tokens_BSGD[0, 0], scored.tokens_CQD[0])
    with pytest.raises(ValueError, match="2 query tokens of a clip do not divide into 3; change token_groups"):
        VideoOnShow(scored, groups=3)


def test_a_video_whose_tokens_and_scores_disagree_is_refused_by_name() -> None:
    _, scored = training_video("a", label=None, seed=0, clips=3)
    with pytest.raises(ValueError, match=r"a.mp4: 3 clips with tokens, 2 with scores"):
        VideoOnShow(replace(scored, scores=track([0.1, 0.1])), groups=1)


def test_the_adaptor_puts_video_tokens_before_the_prompt_and_adds_the_time_of_each_slot() -> None:
    torch.manual_seed(0)
    adaptor = Adaptor(WIDTH, 8)
    view = VideoOnShow(scored_with([1.0, 2.0], [0.2, 0.8]), groups=1)
    shown = stacked([view.window(Window(0, 4_000, 2)), view.window(Window(2_000, 4_000, 2))])
    edges_EH = torch.randn(3, 8)

    tokens_BVH = adaptor(shown, edges_EH)
    without_time_BVH = adaptor(shown, torch.zeros(3, 8))

    assert tokens_BVH.shape == (2, 4, 8)
    times_SH = torch.stack([(edges_EH[0] + edges_EH[1]) / 2, (edges_EH[1] + edges_EH[2]) / 2])
    assert torch.allclose(tokens_BVH - without_time_BVH, torch.cat([times_SH, times_SH])[None], atol=1e-6)
    assert torch.allclose(without_time_BVH[0, 0], adaptor.video_proj(shown.tokens_BSGD[0, 0, 0]), atol=1e-6)
    with pytest.raises(ValueError, match="2 slots have 3 edges, not 4"):
        adaptor(shown, torch.zeros(4, 8))


def test_hidden_inputs_do_not_reach_the_tokens() -> None:
    adaptor = Adaptor(WIDTH, 8)
    one = VideoOnShow(scored_with([1.0], [0.2]), groups=1).window(Window(0, 2_000, 1))
    other = VideoOnShow(scored_with([7.0], [0.2]), groups=1).window(Window(0, 2_000, 1))
    edges_EH = torch.zeros(2, 8)

    hidden_B2 = torch.tensor([[True, True]])

    assert torch.equal(adaptor(one, edges_EH, hidden_B2), adaptor(other, edges_EH, hidden_B2))
    assert not torch.equal(adaptor(one, edges_EH), adaptor(other, edges_EH))


def test_standardisation_takes_mean_and_spread_of_the_training_videos() -> None:
    adaptor = Adaptor(WIDTH, 8)
    adaptor.fit_standardisation([scored_with([1.0, 3.0], [0.5, 0.5]), scored_with([5.0, 7.0], [0.5, 0.5])])

    assert adaptor.get_buffer("video_mean_D")[0].item() == pytest.approx(4.0)
    assert adaptor.get_buffer("video_std_D")[0].item() == pytest.approx(5.0**0.5)
    assert adaptor.get_buffer("prompt_mean_D")[0].item() == pytest.approx(8.0)


def test_a_constant_feature_does_not_divide_by_zero() -> None:
    adaptor = Adaptor(WIDTH, 8)
    video = scored_with([2.0, 2.0], [0.5, 0.5])
    adaptor.fit_standardisation([video])

    tokens_BVH = adaptor(VideoOnShow(video, 1).window(Window(0, 4_000, 2)), torch.zeros(3, 8))

    assert bool(tokens_BVH.isfinite().all())


def test_the_papers_geometry_gives_the_parameters_of_the_published_code() -> None:
    adaptor = Adaptor(768, 4096)

    counts = [sum(p.numel() for p in layer.parameters()) for layer in (adaptor.video_proj, adaptor.prompt_proj)]

    assert counts == [3_149_824, 3_149_824]


def seen_with(tokens_C: list[float], seen_C: list[float], hidden: int = 8) -> ScoredVideo:
    scored = scored_with(tokens_C, [0.5] * len(tokens_C))
    return replace(scored, seen_CGH=torch.tensor(seen_C)[:, None, None].expand(-1, 1, hidden).half())


def test_what_the_encoder_saw_is_pooled_by_time_as_all_tokens_are() -> None:
    shown = VideoOnShow(seen_with([0.0, 0.0, 0.0], [0.0, 1.0, 2.0]), groups=1).window(Window(0, 6_000, 2))
    assert shown.seen_BSGH is not None
    assert shown.seen_BSGH.shape == (1, 2, 1, 8)
    assert shown.seen_BSGH[0, :, 0, 0].tolist() == pytest.approx([1 / 3, 5 / 3])


def test_a_new_adaptor_shows_what_the_encoder_saw_and_learns_to_add() -> None:
    adaptor = Adaptor(WIDTH, 8)
    adaptor.start_from_seen()
    video = seen_with([3.0, 4.0], [1.0, 2.0])
    shown = VideoOnShow(video, 1).window(Window(0, 4_000, 2))
    first_B2V = adaptor(shown)[0, :2]
    assert first_B2V.tolist() == [[1.0] * 8, [2.0] * 8]
    first_B2V.sum().backward()
    assert adaptor.video_proj.weight.grad is not None
    assert adaptor.video_proj.weight.grad.abs().sum() > 0
    with torch.no_grad():
        adaptor.video_proj.bias += 10
    assert adaptor(shown)[0, :2].tolist() == [[11.0] * 8, [12.0] * 8]


def test_hidden_video_tokens_hide_what_the_encoder_saw() -> None:
    adaptor = Adaptor(WIDTH, 8)
    adaptor.start_from_seen()
    one = VideoOnShow(seen_with([3.0], [1.0]), 1).window(Window(0, 2_000, 1))
    hidden_B2 = torch.tensor([[True, False], [False, True]])
    tokens_BVH = adaptor(stacked([one, one]).to(torch.device("cpu")), hidden_B2=hidden_B2)
    assert tokens_BVH[:, 0].tolist() == [[0.0] * 8, [1.0] * 8]


def test_a_batch_shows_what_the_encoder_saw_of_all_windows_or_of_none() -> None:
    with_it = VideoOnShow(seen_with([3.0], [1.0]), 1).window(Window(0, 2_000, 1))
    without = VideoOnShow(scored_with([3.0], [0.5]), 1).window(Window(0, 2_000, 1))
    assert stacked([without, without]).seen_BSGH is None
    with pytest.raises(ValueError, match="some windows have"):
        stacked([with_it, without])
