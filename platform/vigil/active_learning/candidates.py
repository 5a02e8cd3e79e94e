"""Every question worth asking about one video, with what it would teach and the reason in words. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext_noop

from vigil.active_learning.acquisition import (
    Branches,
    disagreement,
    edge_uncertainty,
    peaks,
    ranking,
    uncertainty,
)
from vigil.active_learning.cost_model import gain_per_s
from vigil.annotations.models import QuestionKind
from vigil.projects.sentences import Sentence
from vigil.videos.intervals import overlap

VERIFY_PLACES = 3
VERIFY_APART_CLIPS = 3
GLANCE_WINDOW_MS = 120_000
MISSED_BELOW = 0.5
"""An abnormal video whose highest score is below this is one that the model has missed."""
SAME_PLACE = 0.5
"""Temporal IoU from which two questions ask about the same place."""
UNLOCATED_GAIN = 0.5
DIALOGUE_GAIN = 0.5
"""Of questions and answers about an event that is explained already: the prior, whatever the event."""
MOST_APART = gettext_noop("The three branches disagree most here: %(scores)s")
APART = gettext_noop("The three branches disagree here: %(scores)s")
LEAST_CERTAIN = gettext_noop("Score %(score)s is the least certain of this video")
UNCERTAIN = gettext_noop("Score %(score)s is among the least certain of this video")
UNCLEAR_EDGES = gettext_noop("%(label)s is likely here (%(confidence)s), but the scores at its edges are unclear")
UNCHECKED_SENTENCE = gettext_noop("%(label)s is clear here (%(confidence)s), and nobody has checked its sentence")
NO_DIALOGUE = gettext_noop("%(label)s is explained here, but no question about it is answered yet")
UNSURE_OF_VIDEO = gettext_noop("The model is unsure over %(share)s of this video: watch all of it")


@dataclass(frozen=True)
class SeenSegment:
    """An event as the model sees it."""

    id: int
    start_ms: int
    end_ms: int
    label: str
    confidence: float


@dataclass(frozen=True)
class ExplainedEvent:
    """An event whose place a person set or accepted, and whose sentence is known."""

    start_ms: int
    end_ms: int
    label: str
    has_dialogue: bool = False
    segment_id: int | None = None
    """The model's segment that it came from."""


@dataclass(frozen=True)
class SeenVideo:
    """What the model said of a video, and what people have already said."""

    id: int
    duration_ms: int
    weak_label: str
    clip_start_ms: list[int]
    clip_end_ms: list[int]
    branches: list[Branches]
    fused: list[float]
    segments: list[SeenSegment] = field(default_factory=list)
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    """Kind and interval of every question that is answered, or that somebody holds."""
    labelled: list[tuple[int, int]] = field(default_factory=list)
    """Segments that people accepted, drew or rejected."""
    judged_ids: frozenset[int] = frozenset()
    """Model segments that people judged."""
    explained: list[ExplainedEvent] = field(default_factory=list)
    """Events of submitted annotations that have a sentence."""


@dataclass(frozen=True)
class Candidate:
    """A question that could be asked."""

    video_id: int
    kind: QuestionKind
    start_ms: int
    end_ms: int
    why: tuple[Sentence, ...]
    priority: float
    segment_id: int | None = None
    stratum: str = ""
    """For class balance: the event's class, else the kind of question."""

    @property
    def reason(self) -> str:
        """Why it is asked, in English."""
        return " ".join(one.english for one in self.why)


@dataclass(frozen=True)
class Ranks:
    """How high a measure lies among all clips of the project."""

    disagreement: Callable[[float], float]
    uncertainty: Callable[[float], float]

    @classmethod
    def of(cls, videos: Iterable[SeenVideo]) -> "Ranks":
        videos = list(videos)
        return cls(
            ranking([disagreement(clip) for video in videos for clip in video.branches]),
            ranking([uncertainty(score) for video in videos for score in video.fused]),
        )


def candidates_of(video: SeenVideo, ranks: Ranks) -> list[Candidate]:
    """Questions about the video, best first; none where a person has already answered, and none about a video known
    to be normal: a high score there is a false alarm, which becomes a hard negative without anybody's time."""
    if video.weak_label == "normal" or not video.fused:
        return []
    asked = [*_glances(video), *_verifies(video, ranks), *_segment_questions(video), *_dialogues(video), *_fulls(video)]
    fresh = [one for one in asked if not _is_known(video, one)]
    return sorted(fresh, key=lambda one: -one.priority)


def _glances(video: SeenVideo) -> list[Candidate]:
    """Where in an abnormal video does it happen? Asked when the model missed it, or nobody has said yet."""
    if video.weak_label != "abnormal" or video.labelled:
        return []
    highest = max(video.fused)
    if highest < MISSED_BELOW:
        text = gettext_noop("This video is known to be abnormal, but its highest score is only %(score)s")
        why = Sentence(text, {"score": f"{highest:.2f}"})
        gain = 1.0 - highest
    else:
        why = Sentence(gettext_noop("This video is known to be abnormal, and nobody has said yet when it happens"))
        gain = UNLOCATED_GAIN
    start_ms, end_ms = _window(video, video.fused.index(highest))
    return [_candidate(video, QuestionKind.GLANCE, start_ms, end_ms, gain, why)]


def _window(video: SeenVideo, clip: int) -> tuple[int, int]:
    """The whole video if it is short, else two minutes around the clip."""
    if video.duration_ms <= GLANCE_WINDOW_MS:
        return 0, video.duration_ms
    middle = (video.clip_start_ms[clip] + video.clip_end_ms[clip]) // 2
    start_ms = min(max(0, middle - GLANCE_WINDOW_MS // 2), video.duration_ms - GLANCE_WINDOW_MS)
    return start_ms, start_ms + GLANCE_WINDOW_MS


def _verifies(video: SeenVideo, ranks: Ranks) -> list[Candidate]:
    """The clips where the branches disagree most, and those whose score is least certain."""
    apart = [disagreement(clip) for clip in video.branches]
    unsure = [uncertainty(score) for score in video.fused]
    found: dict[int, tuple[float, Sentence]] = {}
    for order, clip in enumerate(peaks(apart, VERIFY_PLACES, VERIFY_APART_CLIPS)):
        scores = " / ".join(f"{score:.2f}" for score in video.branches[clip])
        text = MOST_APART if order == 0 else APART
        found[clip] = (_gain(ranks.disagreement, apart[clip]), Sentence(text, {"scores": scores}))
    for order, clip in enumerate(peaks(unsure, VERIFY_PLACES, VERIFY_APART_CLIPS)):
        why = Sentence(LEAST_CERTAIN if order == 0 else UNCERTAIN, {"score": f"{video.fused[clip]:.2f}"})
        better = (_gain(ranks.uncertainty, unsure[clip]), why)
        found[clip] = max(found.get(clip, better), better, key=lambda pair: pair[0])
    return [
        _candidate(video, QuestionKind.VERIFY, video.clip_start_ms[clip], _clip_end_ms(video, clip), gain, why)
        for clip, (gain, why) in found.items()
        if gain > 0
    ]


def _gain(rank: Callable[[float], float], value: float) -> float:
    """Rank in the project weighted with the value itself: the top of a project where all is clear is not worth much."""
    return rank(value) * (0.5 + 0.5 * value) if value > 0 else 0.0


def _clip_end_ms(video: SeenVideo, clip: int) -> int:
    """The last clip is padded: its end may lie behind the video's."""
    return max(video.clip_start_ms[clip] + 1, min(video.clip_end_ms[clip], video.duration_ms))


def _segment_questions(video: SeenVideo) -> list[Candidate]:
    """For each proposed event: its edges where these are unclear, else its sentence."""
    found = []
    for segment in video.segments:
        if segment.id in video.judged_ids or segment.end_ms > video.duration_ms:
            continue
        unclear = edge_uncertainty(video.fused, _clip_at(video, segment.start_ms), _clip_at(video, segment.end_ms - 1))
        found.append(
            _candidate(
                video,
                QuestionKind.BOUNDS,
                segment.start_ms,
                segment.end_ms,
                segment.confidence * unclear,
                Sentence(UNCLEAR_EDGES, {"label": segment.label, "confidence": f"{segment.confidence:.2f}"}),
                segment,
            )
        )
        found.append(
            _candidate(
                video,
                QuestionKind.EXPLAIN,
                segment.start_ms,
                segment.end_ms,
                segment.confidence * (1.0 - unclear),
                Sentence(UNCHECKED_SENTENCE, {"label": segment.label, "confidence": f"{segment.confidence:.2f}"}),
                segment,
            )
        )
    return [one for one in found if one.priority > 0]


def _dialogues(video: SeenVideo) -> list[Candidate]:
    """For each explained event nobody has been asked about further: questions and answers in people's own words."""
    found: list[Candidate] = []
    discussed = [(one.start_ms, one.end_ms) for one in video.explained if one.has_dialogue]
    for event in video.explained:
        if any(overlap(*place, event.start_ms, event.end_ms) >= SAME_PLACE for place in discussed):
            continue
        discussed.append((event.start_ms, event.end_ms))
        why = Sentence(NO_DIALOGUE, {"label": event.label})
        one = _candidate(video, QuestionKind.DIALOGUE, event.start_ms, event.end_ms, DIALOGUE_GAIN, why)
        found.append(replace(one, segment_id=event.segment_id, stratum=event.label))
    return found


def _clip_at(video: SeenVideo, at_ms: int) -> int:
    for clip, end_ms in enumerate(video.clip_end_ms):
        if at_ms < end_ms:
            return clip
    return len(video.clip_end_ms) - 1


def _fulls(video: SeenVideo) -> list[Candidate]:
    """The whole video, worth it where most of it is unclear."""
    unclear = [uncertainty(score) for score in video.fused]
    share = sum(value > 0.5 for value in unclear) / len(unclear)
    gain = sum(unclear) / len(unclear)
    why = Sentence(UNSURE_OF_VIDEO, {"share": f"{share:.0%}"})
    return [_candidate(video, QuestionKind.FULL, 0, video.duration_ms, gain, why)] if share > 0 else []


def _candidate(
    video: SeenVideo,
    kind: QuestionKind,
    start_ms: int,
    end_ms: int,
    gain: float,
    why: Sentence,
    segment: SeenSegment | None = None,
) -> Candidate:
    return Candidate(
        video_id=video.id,
        kind=kind,
        start_ms=start_ms,
        end_ms=end_ms,
        why=(why,),
        priority=gain_per_s(kind, gain, end_ms - start_ms),
        segment_id=segment.id if segment else None,
        stratum=segment.label if segment else kind.value,
    )


def _is_known(video: SeenVideo, one: Candidate) -> bool:
    """True when people have already answered this, or somebody is at it."""
    for kind, start_ms, end_ms in video.asked:
        if kind == one.kind and overlap(start_ms, end_ms, one.start_ms, one.end_ms) >= SAME_PLACE:
            return True
    if one.kind == QuestionKind.VERIFY:
        return any(start_ms < one.end_ms and one.start_ms < end_ms for start_ms, end_ms in video.labelled)
    if one.kind in (QuestionKind.BOUNDS, QuestionKind.EXPLAIN):
        return any(overlap(*place, one.start_ms, one.end_ms) >= SAME_PLACE for place in video.labelled)
    return False
