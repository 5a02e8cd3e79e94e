"""Which stretches of a video the language model is shown: around a segment, and over a whole video. Pure.

Where the profile shows clips (`language.shows_clips`), each of them is a clip's own interval.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from ml.contracts import ScoreTrack
from ml.profiles.language import LanguageProfile
from ml.text.prompts import frames_message
from ml.text.times import Window

_SHORTEST_MS = 1_000


def segment_window(
    start_ms: int,
    end_ms: int,
    *,
    scores: ScoreTrack,
    duration_ms: int,
    profile: LanguageProfile,
    before: float = 1.0,
    after: float = 1.0,
) -> Window:
    """A segment with its context; `before` and `after` scale the margins (training varies them).

    Where clips are shown, the highest-scored clip of the segment.
    """
    if profile.shows_clips:
        highest = max(clips_in(scores, start_ms, end_ms), key=lambda clip: scores.fused[clip])
        return clip_window(scores, highest, profile)
    margin_ms = max((end_ms - start_ms) * profile.margin, profile.min_margin_ms)
    start_ms = max(0, round(start_ms - margin_ms * before))
    end_ms = min(max(duration_ms, end_ms), round(end_ms + margin_ms * after))
    return Window(start_ms, max(end_ms, start_ms + _SHORTEST_MS), profile.slots)


def tiles(duration_ms: int, scores: ScoreTrack, profile: LanguageProfile) -> tuple[Window, ...]:
    """The whole video in equal windows no longer than the profile allows, or clip by clip where clips are shown."""
    if profile.shows_clips:
        return tuple(clip_window(scores, clip, profile) for clip in range(len(scores.fused)))
    duration_ms = max(duration_ms, _SHORTEST_MS)
    count = -(-duration_ms // profile.window_ms)
    edges = [round(duration_ms * i / count) for i in range(count + 1)]
    return tuple(Window(start, end, profile.slots) for start, end in zip(edges[:-1], edges[1:], strict=True))


def clip_window(scores: ScoreTrack, clip: int, profile: LanguageProfile) -> Window:
    """The interval of one clip."""
    start_ms = scores.clip_start_ms[clip]
    return Window(start_ms, max(scores.clip_end_ms[clip], start_ms + 1), profile.slots)


def clips_in(scores: ScoreTrack, start_ms: int, end_ms: int) -> tuple[int, ...]:
    """The clips of an interval: those that share half of themselves or half of it; where there is none, the nearest."""
    begins, ends, end_ms = scores.clip_start_ms, scores.clip_end_ms, max(end_ms, start_ms + 1)
    touched = range(bisect_right(ends, start_ms), bisect_left(begins, end_ms))
    found = tuple(
        clip
        for clip in touched
        if 2 * (min(ends[clip], end_ms) - max(begins[clip], start_ms))
        >= min(ends[clip] - begins[clip], end_ms - start_ms)
    )
    if found:
        return found
    return (min(range(len(begins)), key=lambda clip: abs(begins[clip] + ends[clip] - start_ms - end_ms)),)


def highest_score(scores: ScoreTrack, start_ms: int, end_ms: int) -> float:
    """The highest fused score of the clips that overlap an interval; 0 where there is none."""
    return max(
        (
            score
            for score, begin, end in zip(scores.fused, scores.clip_start_ms, scores.clip_end_ms, strict=True)
            if begin < end_ms and start_ms < end
        ),
        default=0.0,
    )


def frame_times_ms(scores: ScoreTrack, window: Window, count: int) -> tuple[int, ...]:
    """When the frames of a shown window were sampled: `count` of them, spread evenly over those that lie in it.

    Args:
        scores: tells where the clips lie, in measured presentation time.
        window: what is shown.
        count: frames of a clip, and how many are named at the most.
    """
    middle_ms = (window.start_ms + window.end_ms) / 2
    clips = list(zip(scores.clip_start_ms, scores.clip_end_ms, strict=True))
    shown = [clip for clip in clips if clip[0] < window.end_ms and clip[1] > window.start_ms]
    shown = shown or [min(clips, key=lambda clip: abs((clip[0] + clip[1]) / 2 - middle_ms))]
    frames = [round(start + (end - start) * i / count) for start, end in shown for i in range(count)]
    inside = [at_ms for at_ms in frames if window.start_ms <= at_ms < window.end_ms] or frames
    kept = min(count, len(inside))
    return tuple(inside[i * len(inside) // kept] for i in range(kept))


def message_about(scores: ScoreTrack, window: Window, profile: LanguageProfile) -> str:
    """What a pretrained model is told of a window in words: when its frames were sampled. Empty where slots tell."""
    if profile.tells_slots:
        return ""
    return frames_message(frame_times_ms(scores, window, profile.message_frames), profile.spoken)


def suspicious_tiles(duration_ms: int, scores: ScoreTrack, profile: LanguageProfile) -> tuple[Window, ...]:
    """The tiles that the judgement of a whole video looks at: the highest-scored ones, in order of time."""
    every = tiles(duration_ms, scores, profile)
    if len(every) <= profile.max_windows:
        return every
    peaks = [0.0] * len(every)
    for clip, (score, begin, end) in enumerate(
        zip(scores.fused, scores.clip_start_ms, scores.clip_end_ms, strict=True)
    ):
        middle = min(len(every) - 1, (begin + end) // 2 * len(every) // max(duration_ms, 1))
        tile = clip if profile.shows_clips else middle
        peaks[tile] = max(peaks[tile], score)
    ranked = sorted(range(len(every)), key=lambda i: (-peaks[i], i))[: profile.max_windows]
    return tuple(every[i] for i in sorted(ranked))
