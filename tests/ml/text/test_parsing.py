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
        ("Yes, from 1 min 30 s to 2 min 10 s.", True, ((90_000, 130_000),)),
        ("Yes, from 1m30s to 2m10.5s", True, ((90_000, 130_500),)),
        ("Yes, from 1 minute and 30 seconds to 2 minutes and 10 seconds.", True, ((90_000, 130_000),)),
        ("Yes, between 1 minute and 2 minutes, 30 seconds.", True, ((60_000, 150_000),)),
        ("Yes, from 1 min to 2 min and 3 min to 4 min.", True, ((60_000, 120_000), (180_000, 240_000))),
        ("Yes, from 1 min to 2 min and 130s to 140s.", True, ((60_000, 120_000), (130_000, 140_000))),
        ("Yes, from 45 to 90 seconds and from 500ms to 800 ms.", True, ((45_000, 90_000), (500, 800))),
        ("Yes, from 30 s to 2 min 10 s.", True, ((30_000, 130_000),)),
        ("Yes, from 2:00 to 150 s", True, ((120_000, 150_000),)),
        ("Yes. Camera 2 - 10s to 12s.", True, ((10_000, 12_000),)),
        ("是，从1分30秒到2分10秒有打斗。", True, ((90_000, 130_000),)),
        ("是，第10秒到第20秒有打斗。", True, ((10_000, 20_000),)),
        ("是，第 1 分 30 秒至第 2 分钟。", True, ((90_000, 120_000),)),
        ("是，10秒~20秒，以及30秒～40秒。", True, ((10_000, 20_000), (30_000, 40_000))),
        ("无异常。", False, ()),
        ("未发现异常。", False, ()),
        ("没错，有异常。", True, ()),
        ("无法判断。", None, ()),
        ("不确定是否有异常。", None, ()),
        ("是否有异常：12秒到13秒。", None, ((12_000, 13_000),)),
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
    assert parse_answer("是，第2到第3个人打架。").intervals == ()
    assert parse_answer("Yes, 2 to 3 minors fight.").intervals == ()


def test_a_count_beside_an_interval_is_left_out() -> None:
    assert parse_answer("Yes, 2 to 3 suspects fight from 10s to 12s.").intervals == ((10_000, 12_000),)
    assert parse_answer("Cameras 1 and 2 show a fight from 20s to 25s.").intervals == ((20_000, 25_000),)


def test_a_reversed_or_empty_interval_is_left_out() -> None:
    assert parse_answer("Yes, from 10s to 5s and from 7.0s to 7.0s and from 8s to 9s.").intervals == ((8_000, 9_000),)


def test_yes_inside_a_word_is_no_verdict() -> None:
    assert parse_answer("Yesterday a man fell. No harm.").is_abnormal is None
    assert parse_answer("Nobody moves.").is_abnormal is None
