"""Yes or no and intervals are read from the texts of our model and of larger ones."""

from __future__ import annotations

import pytest

from ml.text.parsing import parse_answer


@pytest.mark.parametrize(
    ("text", "is_abnormal", "intervals"),
    [
        ("Yes, there are anomalies from 1.5s to 2s.", True, ((1_500, 2_000),)),
        (
            "Yes, there exist anomalies from 8.6s to 11.3s and 33.3s to 36.8s.",
            True,
            ((8_600, 11_300), (33_300, 36_800)),
        ),
        ("Yes, there is a fight from 3.0s to 4.5s and from 9.0s to 12.0s.", True, ((3_000, 4_500), (9_000, 12_000))),
        ("No, there are no anomalies from 0.0s to 9.3s.", False, ((0, 9_300),)),
        ("No, nothing unusual happens.", False, ()),
        ("  **Yes**. It lasts between 3 and 5 seconds.", True, ((3_000, 5_000),)),
        ("yes: 0:12 - 1:05", True, ((12_000, 65_000),)),
        ("Yes, from 1:00:00 to 1:00:05.5", True, ((3_600_000, 3_605_500),)),
        ("Yes, from 2 to 3 minutes.", True, ((120_000, 180_000),)),
        ("是，从12.5秒到1分钟有火灾，以及从2:00至2:05有打斗。", True, ((12_500, 60_000), (120_000, 125_000))),
        ("否，视频中没有异常。", False, ()),
        ("没有异常。", False, ()),
        ("有异常：1.5s到2.0s。", True, ((1_500, 2_000),)),
        ("From 3 to 5.", None, ((3_000, 5_000),)),
        ("The person in red falls.", None, ()),
        ("", None, ()),
    ],
)
def test_answers(text: str, is_abnormal: bool | None, intervals: tuple[tuple[int, int], ...]) -> None:
    parsed = parse_answer(text)

    assert parsed.is_abnormal is is_abnormal
    assert parsed.intervals == intervals


def test_a_count_is_no_interval() -> None:
    assert parse_answer("Yes, 2 to 3 people fight.").intervals == ()
    assert parse_answer("是，有2到3个人打架。").intervals == ()


def test_a_reversed_or_empty_interval_is_left_out() -> None:
    assert parse_answer("Yes, from 10s to 5s and from 7.0s to 7.0s and from 8s to 9s.").intervals == ((8_000, 9_000),)


def test_yes_inside_a_word_is_no_verdict() -> None:
    assert parse_answer("Yesterday a man fell. No harm.").is_abnormal is None
    assert parse_answer("Nobody moves.").is_abnormal is None
