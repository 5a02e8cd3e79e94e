import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.model.branches import BranchOutputs
from ml.model.ltc_reference import (
    LEAST_CLIPS,
    ReferenceLtc,
    full_length_context,
    listed_mask,
    stream_context,
)
from ml.model.vador import gated_vador

RULE = {"list_length": 3, "gate": 0.5, "history": 3}
PUBLISHED_SCORES = [0.9, 0.8, 0.7, 0.6, 0.1, 0.2, 0.3, 0.95]
ABNORMAL = [[], [0], [0, 1], [0, 1], [0, 1], [0, 1], [0, 1], [0, 1]]
NORMAL = [[], [], [], [], [], [4], [4, 5], [4, 5]]


def streamed(clips, scores, cuts, **rule):
    """Context of a video that comes in stretches."""
    state, longs, shorts = None, [], []
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(scores)}), len(scores)]
    for first, stop in zip(edges[:-1], edges[1:], strict=True):
        context, state = stream_context(state, clips[first:stop], scores[first:stop], **rule)
        longs.append(context.long)
        shorts.append(context.short)
    return torch.cat(longs), torch.cat(shorts), state


def plain_context(clips, scores, clip, *, list_length, gate, history):
    """Section 1.3 for one clip, written as it reads."""
    unit = [vector / vector.norm() if vector.norm() > 0 else vector for vector in clips]
    listed = []
    for is_kind, value in ((lambda p: p >= gate, lambda p: p), (lambda p: p < gate, lambda p: 1 - p)):
        past = {other: value(scores[other]) for other in range(clip) if is_kind(scores[other])}
        ranked = sorted(past.values(), reverse=True)
        last = ranked[list_length - 1] if len(ranked) >= list_length else 0.0
        listed += [other for other, score in past.items() if score > last]
    window = range(max(0, clip - history + 1), clip + 1)
    zero = torch.zeros_like(clips[0])
    return (
        sum(((unit[clip] @ unit[other]) * unit[other] for other in listed), zero),
        sum(((unit[clip] @ unit[other]) * unit[other] for other in window), zero),
    )


def test_published_selection_vectors():
    mask = listed_mask(torch.tensor([PUBLISHED_SCORES]), list_length=3, gate=0.5)[0]
    listed = [row.nonzero().flatten().tolist() for row in mask]
    assert [[clip for clip in row if PUBLISHED_SCORES[clip] >= 0.5] for row in listed] == ABNORMAL
    assert [[clip for clip in row if PUBLISHED_SCORES[clip] < 0.5] for row in listed] == NORMAL


@pytest.mark.parametrize("cuts", [[], [4], list(range(1, 8))])
def test_streaming_retrieves_the_published_selection(cuts):
    # Vectors that are one common direction and one of their own: the own part tells which clips were retrieved.
    clips = torch.cat([torch.ones(8, 1), torch.eye(8)], 1)
    longs, shorts, _ = streamed(clips, torch.tensor(PUBLISHED_SCORES), cuts, **RULE)
    listed = [(row[1:] > 1e-4).nonzero().flatten().tolist() for row in longs]
    assert listed == [sorted(a + n) for a, n in zip(ABNORMAL, NORMAL, strict=True)]
    windows = [(row[1:] > 1e-4).nonzero().flatten().tolist() for row in shorts]
    assert windows == [[0], [0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6], [5, 6, 7]]


def test_retrieval_is_cosine_times_unit_vectors_by_hand():
    clips = torch.tensor([[2.0, 0.0], [3.0, 3.0], [0.0, 5.0]])
    long, short, _ = streamed(clips, torch.tensor([0.9, 0.1, 0.2]), [], **RULE)
    half = 0.5**0.5
    torch.testing.assert_close(long, torch.tensor([[0.0, 0.0], [half, 0.0], [half * half, half * half]]))
    torch.testing.assert_close(short[0], torch.tensor([1.0, 0.0]))
    torch.testing.assert_close(short[1], torch.tensor([half + half, half]))


@settings(deadline=None, max_examples=150)
@given(
    scores=st.lists(
        st.one_of(st.sampled_from([0.0, 0.1, 0.3, 0.3, 0.5, 0.6, 0.6, 0.9, 1.0]), st.floats(0, 1, width=32)),
        min_size=1,
        max_size=40,
    ),
    list_length=st.integers(2, 5),
    history=st.integers(1, 12),
    cuts=st.lists(st.integers(1, 40), max_size=6),
    seed=st.integers(0, 1000),
)
def test_streaming_in_any_stretches_equals_full_length_and_the_plain_reading(scores, list_length, history, cuts, seed):
    rule = {"list_length": list_length, "gate": 0.5, "history": history}
    clips = torch.randn(len(scores), 7, generator=torch.Generator().manual_seed(seed))
    scores_C = torch.tensor(scores)
    whole = full_length_context(clips[None], scores_C[None], **rule)
    long, short, _ = streamed(clips, scores_C, cuts, **rule)
    torch.testing.assert_close(long, whole.long[0], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(short, whole.short[0], atol=1e-5, rtol=1e-5)
    by_hand = plain_context(clips, scores_C, len(scores) - 1, **rule)
    torch.testing.assert_close(long[-1], by_hand[0], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(short[-1], by_hand[1], atol=1e-5, rtol=1e-5)


def test_wide_vectors_are_worked_off_in_slices_and_blocks_with_the_same_numbers():
    generator = torch.Generator().manual_seed(0)
    clips = torch.randn(2 * LEAST_CLIPS + 5, 40_000, generator=generator)
    scores = torch.rand(len(clips), generator=generator)
    whole = full_length_context(clips[None], scores[None], **RULE)
    long, short, _ = streamed(clips, scores, [], **RULE)
    torch.testing.assert_close(long, whole.long[0], atol=1e-5, rtol=0)
    torch.testing.assert_close(short, whole.short[0], atol=1e-5, rtol=0)


def test_a_hundred_thousand_clips_cost_a_constant_state():
    generator = torch.Generator().manual_seed(0)
    clips, scores = torch.randn(100_000, 8, generator=generator), torch.rand(100_000, generator=generator)
    sizes, state, last = set(), None, None
    for first in range(0, 100_000, 20_000):
        stretch = slice(first, first + 20_000)
        last, state = stream_context(state, clips[stretch], scores[stretch], **RULE)
        sizes.add(state.nbytes)
    assert sizes == {(3 + 3 + 2) * 8 * 4}
    assert state.clips == 100_000
    by_hand = plain_context(clips, scores.tolist(), 99_999, **RULE)
    torch.testing.assert_close(last.long[-1], by_hand[0], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(last.short[-1], by_hand[1], atol=1e-5, rtol=1e-5)


def test_lists_that_change_with_every_clip_give_the_same_numbers():
    clips, scores = torch.randn(3000, 4), torch.linspace(0.5, 1.0, 3000)
    whole = full_length_context(clips[None], scores[None], **RULE)
    long, _, _ = streamed(clips, scores, [1100], **RULE)
    torch.testing.assert_close(long, whole.long[0], atol=1e-5, rtol=1e-5)


def test_one_clip_is_a_video():
    clip = torch.tensor([[3.0, 4.0]])
    long, short, state = streamed(clip, torch.tensor([0.7]), [], **RULE)
    torch.testing.assert_close(long, torch.zeros(1, 2))
    torch.testing.assert_close(short, torch.tensor([[0.6, 0.8]]))
    assert state.clips == 1


def test_a_state_is_never_changed_in_place_and_keeps_no_stretch_alive():
    clips, scores = torch.randn(500, 5), torch.rand(500)
    _, first = stream_context(None, clips[:100], scores[:100], **RULE)
    kept = (first.held.vector_MVK.clone(), first.history_MHK.clone())
    stream_context(first, clips[100:], scores[100:], **RULE)
    torch.testing.assert_close((first.held.vector_MVK, first.history_MHK), kept)
    assert first.history_MHK.untyped_storage().nbytes() == 2 * 5 * 4
    assert first.held.vector_MVK.untyped_storage().nbytes() == 6 * 5 * 4


def test_nothing_leaks_from_the_future():
    clips, scores = torch.randn(1, 12, 4), torch.rand(1, 12)
    before = full_length_context(clips, scores, **RULE)
    clips[:, 8:] = 100.0
    after = full_length_context(clips, scores, **RULE)
    torch.testing.assert_close(before.long[:, :8], after.long[:, :8])
    assert not torch.allclose(before.short[:, 8:], after.short[:, 8:])


def test_a_clip_of_zeros_is_no_division_by_zero():
    long, short, _ = streamed(torch.zeros(4, 3), torch.tensor([0.9, 0.1, 0.9, 0.1]), [2], **RULE)
    assert torch.isfinite(long).all()
    assert short.abs().sum() == pytest.approx(0.0)


def module_and_vador(dropout=0.0):
    torch.manual_seed(0)
    vador = gated_vador(
        dim=8, tokens=3, members=2, specialists=1, queries=2, layers=1, heads=2, hidden=4, dropout=dropout
    )
    ltc = ReferenceLtc(dim=8, hidden=4, **RULE)
    for net in (ltc.long, ltc.short):
        torch.nn.init.normal_(net.layers[-1].weight)
    return ltc, vador


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_module_streams_what_it_says_at_full_length_of_several_padded_videos(dropout):
    ltc, vador = module_and_vador(dropout)
    ltc.eval(), vador.eval()
    tokens = [torch.randn(clips, 3, 8) for clips in (9, 4)]
    padded = torch.nn.utils.rnn.pad_sequence(tokens, batch_first=True)
    is_clip = torch.arange(9) < torch.tensor([[9], [4]])
    whole = ltc.full_length(vador, padded, is_clip)
    parts = []
    for video in tokens:
        state = None
        for part in video.split(4):
            branches, state = ltc.stream(vador, part, state)
            parts.append(branches)
    for name in ("raw", "long", "short"):
        once = torch.cat([getattr(part, name).logits_CML for part in parts])
        torch.testing.assert_close(once, getattr(whole, name).logits_CML, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(torch.cat([part.prompt_CQD for part in parts]), whole.prompt_CQD, atol=1e-5, rtol=1e-4)


def test_three_branches_share_former_and_predictor_and_their_features_add_up_to_the_prompt():
    ltc, vador = module_and_vador()
    branches = ltc.full_length(vador, torch.randn(1, 5, 3, 8), torch.ones(1, 5, dtype=torch.bool))
    assert isinstance(branches, BranchOutputs)
    assert branches.taught == branches.scored == (branches.raw, branches.long, branches.short)
    summed = branches.raw.tokens_CMQD + branches.long.tokens_CMQD + branches.short.tokens_CMQD
    torch.testing.assert_close(branches.prompt_CQD, summed.flatten(1, 2))
    torch.testing.assert_close(branches.tokens_CQD, branches.raw.tokens_CMQD.flatten(1, 2))


def test_gradients_pass_the_frozen_formers_into_both_nets():
    ltc, vador = module_and_vador()
    vador.formers.requires_grad_(False)
    branches = ltc.full_length(vador, torch.randn(2, 6, 3, 8), torch.ones(2, 6, dtype=torch.bool))
    sum(branch.anomaly_logit_CM.square().sum() for branch in branches.taught).backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in ltc.parameters())
    assert all(parameter.grad is None for parameter in vador.formers.parameters())
