"""What a question costs a person, in seconds. Priors, until logged times say better."""

from vigil.annotations.models import QuestionKind

GLANCE_SPEED = 4.0
PRIOR_S = {
    QuestionKind.VERIFY: 4.0,
    QuestionKind.GLANCE: 8.0,
    QuestionKind.BOUNDS: 20.0,
    QuestionKind.EXPLAIN: 30.0,
    QuestionKind.DIALOGUE: 45.0,
}
FULL_OVERHEAD_S = 20.0
FULL_SPEED = 0.5
"""A full annotation takes about twice the video's length."""

WORTH = {
    QuestionKind.VERIFY: 1.0,
    QuestionKind.GLANCE: 2.0,
    QuestionKind.BOUNDS: 3.0,
    QuestionKind.EXPLAIN: 4.0,
    QuestionKind.DIALOGUE: 5.0,
    QuestionKind.FULL: 8.0,
}
"""What one answer teaches against one verdict: a moment is mined outwards, a sentence also trains phase 3."""


def cost_s(kind: QuestionKind, duration_ms: int) -> float:
    """Expected seconds of a person's time for one question about `duration_ms` of video."""
    seconds = duration_ms / 1000
    if kind == QuestionKind.FULL:
        return FULL_OVERHEAD_S + seconds / FULL_SPEED
    if kind == QuestionKind.GLANCE:
        return max(PRIOR_S[kind], seconds / GLANCE_SPEED)
    return PRIOR_S[kind]


def gain_per_s(kind: QuestionKind, gain: float, duration_ms: int) -> float:
    """Expected gain per second of a person's time: what the queue is ordered by. `gain` is in [0, 1]."""
    return WORTH[kind] * gain / cost_s(kind, duration_ms)
