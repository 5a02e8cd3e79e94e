import pytest
import torch

from ml.model.vador import Vador, highest_query


def vador():
    torch.manual_seed(0)
    return Vador(dim=16, tokens=3, members=2, specialists=0, queries=4, layers=1, heads=4, hidden=8, dropout=0.0).eval()


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
    model = Vador(
        dim=16, tokens=3, members=1, specialists=1, queries=2, layers=1, heads=4, hidden=8, dropout=0.0
    ).eval()
    clips = torch.randn(4, 3, 16)
    changed = clips.clone()
    changed[:, 1] += 1.0
    with torch.no_grad():
        before, after = model(clips).anomaly_logit_CM, model(changed).anomaly_logit_CM
    assert (before != after).any(0).tolist() == [True, False, True, False]


def test_tokens_of_a_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"\[C, T, D\]"):
        vador()(torch.randn(3, 16))
