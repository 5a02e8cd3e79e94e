"""Instructions for phase 3: what the language model should answer when it is shown a window of a training video.

Written from what people said (segments, sentences, rejections, dialogue, videos known to be normal) and, where nobody
said anything, from the detector's pseudo events ("convert anomaly scores into pseudo instructions", paper section 3;
the rule for it, which the paper leaves open, is `ml.text.events`). Pure and without torch: equal inputs and seed give
equal instructions.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from annotation_templates.conversations import seconds_text
from annotation_templates.template import AnnotationTemplate
from ml.contracts import ScoreTrack, TrainingVideo
from ml.profiles.language import LanguageProfile
from ml.text.events import Cut, Event, events_of, overlaps
from ml.text.times import Window, without_time_tokens
from ml.text.windows import clip_window, clips_in, highest_score, segment_window, tiles

SHARES: Mapping[str, float] = {
    "judgement yes": 0.16,
    "judgement no": 0.20,
    "description yes": 0.08,
    "description no": 0.06,
    "interval yes": 0.08,
    "explanation": 0.34,
    "dialogue": 0.08,
}
"""How often each group is drawn; the shares of groups that a run has nothing for go to the others in proportion."""

_SHORTEST_WINDOW_MS = 4_000
_QUIET_SHARE = 0.5
_MOST_INTERVALS = 3
_SHORTEST_TOLD_MS = 100


@dataclass(frozen=True)
class Instruction:
    """One question about one window of one video, and its answer with times as the model tells them."""

    video_index: int
    window: Window
    question: str
    answer: str
    group: str
    """A key of `SHARES`."""
    source: str
    """people | pseudo | rejected | normal | dialogue"""
    weight: float = 1.0
    """How often it is drawn compared with the others of its group."""


@dataclass(frozen=True)
class KnownVideo:
    """What the writer of instructions needs of a training video."""

    known: TrainingVideo
    scores: ScoreTrack
    cuts: Sequence[Cut]

    @property
    def duration_ms(self) -> int:
        """How long the video is, also where nobody probed it."""
        return max(self.known.video.duration_ms, self.scores.clip_end_ms[-1])


def question_about(title: str, question: str) -> str:
    """An explanation question that says what the detector took the event for (a text prior, as in VA-GPT)."""
    return f"{title}. {question}"


def write_instructions(
    videos: Sequence[KnownVideo], template: AnnotationTemplate, profile: LanguageProfile, seed: int
) -> tuple[Instruction, ...]:
    """All instructions of a run. May be empty when nothing at all is known."""
    events = [events_of(video.known, video.scores, video.cuts, profile) for video in videos]
    sentences: dict[str, set[str]] = defaultdict(set)
    for event in (event for of_video in events for event in of_video if event.sentence):
        sentences[event.label].add(event.sentence)
    has_enough = {label for label, found in sentences.items() if len(found) >= profile.enough_sentences}
    written: list[Instruction] = []
    for index, (video, of_video) in enumerate(zip(videos, events, strict=True)):
        # A generator a video: one more answer in one video leaves the instructions of all others as they were.
        rng = random.Random(f"{seed}|{video.known.video.key}")
        writer = _Writer(index, video, of_video, template, profile, rng)
        written += writer.about_events(has_enough)
        written += writer.about_normal_stretches()
        written += writer.dialogue()
    return tuple(written)


def draw_chances(instructions: Sequence[Instruction]) -> list[float]:
    """The chance of each instruction to be drawn: by group as `SHARES` says, within a group by weight. Sums to 1."""
    totals: dict[str, float] = defaultdict(float)
    for instruction in instructions:
        totals[instruction.group] += instruction.weight
    present = sum(SHARES[group] for group in totals)
    return [SHARES[i.group] / present * i.weight / totals[i.group] for i in instructions]


def instruction_counts(instructions: Iterable[Instruction]) -> dict[str, int]:
    """How many instructions came from each source and in each group, for the log and the model card."""
    counted: Counter[str] = Counter()
    for instruction in instructions:
        counted[f"source {instruction.source}"] += 1
        counted[instruction.group] += 1
    return dict(sorted(counted.items()))


@dataclass(frozen=True)
class _Writer:
    """Writes the instructions of one video."""

    index: int
    video: KnownVideo
    events: tuple[Event, ...]
    template: AnnotationTemplate
    profile: LanguageProfile
    rng: random.Random

    def about_events(self, has_enough: set[str]) -> list[Instruction]:
        """Yes, interval, description and explanation for every event."""
        written: list[Instruction] = []
        for event in self.events:
            for draw in range(self.profile.draws):
                window = self._around(event.start_ms, event.end_ms, is_plain=draw == 0)
                written += self._yes(window)
                written += self._explained(window, event, has_enough)
                written += self._yes(self._anywhere(event.start_ms, event.end_ms))
        for window in tiles(self.video.duration_ms, self.video.scores, self.profile):
            written += self._yes(window)
        return written

    def about_normal_stretches(self) -> list[Instruction]:
        """No, for stretches that are known or very likely to be normal."""
        written: list[Instruction] = []
        spans = [(event.start_ms, event.end_ms) for event in self.events]
        for window, source in self._normal_windows():
            if overlaps(window.start_ms, window.end_ms, spans):
                continue
            for kind in ("judgement", "description"):
                number, question = self._asked(kind)
                answer = self.template.render_answer(kind, number, label=None)
                written.append(self._made(window, question, answer, f"{kind} no", source))
        return written

    def dialogue(self) -> list[Instruction]:
        """People's own questions and answers."""
        written = []
        for turn in self.video.known.dialogue:
            if turn.end_ms <= turn.start_ms or not turn.question.strip() or not turn.answer.strip():
                continue
            for draw in range(self.profile.draws):
                window = self._around(turn.start_ms, turn.end_ms, is_plain=draw == 0)
                question, answer = self._in_words(turn.question), self._in_words(turn.answer)
                written.append(self._made(window, question, answer, "dialogue", "dialogue"))
        return written

    def _yes(self, window: Window) -> list[Instruction]:
        shown = [event for event in self.events if _is_shown(event, window)][:_MOST_INTERVALS]
        if not shown:
            return []
        # Two events between the same two edges of slots are one interval.
        told = list(dict.fromkeys(self._interval(window, event) for event in shown))
        words = self.profile.spoken
        start, end = told[0][0], words.and_from.join([told[0][1], *(f"{a}{words.to}{b}" for a, b in told[1:])])
        source = "people" if any(event.is_by_people for event in shown) else "pseudo"
        sentence = self._in_words(shown[0].sentence)
        written = []
        for kind in ("judgement", "description", "interval"):
            number, question = self._asked(kind)
            answer = self.template.render_answer(
                kind, number, label=shown[0].label, start=start, end=end, explanation=sentence
            )
            written.append(self._made(window, question, answer, f"{kind} yes", source))
        return written

    def _explained(self, window: Window, event: Event, has_enough: set[str]) -> list[Instruction]:
        number, asked = self._asked("explanation")
        question = question_about(self.template.title(event.label), asked)
        if event.sentence:
            answer, weight = self._in_words(event.sentence), self.profile.people_weight
        elif event.label in has_enough:
            return []
        else:
            answer = self.template.render_answer("explanation", number, label=event.label)
            weight = 1.0
        source = "people" if event.sentence else "pseudo"
        return [self._made(window, question, answer, "explanation", source, weight)]

    def _interval(self, window: Window, event: Event) -> tuple[str, str]:
        """The part of an event that a window shows, as the model tells it: in time tokens or in seconds."""
        if self.profile.tells_slots:
            return window.interval_tokens(event.start_ms, event.end_ms)
        start_ms = max(event.start_ms, window.start_ms)
        end_ms = min(event.end_ms, window.end_ms)
        return seconds_text(start_ms), seconds_text(max(end_ms, start_ms + _SHORTEST_TOLD_MS))

    def _in_words(self, text: str) -> str:
        """A person's text in which nothing reads as a time token, where there are any."""
        return without_time_tokens(text.strip()) if self.profile.tells_slots else text.strip()

    def _normal_windows(self) -> list[tuple[Window, str]]:
        known, profile, duration_ms = self.video.known, self.profile, self.video.duration_ms
        said_no = [*known.rejected, *(v for v in known.verdicts if not v.is_abnormal)]
        found = [(self._exactly(v.start_ms, v.end_ms), "rejected") for v in said_no if v.end_ms > v.start_ms]
        is_normal = known.video.weak_label == "normal" and not self.events
        if is_normal or known.is_fully_labelled:
            found += [(window, "normal") for window in tiles(duration_ms, self.video.scores, profile)]
            found += [(self._around(c.start_ms, c.end_ms, is_plain=True), "normal") for c in self.video.cuts]
        for _ in range(profile.draws):
            start_ms = self.rng.randrange(duration_ms)
            window = self._anywhere(start_ms, start_ms)
            # Outside the events of a video that holds some, only a quiet stretch may be called normal.
            is_quiet = highest_score(self.video.scores, window.start_ms, window.end_ms) < (
                _QUIET_SHARE * profile.pseudo_min_score
            )
            if is_normal or known.is_fully_labelled or (self.events and is_quiet):
                found.append((window, "normal"))
        return found

    def _around(self, start_ms: int, end_ms: int, *, is_plain: bool) -> Window:
        """An interval with its context, which varies unless it is plain; where clips are shown, one of its clips."""
        if self.profile.shows_clips and not is_plain:
            return self._any_clip(start_ms, end_ms)
        before, after = (1.0, 1.0) if is_plain else (self.rng.uniform(0.3, 1.7), self.rng.uniform(0.3, 1.7))
        return segment_window(
            start_ms,
            end_ms,
            scores=self.video.scores,
            duration_ms=self.video.duration_ms,
            profile=self.profile,
            before=before,
            after=after,
        )

    def _anywhere(self, start_ms: int, end_ms: int) -> Window:
        """A window of any length (short and long ones alike) that holds as much of an interval as fits, anywhere."""
        if self.profile.shows_clips:
            return self._any_clip(start_ms, end_ms)
        duration_ms = max(self.video.duration_ms, end_ms)
        longest_ms = min(self.profile.window_ms, duration_ms)
        shortest_ms = min(max(_SHORTEST_WINDOW_MS, end_ms - start_ms), longest_ms)
        length_ms = round(shortest_ms * (longest_ms / shortest_ms) ** self.rng.random())
        low, high = sorted((end_ms - length_ms, start_ms))
        first_ms = min(max(self.rng.randint(low, high), 0), duration_ms - length_ms)
        return self._exactly(first_ms, first_ms + length_ms)

    def _any_clip(self, start_ms: int, end_ms: int) -> Window:
        """One clip of an interval, at random: the published code draws one of the video's (reference section 2.3)."""
        clip = self.rng.choice(clips_in(self.video.scores, start_ms, end_ms))
        return clip_window(self.video.scores, clip, self.profile)

    def _exactly(self, start_ms: int, end_ms: int) -> Window:
        """That very interval; where clips are shown, its highest-scored clip."""
        if self.profile.shows_clips:
            return self._around(start_ms, end_ms, is_plain=True)
        return Window(start_ms, max(end_ms, start_ms + 1), self.profile.slots)

    def _asked(self, kind: str) -> tuple[int, str]:
        """A phrasing of a question and its number. The answer takes the phrasing of that number too: a greedy answer
        to one question never has to choose between two ways of saying the same, and so never mixes them."""
        number = self.rng.randrange(len(self.template.questions(kind)))
        return number, self.template.question(kind, number)

    def _made(
        self, window: Window, question: str, answer: str, group: str, source: str, weight: float = 1.0
    ) -> Instruction:
        return Instruction(self.index, window, question, answer, group, source, weight)


def _is_shown(event: Event, window: Window) -> bool:
    """Whether enough of an event lies in a window to speak of it: a second, or half of the event or of the window."""
    shared_ms = min(event.end_ms, window.end_ms) - max(event.start_ms, window.start_ms)
    shorter_ms = min(event.end_ms - event.start_ms, window.end_ms - window.start_ms)
    return shared_ms > 0 and shared_ms >= min(1_000, shorter_ms / 2)
