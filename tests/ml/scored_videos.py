"""Small scored videos whose random tokens depend on the class, for tests of the language half."""

from __future__ import annotations

import random

import torch

from ml.contracts import LabelledSegment, ScoreTrack, TrainingVideo, VideoRef
from ml.model.scored_video import CutSegment, ScoredVideo

CLIP_MS = 2_000
QUERIES, WIDTH = 2, 16
SENTENCES = {
    "Fighting": "A man in a dark coat pushes another man to the ground near the parked car.",
    "Fire": "Flames rise beside the shop entrance while smoke drifts over the road.",
    "Zebra": "A striped animal runs across the crossing.",
}


def track(fused: list[float]) -> ScoreTrack:
    """A score track of clips of two seconds in which all branches agree."""
    scores = tuple(fused)
    return ScoreTrack(
        clip_start_ms=tuple(range(0, len(fused) * CLIP_MS, CLIP_MS)),
        clip_end_ms=tuple(range(CLIP_MS, len(fused) * CLIP_MS + 1, CLIP_MS)),
        raw=scores,
        long=scores,
        short=scores,
        fused=scores,
    )


def training_video(
    key: str, *, label: str | None, seed: int, clips: int = 12, sentence: str = ""
) -> tuple[TrainingVideo, ScoredVideo]:
    """A video of class `label` with one event, or a normal one (None); with a sentence it has a person's segment."""
    rng, generator = random.Random(seed), torch.Generator().manual_seed(seed)
    tokens_CQD = torch.randn(clips, QUERIES, WIDTH, generator=generator) * 0.3
    prompt_CQD = torch.randn(clips, QUERIES, WIDTH, generator=generator) * 0.3
    scores = [rng.uniform(0.02, 0.1) for _ in range(clips)]
    cuts: tuple[CutSegment, ...] = ()
    segments: tuple[LabelledSegment, ...] = ()
    if label is not None:
        first = rng.randint(1, clips - 5)
        direction_QD = torch.randn(QUERIES, WIDTH, generator=torch.Generator().manual_seed(len(label)))
        for clip in range(first, first + 3):
            tokens_CQD[clip] += direction_QD
            prompt_CQD[clip] += direction_QD
            scores[clip] = rng.uniform(0.85, 0.98)
        start_ms, end_ms = first * CLIP_MS, (first + 3) * CLIP_MS
        cuts = (CutSegment(start_ms, end_ms, label, 0.9),)
        if sentence:
            segments = (LabelledSegment(start_ms, end_ms, label, sentence),)
    video = VideoRef(
        key=key,
        name=f"{key}.mp4",
        path=f"/videos/{key}.mp4",
        duration_ms=clips * CLIP_MS,
        weak_label="abnormal" if label else "normal",
        classes=(label,) if label else (),
    )
    return TrainingVideo(video, segments=segments), ScoredVideo(video, tokens_CQD, prompt_CQD, track(scores), cuts)


def training_set() -> list[tuple[TrainingVideo, ScoredVideo]]:
    """Three classes, one of them outside the taxonomy, each with a person's sentence; and as many normal videos."""
    videos = []
    for number in range(12):
        label = list(SENTENCES)[number % 3] if number % 2 == 0 else None
        videos.append(
            training_video(f"video{number}", label=label, seed=number, sentence=SENTENCES.get(label or "", ""))
        )
    return videos
