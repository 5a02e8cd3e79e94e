"""Preference pairs from people's edits: of two sentences about one event, the person's and the draft they changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from annotation_templates.template import AnnotationTemplate
from ml.profiles.language import LanguageProfile
from ml.text.instructions import KnownVideo, question_about
from ml.text.times import Window, without_time_tokens
from ml.text.windows import segment_window


@dataclass(frozen=True)
class PreferencePair:
    """Two answers to one question about one window."""

    video_index: int
    window: Window
    question: str
    chosen: str
    """What the person made of it."""
    rejected: str
    """The draft that they saw."""


def write_preferences(
    videos: Sequence[KnownVideo], template: AnnotationTemplate, profile: LanguageProfile
) -> tuple[PreferencePair, ...]:
    """A pair for each edited explanation and each phrasing of the question; a draft that was kept gives none."""
    pairs = []
    for index, video in enumerate(videos):
        for segment in video.known.segments:
            chosen, rejected = segment.explanation.strip(), segment.draft.strip()
            if segment.end_ms <= segment.start_ms or not chosen or not rejected or chosen == rejected:
                continue
            if profile.tells_slots:
                chosen, rejected = without_time_tokens(chosen), without_time_tokens(rejected)
            window = segment_window(
                segment.start_ms,
                segment.end_ms,
                scores=video.scores,
                duration_ms=video.duration_ms,
                profile=profile,
            )
            title = template.title(segment.label)
            pairs += [
                PreferencePair(index, window, question_about(title, asked), chosen, rejected)
                for asked in template.questions("explanation")
            ]
    return tuple(pairs)
