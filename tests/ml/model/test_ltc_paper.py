import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.model.ltc_paper import PaperLtc, full_length_context, members_first, merged, stream_context
from ml.model.vador import gated_vador

RULE = {"list_length": 4, "history": 4, "scale": 3.0}


def streamed(x, scores, cuts, **rule):
    """Context of a video that comes in stretches: normal, abnormal, history [M, C, K]."""
    state, parts = None, []
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(scores)}), len(scores)]
    for first, stop in zip(edges[:-1], edges[1:], strict=True):
        context, state = stream_context(state, x[:, first:stop], scores[first:stop], **rule)
        parts.append(context.all)
    return [torch.cat(each, 1) for each in zip(*parts, strict=True)], state


def attention(query, keys, scale):
    """Softmax attention of one clip over a list, written as it reads."""
    if not len(keys):
        return torch.zeros_like(query)
    cosine = torch.stack([torch.cosine_similarity(query, key, dim=0, eps=1e-12) for key in keys])
    return (scale * cosine).softmax(0) @ keys


def plain_context(x, scores, clip, *, list_length, history, scale):
    """Section 1.2 for one clip of one member."""
    lowest = sorted(range(clip), key=lambda past: (scores[past], past))[:list_length]
    highest = sorted(range(clip), key=lambda past: (-scores[past], past))[:list_length]
    lists = (lowest, highest, range(max(0, clip - history), clip))
    return [attention(x[clip], x[list(clips)], scale) for clips in lists]


def test_lists_are_the_lowest_the_highest_and_the_last_of_the_strict_past():
    # A large scale makes attention pick the listed clip that is most alike; each clip is alike to one other.
    scores = [0.5, 0.1, 0.9, 0.2, 0.8, 0.3]
    x = torch.eye(6) + 0.01
    x[5] += 0.5 * x[1] + 0.3 * x[2] + 0.2 * x[4]
    context = full_length_context(x[None], torch.tensor(scores), list_length=2, history=2, scale=1000.0)
    picked = [each[0, 5].argmax().item() for each in context.all]
    assert picked == [1, 2, 4]
    assert all(each[0, 0].abs().sum() == 0 for each in context.all)


def test_attention_is_a_softmax_of_scaled_cosines_over_vectors_as_they_are_by_hand():
    x = torch.tensor([[[2.0, 0.0], [0.0, 1.0], [3.0, 0.0]]])
    context = full_length_context(x, torch.tensor([0.5, 0.5, 0.5]), list_length=4, history=4, scale=2.0)
    weights = torch.tensor([2.0, 0.0]).softmax(0)
    expected = weights[0] * x[0, 0] + weights[1] * x[0, 1]
    for retrieved in context.all:
        torch.testing.assert_close(retrieved[0, 2], expected)


@settings(deadline=None, max_examples=150)
@given(
    scores=st.lists(
        st.one_of(st.sampled_from([0.0, 0.1, 0.3, 0.3, 0.6, 0.6, 0.9, 1.0]), st.floats(0, 1, width=32)),
        min_size=1,
        max_size=40,
    ),
    members=st.integers(1, 3),
    list_length=st.integers(2, 5),
    history=st.integers(1, 12),
    cuts=st.lists(st.integers(1, 40), max_size=6),
    seed=st.integers(0, 1000),
)
def test_streaming_in_any_stretches_equals_full_length_and_the_plain_reading(
    scores, members, list_length, history, cuts, seed
):
    rule = {"list_length": list_length, "history": history, "scale": 3.0}
    x = torch.randn(members, len(scores), 5, generator=torch.Generator().manual_seed(seed))
    scores_C = torch.tensor(scores)
    whole = full_length_context(x, scores_C, **rule)
    once, _ = streamed(x, scores_C, cuts, **rule)
    for part, full in zip(once, whole.all, strict=True):
        torch.testing.assert_close(part, full, atol=1e-5, rtol=1e-5)
    for part, by_hand in zip(once, plain_context(x[-1], scores_C.tolist(), len(scores) - 1, **rule), strict=True):
        torch.testing.assert_close(part[-1, -1], by_hand, atol=1e-5, rtol=1e-5)


def test_a_hundred_thousand_clips_cost_a_constant_state():
    generator = torch.Generator().manual_seed(0)
    x, scores = torch.randn(2, 100_000, 4, generator=generator), torch.rand(100_000, generator=generator)
    once, state = streamed(x, scores, range(20_000, 100_000, 20_000), **RULE)
    assert state.nbytes == (4 + 4 + 4) * 2 * 4 * 4
    for part, by_hand in zip(once, plain_context(x[1], scores.tolist(), 99_999, **RULE), strict=True):
        torch.testing.assert_close(part[1, -1], by_hand, atol=1e-5, rtol=1e-5)


def test_the_merge_is_equation_3_by_hand():
    class Halves(torch.nn.Module):
        def forward(self, token):
            return torch.full_like(token, 0.5)

    class Itself(torch.nn.Module):
        def forward(self, token):
            return token

    x, n, a = torch.tensor([1.0, 2.0]), torch.tensor([4.0, 6.0]), torch.tensor([3.0, -1.0])
    torch.testing.assert_close(merged(x, [n, a], [Halves(), Itself()]), torch.tensor([1 + 2 + 9.0, 2 + 3 + 1.0]))


def module_and_vador(dropout=0.0):
    torch.manual_seed(0)
    vador = gated_vador(
        dim=8, tokens=3, members=2, specialists=1, queries=2, layers=1, heads=2, hidden=4, dropout=dropout
    )
    ltc = PaperLtc(dim=8, hidden=4, list_length=4, history=4)
    for net in (ltc.normal, ltc.abnormal, ltc.history):
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
    assert not torch.allclose(whole.raw.logits_CML, whole.long.logits_CML)


def test_each_member_retrieves_from_its_own_features():
    ltc, vador = module_and_vador()
    x = vador.features(torch.randn(6, 3, 8))
    scores = vador.predicted(x).probability_C
    both = full_length_context(members_first(x), scores, **RULE)
    for member in range(3):
        alone = full_length_context(members_first(x[:, member : member + 1]), scores, **RULE)
        torch.testing.assert_close(both.abnormal[member], alone.abnormal[0])


def test_one_fused_feature_goes_through_the_same_predictor_and_is_the_prompt():
    ltc, vador = module_and_vador()
    branches = ltc.full_length(vador, torch.randn(1, 5, 3, 8), torch.ones(1, 5, dtype=torch.bool))
    assert branches.long is branches.short
    assert branches.scored == (branches.long,)
    assert branches.taught == (branches.raw, branches.long)
    torch.testing.assert_close(branches.prompt_CQD, branches.long.tokens_CMQD.flatten(1, 2))
    fused_again = vador.predictors[0](branches.prompt_CQD[:, :2])
    assert (fused_again[..., 1] - fused_again[..., 0]).amax(1).tolist() == pytest.approx(
        branches.long.anomaly_logit_CM[:, 0].tolist(), abs=1e-5
    )


def test_a_new_module_changes_no_score():
    ltc, vador = module_and_vador()
    fresh = PaperLtc(dim=8, hidden=4, list_length=4, history=4)
    branches, _ = fresh.stream(vador, torch.randn(7, 3, 8), None)
    torch.testing.assert_close(branches.raw.logits_CML, branches.long.logits_CML)


def test_gradients_reach_all_three_nets_and_no_former():
    ltc, vador = module_and_vador()
    vador.formers.requires_grad_(False)
    branches = ltc.full_length(vador, torch.randn(2, 6, 3, 8), torch.ones(2, 6, dtype=torch.bool))
    sum(branch.anomaly_logit_CM.square().sum() for branch in branches.taught).backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in ltc.parameters())
    assert all(parameter.grad is None for parameter in vador.formers.parameters())
