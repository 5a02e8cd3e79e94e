import torch

from ml.model.ltc_net import LtcNet
from ml.model.ltc_paper import PaperLtc
from ml.model.ltc_reference import ReferenceLtc
from ml.model.vador import single_vador

PAPER = {"dim": 768, "hidden": 64}


def trainable(*modules):
    return sum(each.numel() for module in modules for each in module.parameters() if each.requires_grad)


def test_a_net_starts_by_adding_nothing():
    torch.testing.assert_close(LtcNet(6, 4)(torch.randn(3, 6)), torch.zeros(3, 6))


def test_trainable_parameters_at_the_papers_sizes():
    vador = single_vador(torch.nn.Identity(), **PAPER)
    assert trainable(LtcNet(**PAPER)) == 99_264
    assert trainable(vador) == 49_474
    assert trainable(vador, ReferenceLtc(**PAPER, list_length=3, gate=0.5, history=3)) == 248_002
    # Mode paper has a net for each of its three lists.
    assert trainable(vador, PaperLtc(**PAPER, list_length=4, history=4)) == 49_474 + 3 * 99_264
