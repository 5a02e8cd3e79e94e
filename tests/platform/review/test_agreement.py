"""Figures of agreement, worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigil.review.agreement import MATCHED_AT, Span, cohens_kappa, compared, summed
from vigil.videos.intervals import temporal_iou


def span(start_ms, end_ms, label="Fighting", key=None):
    return Span(key or f"{start_ms}-{end_ms}-{label}", start_ms, end_ms, label)


def test_temporal_iou():
    assert temporal_iou(span(0, 1000), span(500, 1500)) == pytest.approx(500 / 1500)
    assert temporal_iou(span(0, 1000), span(1000, 2000)) == 0
    assert temporal_iou(span(0, 1000), span(0, 1000)) == 1


def test_segments_match_one_to_one_best_first():
    long, near = span(0, 10_000), span(1_000, 9_000)
    result = compared([long, near], [span(1_000, 9_500, key="theirs")])
    assert [(match.first, match.second.key) for match in result.matched] == [(near, "theirs")]
    assert result.only_first == (long,)


def test_what_hardly_touches_does_not_match():
    result = compared([span(0, 1_000)], [span(800, 1_800)])  # 200 of 1800
    assert (result.matched, len(result.only_first), len(result.only_second)) == ((), 1, 1)


def test_every_figure_by_hand():
    videos = [
        compared(
            [span(0, 1_000), span(5_000, 6_000, "Fire"), span(8_000, 9_000)],
            [span(200, 1_000), span(5_000, 6_400, "Smoke"), span(20_000, 21_000, "Fire")],
        ),
        compared([span(0, 1_000, "Fire")], [span(-0, 1_000, "Fire")]),
        compared([], []),
    ]
    figures = summed(videos)
    # tIoU: 800/1000 = 0.8, 1000/1400 = 0.714..., 1000/1000 = 1
    assert (figures.videos, figures.empty_for_both, figures.firsts, figures.seconds, figures.matched) == (3, 1, 4, 4, 3)
    assert figures.f1 == {0.3: 0.75, 0.5: 0.75, 0.7: 0.75}
    assert figures.mean_tiou == pytest.approx((0.8 + 1000 / 1400 + 1) / 3)
    assert (figures.mean_start_ms, figures.median_start_ms) == (pytest.approx(200 / 3), 0)
    assert (figures.mean_end_ms, figures.median_end_ms) == (pytest.approx(400 / 3), 0)
    assert figures.same_label == pytest.approx(2 / 3)
    # pairs: Fighting-Fighting, Fire-Smoke, Fire-Fire; expected (1*1 + 2*1) / 9 = 1/3, observed 2/3
    assert figures.kappa == pytest.approx((2 / 3 - 1 / 3) / (1 - 1 / 3))
    assert [(one.label, one.firsts, one.seconds, one.agreed) for one in figures.labels] == [
        ("Fighting", 2, 1, 1), ("Fire", 2, 2, 1), ("Smoke", 0, 1, 0),
    ]  # fmt: skip
    assert figures.labels[0].f1 == pytest.approx(2 / 3)


def test_thresholds_tell_loose_matches_from_close_ones():
    figures = summed([compared([span(0, 1_000)], [span(0, 2_500)]), compared([span(0, 1_000)], [span(0, 1_600)])])
    assert figures.f1 == {0.3: 1.0, 0.5: 0.5, 0.7: 0.0}


def test_nothing_gives_no_figures():
    figures = summed([compared([], [])])
    assert (figures.f1[0.5], figures.mean_tiou, figures.kappa, figures.median_start_ms) == (None, None, None, None)


def test_kappa_knows_chance():
    assert cohens_kappa([("a", "a"), ("b", "b")]) == 1
    assert cohens_kappa([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]) == 0
    assert cohens_kappa([("a", "a")]) is None
    assert cohens_kappa([]) is None


spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda one: span(one[0] * 100, (one[0] + one[1]) * 100)),
    max_size=8,
    unique_by=lambda one: one.key,
)


@given(spans, spans)
def test_no_segment_is_lost_or_matched_twice_and_none_that_could_match_is_left(first, second):
    result = compared(first, second)
    ours = [match.first for match in result.matched] + list(result.only_first)
    theirs = [match.second for match in result.matched] + list(result.only_second)
    assert sorted(ours, key=str) == sorted(first, key=str) and sorted(theirs, key=str) == sorted(second, key=str)
    assert all(temporal_iou(a, b) < MATCHED_AT for a in result.only_first for b in result.only_second)


@given(spans, spans)
def test_it_does_not_matter_who_comes_first(first, second):
    there, back = summed([compared(first, second)]), summed([compared(second, first)])
    assert there.matched == back.matched and there.f1 == back.f1


@given(spans)
def test_with_oneself_one_agrees(marked):
    figures = summed([compared(marked, marked)])
    assert figures.matched == len(marked) and all(value in (None, 1.0) for value in figures.f1.values())


def test_everything_over_everything_is_refused_instead_of_awaited():
    ours = [span(i, 1_000_000 + i, key=f"ours-{i}") for i in range(5_000)]
    theirs = [span(i, 1_000_000 + i, key=f"theirs-{i}") for i in range(5_000)]
    assert compared(ours, theirs) is None
    apart = [span(i * 100, i * 100 + 90) for i in range(5_000)]
    assert len(compared(apart, apart).matched) == 5_000
