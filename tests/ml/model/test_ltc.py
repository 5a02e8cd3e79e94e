import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.model.ltc import LtcState, full_length_context, listed_mask, ltc_step, stream_context

RULE = {"list_length": 3, "gate": 0.5, "history": 3}
PUBLISHED_SCORES = [0.9, 0.8, 0.7, 0.6, 0.1, 0.2, 0.3, 0.95]


def listed(scores, kind):
    """Clips of one kind that are listed at each step."""
    mask = listed_mask(torch.tensor([scores]), list_length=3, gate=0.5)[0]
    return [[j for j in row.nonzero().flatten().tolist() if (scores[j] >= 0.5) == (kind == "abnormal")] for row in mask]


def test_published_selection_vectors():
    assert listed(PUBLISHED_SCORES, "abnormal") == [[], [0], [0, 1], [0, 1], [0, 1], [0, 1], [0, 1], [0, 1]]
    assert listed(PUBLISHED_SCORES, "normal") == [[], [], [], [], [], [4], [4, 5], [4, 5]]


def test_streaming_lists_the_published_clips_too():
    clips = torch.eye(8)
    state, seen = LtcState.empty(8), []
    for clip, score in zip(clips, PUBLISHED_SCORES, strict=True):
        before = state
        _, state = ltc_step(state, clip, score, **RULE)
        above = before.abnormal_score_V > (before.abnormal_score_V.min() if len(before.abnormal_score_V) == 3 else 0)
        seen.append(sorted(before.abnormal_VK[above].argmax(1).tolist()))
    assert seen == [[], [0], [0, 1], [0, 1], [0, 1], [0, 1], [0, 1], [0, 1]]


def test_ties_with_the_third_drop_out():
    assert listed([0.8, 0.8, 0.8, 0.9, 0.6], "abnormal") == [[], [0], [0, 1], [], [3]]


def test_the_history_is_the_last_three_clips_with_the_current_one():
    clips = torch.eye(6)[None] + 0.5
    context = full_length_context(clips, torch.full((1, 6), 0.4), **RULE)
    unit = clips[0] / clips[0].norm(dim=1, keepdim=True)
    expected = sum((unit[4] @ unit[j]) * unit[j] for j in (2, 3, 4))
    torch.testing.assert_close(context.short[0, 4], expected)


def test_retrieval_is_cosine_times_unit_vectors_by_hand():
    clips = torch.tensor([[2.0, 0.0], [3.0, 3.0], [0.0, 5.0]])
    context, _ = stream_context(LtcState.empty(2), clips, torch.tensor([0.9, 0.1, 0.2]), **RULE)
    half = 0.5**0.5
    torch.testing.assert_close(context.long[0], torch.zeros(2))
    torch.testing.assert_close(context.long[1], torch.tensor([half, 0.0]))
    torch.testing.assert_close(context.long[2], torch.tensor([half * half, half * half]))


@settings(deadline=None)
@given(
    scores=st.lists(st.sampled_from([0.0, 0.1, 0.3, 0.3, 0.5, 0.6, 0.6, 0.9, 1.0]), min_size=1, max_size=24),
    list_length=st.integers(2, 5),
    history=st.integers(1, 4),
    cut=st.integers(0, 24),
    seed=st.integers(0, 1000),
)
def test_streaming_in_two_stretches_equals_full_length(scores, list_length, history, cut, seed):
    rule = {"list_length": list_length, "gate": 0.5, "history": history}
    clips = torch.randn(len(scores), 7, generator=torch.Generator().manual_seed(seed))
    scores_C = torch.tensor(scores)
    whole = full_length_context(clips[None], scores_C[None], **rule)
    cut = min(cut, len(scores))
    state, longs, shorts = LtcState.empty(7), [], []
    for part in (slice(0, cut), slice(cut, None)):
        if len(scores_C[part]):
            context, state = stream_context(state, clips[part], scores_C[part], **rule)
            longs.append(context.long)
            shorts.append(context.short)
    torch.testing.assert_close(torch.cat(longs), whole.long[0], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(torch.cat(shorts), whole.short[0], atol=1e-5, rtol=1e-5)


def test_the_state_stays_small_and_is_never_changed_in_place():
    clips, scores = torch.randn(500, 5), torch.rand(500)
    _, first = stream_context(LtcState.empty(5), clips[:10], scores[:10], **RULE)
    kept = first.abnormal_VK.clone()
    _, state = stream_context(first, clips[10:], scores[10:], **RULE)
    assert (len(state.abnormal_VK), len(state.normal_VK), len(state.history_VK)) == (3, 3, 2)
    torch.testing.assert_close(first.abnormal_VK, kept)


def test_nothing_leaks_from_the_future():
    clips, scores = torch.randn(1, 12, 4), torch.rand(1, 12)
    before = full_length_context(clips, scores, **RULE)
    clips[:, 8:] = 100.0
    after = full_length_context(clips, scores, **RULE)
    torch.testing.assert_close(before.long[:, :8], after.long[:, :8])
    assert not torch.allclose(before.short[:, 8:], after.short[:, 8:])


def test_a_clip_of_zeros_is_no_division_by_zero():
    context, _ = stream_context(LtcState.empty(3), torch.zeros(4, 3), torch.tensor([0.9, 0.1, 0.9, 0.1]), **RULE)
    assert torch.isfinite(context.long).all()
    assert context.short.abs().sum() == pytest.approx(0.0)
