import pytest
import torch

from ml.model.vador import AnomalyPredictor, Specialist, Vador, gated_vador, highest_query, single_vador


def vador():
    torch.manual_seed(0)
    return gated_vador(
        dim=16, tokens=3, members=2, specialists=0, queries=4, layers=1, heads=4, hidden=8, dropout=0.0
    ).eval()


def test_shapes_and_scores():
    output = vador()(torch.randn(5, 3, 16))
    assert output.tokens_CMQD.shape == (5, 2, 4, 16)
    assert output.logits_CML.shape == (5, 2, 2)
    assert ((output.probability_C > 0) & (output.probability_C < 1)).all()


def test_the_highest_query_decides():
    logits = torch.tensor([[[3.0, 1.0], [0.0, 0.5], [1.0, 0.0]], [[0.0, 0.0], [2.0, 1.0], [5.0, 9.0]]])
    assert highest_query(logits).tolist() == [[0.0, 0.5], [5.0, 9.0]]


def test_clips_do_not_see_each_other():
    model, clips = vador(), torch.randn(4, 3, 16)
    with torch.no_grad():
        torch.testing.assert_close(model(clips).probability_C[1:2], model(clips[1:2]).probability_C)


def test_the_q_former_takes_part_once_its_gate_opens():
    model, clips = vador(), torch.randn(4, 3, 16)
    with torch.no_grad():
        closed = model(clips).tokens_CMQD
        for former in model.formers:
            former.gate.fill_(0.5)
        opened = model(clips).tokens_CMQD
    assert torch.equal(closed[:, :, 0], closed[:, :, 1])
    assert not torch.allclose(opened[:, :, 0], opened[:, :, 1])


def test_a_specialist_sees_one_kind_of_token():
    torch.manual_seed(0)
    model = gated_vador(
        dim=16, tokens=3, members=1, specialists=1, queries=2, layers=1, heads=4, hidden=8, dropout=0.0
    ).eval()
    clips = torch.randn(4, 3, 16)
    changed = clips.clone()
    changed[:, 1] += 1.0
    with torch.no_grad():
        before, after = model(clips).anomaly_logit_CM, model(changed).anomaly_logit_CM
    assert (before != after).any(0).tolist() == [True, False, True, False]
    assert not list(model.formers[2].parameters())


def test_all_queries_of_a_specialist_see_its_token_as_it_is():
    clips = torch.randn(4, 3, 16)
    seen = Specialist(kind=2, queries=5)(clips)
    assert seen.shape == (4, 5, 16)
    assert all(torch.equal(seen[:, query], clips[:, 2]) for query in range(5))


def test_tokens_of_a_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"\[C, T, D\]"):
        vador()(torch.randn(3, 16))


def test_the_papers_predictor_has_its_size():
    vador = single_vador(torch.nn.Identity(), dim=768, hidden=64)
    assert sum(values.numel() for values in vador.parameters()) == 49_474


def test_a_predictor_is_linear_layernorm_linear():
    torch.manual_seed(0)
    predictor, x = AnomalyPredictor(6, 4), torch.randn(3, 2, 6)
    first, norm, last = predictor.layers
    hidden = x @ first.weight.T + first.bias
    hidden = (hidden - hidden.mean(-1, keepdim=True)) / (hidden.var(-1, unbiased=False, keepdim=True) + 1e-5).sqrt()
    torch.testing.assert_close(predictor(x), (hidden * norm.weight + norm.bias) @ last.weight.T + last.bias)


def test_context_added_to_what_was_seen_goes_through_the_same_predictors():
    model, clips = vador(), torch.randn(4, 3, 16)
    with torch.no_grad():
        seen = model.features(clips)
        assert torch.equal(model.predicted(seen).logits_CML, model(clips).logits_CML)
        assert not torch.equal(model.predicted(seen + 1.0).logits_CML, model(clips).logits_CML)


def test_formers_and_predictors_come_in_pairs():
    with pytest.raises(ValueError, match="1 formers, 2 predictors and 1 members do not match"):
        Vador([torch.nn.Identity()], [AnomalyPredictor(4, 2)] * 2, members=1, dropout=0.0)
