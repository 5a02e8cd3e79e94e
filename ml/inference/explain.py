"""The language model's words about a scored video: a judgement of the whole, a sentence and a judgement a segment.

Yes or no and the interval are parsed from the model's own text. Each text is checked before a person sees it. Where
the model's words cannot be shown (cut off, broken or repeated words), the annotation template's sentence stands in
and the judgement's `confidence` is None: that is the mark of a text which is not the model's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from annotation_templates.conversations import seconds_text
from annotation_templates.loading import load_template
from ml.contracts import Judgement, PredictedSegment
from ml.model.adaptor import VideoOnShow, stacked
from ml.model.language import Answer
from ml.model.language_artefact import LanguageArtefact, load_language
from ml.model.scored_video import CutSegment, ScoredVideo
from ml.text.instructions import question_about
from ml.text.parsing import parse_answer
from ml.text.prompts import human_ids
from ml.text.sentences import fault_of_sentence
from ml.text.times import Window, times_as_seconds
from ml.text.windows import segment_window, suspicious_tiles

_BATCH = 32


@dataclass(frozen=True)
class _Said:
    """One answer as text."""

    text: str
    """Times in seconds."""
    fault: str
    """Why it cannot be shown; empty when it can."""
    yes_share: float
    """Probability of yes against no as its first word."""


class Explainer:
    """Answers about scored videos with one trained language half."""

    def __init__(self, artefact: LanguageArtefact) -> None:
        self._artefact = artefact
        self._template = load_template(artefact.template)

    @classmethod
    def load(cls, artefact_dir: str | Path, device: str | torch.device | None = None) -> Explainer:
        """The explainer of an artefact, on the GPU where there is one unless `device` says otherwise.

        Raises:
            ArtefactInvalid: the artefact has no language model, or a broken one.
        """
        chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
        return cls(load_language(Path(artefact_dir), torch.device(chosen)))

    def explain(self, scored: ScoredVideo) -> tuple[Judgement, tuple[PredictedSegment, ...]]:
        """The judgement of the whole video, and each cut segment with a sentence and a judgement of its own.

        The edges, label and confidence of a segment stay the detector's. A judgement's confidence is the probability
        of its verdict, or None where the template had to speak for the model.
        """
        profile = self._artefact.profile
        duration_ms = max(scored.video.duration_ms, scored.scores.clip_end_ms[-1])
        views = [
            segment_window(cut.start_ms, cut.end_ms, duration_ms=duration_ms, profile=profile)
            for cut in scored.segments
        ]
        tiles = suspicious_tiles(duration_ms, scored.scores, profile)
        judged = self._template.question("judgement")
        asked = [(window, judged) for window in (*tiles, *views)]
        asked += [(view, self._explanation_question(cut)) for view, cut in zip(views, scored.segments, strict=True)]
        said = self._answers(VideoOnShow(scored, profile.token_groups), asked)
        of_tiles, of_views, sentences = said[: len(tiles)], said[len(tiles) : -len(views) or None], said[-len(views) :]
        whole = max(
            (self._judgement(answer, None, window) for answer, window in zip(of_tiles, tiles, strict=True)),
            key=_certainty_of_yes,
        )
        segments = tuple(
            self._segment(cut, self._judgement(answer, cut, view), sentence)
            for cut, view, answer, sentence in zip(scored.segments, views, of_views, sentences, strict=False)
        )
        return whole, segments

    def _answers(self, show: VideoOnShow, asked: Sequence[tuple[Window, str]]) -> list[_Said]:
        """Greedy answers, a batch at a time."""
        artefact = self._artefact
        video_tokens = 2 * artefact.profile.slots * artefact.profile.token_groups
        said: list[_Said] = []
        for first in range(0, len(asked), _BATCH):
            batch = asked[first : first + _BATCH]
            answers = artefact.model.answers(
                [human_ids(artefact.tokenizer, question, video_tokens=video_tokens) for _, question in batch],
                stacked([show.window(window) for window, _ in batch]),
                end_id=artefact.tokenizer.end_id,
                max_new_tokens=artefact.profile.max_new_tokens,
            )
            said += [self._read(answer, window) for answer, (window, _) in zip(answers, batch, strict=True)]
        return said

    def _read(self, answer: Answer, window: Window) -> _Said:
        tokenizer = self._artefact.tokenizer
        text = " ".join(tokenizer.decode(answer.ids).split())
        fault = fault_of_sentence(text, has_ended=answer.has_ended, known_words=self._artefact.known_words)
        yes_or_no_2 = answer.first_logits_W[[tokenizer.yes_id, tokenizer.no_id]]
        return _Said(times_as_seconds(text, window), fault, float(yes_or_no_2.softmax(dim=0)[0]))

    def _judgement(self, said: _Said, cut: CutSegment | None, window: Window) -> Judgement:
        parsed = parse_answer(said.text)
        if said.fault or parsed.is_abnormal is None:
            is_abnormal = said.yes_share >= 0.5
            start_ms, end_ms = (cut.start_ms, cut.end_ms) if cut else (window.start_ms, window.end_ms)
            text = self._template.render_answer(
                "judgement",
                0,
                label=(cut.label if cut else "Abnormal") if is_abnormal else None,
                start=seconds_text(start_ms),
                end=seconds_text(end_ms),
            )
            return Judgement(is_abnormal, text)
        start, end = parsed.intervals[0] if parsed.is_abnormal and parsed.intervals else (None, None)
        confidence = said.yes_share if parsed.is_abnormal else 1 - said.yes_share
        return Judgement(parsed.is_abnormal, said.text, start, end, confidence)

    def _segment(self, cut: CutSegment, judgement: Judgement, sentence: _Said) -> PredictedSegment:
        explanation = sentence.text
        if sentence.fault:
            explanation = self._template.render_answer("explanation", 0, label=cut.label)
            judgement = Judgement(judgement.is_abnormal, judgement.text, judgement.start_ms, judgement.end_ms)
        return PredictedSegment(cut.start_ms, cut.end_ms, cut.label, cut.confidence, explanation, judgement)

    def _explanation_question(self, cut: CutSegment) -> str:
        return question_about(self._template.label(cut.label).title(), self._template.question("explanation"))


def _certainty_of_yes(judgement: Judgement) -> float:
    """Orders the judgements of a video's windows: the surest yes first, the least sure no before surer ones."""
    confidence = 0.5 if judgement.confidence is None else judgement.confidence
    return confidence if judgement.is_abnormal else 1 - confidence - 1
