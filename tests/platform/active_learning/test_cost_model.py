import pytest

from vigil.active_learning.cost_model import WORTH, cost_s, gain_per_s
from vigil.annotations.models import QuestionKind


def test_the_ladder_costs_more_on_each_step():
    costs = [cost_s(kind, 20_000) for kind in QuestionKind if kind != QuestionKind.GLANCE]
    assert costs == sorted(costs) == [4.0, 20.0, 30.0, 45.0, 60.0]
    assert cost_s(QuestionKind.GLANCE, 20_000) == 8.0


def test_watching_costs_more_for_longer_videos():
    assert cost_s(QuestionKind.GLANCE, 120_000) == 30.0
    assert cost_s(QuestionKind.FULL, 3_600_000) == 7_220.0


@pytest.mark.parametrize("kind", list(QuestionKind))
def test_gain_per_second_is_worth_times_gain_over_cost(kind):
    assert gain_per_s(kind, 0.5, 10_000) == pytest.approx(WORTH[kind] * 0.5 / cost_s(kind, 10_000))
    assert gain_per_s(kind, 0.0, 10_000) == 0.0
