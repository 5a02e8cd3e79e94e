"""Times survive the way to tokens and back, as well as the slots can tell them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.text.times import Window, time_token, times_as_seconds, without_time_tokens


def test_edges_divide_the_window_evenly() -> None:
    window = Window(1_000, 9_000, 4)

    assert [window.edge_ms(index) for index in range(5)] == [1_000, 3_000, 5_000, 7_000, 9_000]
    assert window.edge_ms(99) == 9_000


@given(start=st.integers(0, 10**8), length=st.integers(100, 10**8), slots=st.integers(1, 64))
def test_every_edge_comes_back_as_itself(start: int, length: int, slots: int) -> None:
    window = Window(start, start + length, slots)

    assert [window.nearest_edge(window.edge_ms(index)) for index in range(slots + 1)] == list(range(slots + 1))


@given(
    start=st.integers(0, 10**6),
    length=st.integers(64, 10**6),
    begin=st.integers(-(10**6), 3 * 10**6),
    more=st.integers(0, 10**6),
)
def test_an_interval_is_never_empty_and_stays_inside(start: int, length: int, begin: int, more: int) -> None:
    window = Window(start, start + length, 16)

    first, last = (int(token[2:-1]) for token in window.interval_tokens(begin, begin + more))

    assert 0 <= first < last <= 16


def test_an_interval_becomes_seconds_of_the_video_within_half_a_slot() -> None:
    window = Window(10_000, 26_000, 16)
    start, end = window.interval_tokens(12_400, 20_600)

    assert (start, end) == ("<t2>", "<t11>")
    assert times_as_seconds(f"From {start} to {end}.", window) == "From 12.0s to 21.0s."


def test_a_persons_text_cannot_hold_a_time_token() -> None:
    text = without_time_tokens("See <t3> and <title>.")

    assert text == "See t3 and <title>."
    assert times_as_seconds(text, Window(0, 1_000, 4)) == text


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(ValueError, match=r"must not be empty: \[5, 5\) ms"):
        Window(5, 5, 4)
    with pytest.raises(ValueError, match="at least one slot, not 0"):
        Window(0, 5, 0)


def test_time_tokens_are_words_of_the_reference_form() -> None:
    assert time_token(7) == "<t7>"
