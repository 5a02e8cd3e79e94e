"""A prompt names the frames of a window by the times at which they were sampled."""

from __future__ import annotations

import pytest

from ml.contracts import ScoreTrack
from ml.profiles.language import LanguageProfile
from ml.text.prompts import frames_message
from ml.text.times import Window
from ml.text.windows import frame_times_ms, message_about

# Clips of 8 frames at 4 fps of a video of 29.97 fps, whose times are measured and not round.
SCORES = ScoreTrack((0, 2002, 4004), (2002, 4004, 6006), (0.1,) * 3, (0.1,) * 3, (0.1,) * 3, (0.1,) * 3)
PRETRAINED = LanguageProfile(llm="pretrained", weights="x", trained="adaptor")


def test_the_message_is_that_of_the_published_code() -> None:
    assert frames_message((1500, 1750, 2000)) == "The video contains 3 frames sampled at 1.5, 1.8, 2.0 seconds."


def test_a_model_that_speaks_chinese_is_told_in_chinese() -> None:
    profile = LanguageProfile(llm="pretrained", weights="x", trained="adaptor", speaks="zh-Hans", message_frames=3)

    assert message_about(SCORES, Window(2002, 4004, 1), profile) == "视频包含3帧，分别采样于第2.0、2.7、3.3秒。"


def test_a_window_of_one_clip_names_its_frames() -> None:
    times = frame_times_ms(SCORES, Window(2002, 4004, 1), 8)

    assert times == (2002, 2252, 2502, 2753, 3003, 3253, 3504, 3754)


def test_a_longer_window_names_as_many_spread_over_it() -> None:
    times = frame_times_ms(SCORES, Window(0, 6006, 1), 8)

    assert times == (0, 751, 1502, 2252, 3003, 3754, 4504, 5255)


def test_a_window_inside_a_clip_names_what_lies_in_it_and_one_past_the_end_the_last_clip() -> None:
    assert frame_times_ms(SCORES, Window(2400, 3100, 1), 8) == (2502, 2753, 3003)
    assert frame_times_ms(SCORES, Window(9000, 9500, 1), 8)[0] == 4004


@pytest.mark.parametrize(("profile", "is_told"), [(LanguageProfile(), False), (PRETRAINED, True)])
def test_only_a_model_that_tells_seconds_is_told_seconds(profile: LanguageProfile, is_told: bool) -> None:
    message = message_about(SCORES, Window(2002, 4004, 1), profile)

    assert message == (
        "The video contains 8 frames sampled at 2.0, 2.3, 2.5, 2.8, 3.0, 3.3, 3.5, 3.8 seconds." * is_told
    )
