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
from annotation_templates.loading import TemplateError, load_template
from ml.contracts import DraftedText, Judgement, PredictedSegment
from ml.errors import AnswerUnreadable, ArtefactInvalid
from ml.model.adaptor import VideoOnShow, stacked
from ml.model.language import Answer
from ml.model.language_artefact import LanguageArtefact, load_language
from ml.model.scored_video import CutSegment, ScoredVideo
from ml.text.instructions import question_about
from ml.text.parsing import parse_answer
from ml.text.sentences import fault_of_sentence
from ml.text.times import Window, times_as_seconds, without_time_tokens
from ml.text.windows import message_about, segment_window, suspicious_tiles

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
    certainty: float
    """Geometric mean of the probabilities of its tokens."""


class Explainer:
    """Answers about scored videos with one trained language half."""

    def __init__(self, artefact: LanguageArtefact) -> None:
        self._artefact = artefact
        self._template = load_template(artefact.template, artefact.profile.speaks)

    @classmethod
    def load(
        cls, artefact_dir: str | Path, device: str | torch.device | None = None, weights_dir: str | Path = ""
    ) -> Explainer:
        """The explainer of an artefact, on the GPU where there is one unless `device` says otherwise.

        Args:
            artefact_dir: the artefact.
            device: where it answers.
            weights_dir: root of the frozen weights' folders, for a pretrained language model.

        Raises:
            ArtefactInvalid: the artefact has no language model, a broken one, or one of other frozen weights; or its
                annotation template is not here.
            WeightsInvalid: the frozen weights are missing or broken.
        """
        chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
        artefact = load_language(Path(artefact_dir), torch.device(chosen), weights_dir)
        try:
            return cls(artefact)
        except TemplateError as error:
            raise ArtefactInvalid(f"{artefact_dir} cannot speak: {error}") from None

    def explain(self, scored: ScoredVideo) -> tuple[Judgement, tuple[PredictedSegment, ...]]:
        """The judgement of the whole video, and each cut segment with a sentence and a judgement of its own.

        The edges, label and confidence of a segment stay the detector's. A judgement's confidence is the probability
        of its verdict, or None where the template had to speak for the model.
        """
        profile = self._artefact.profile
        duration_ms = max(scored.video.duration_ms, scored.scores.clip_end_ms[-1])
        views = [
            segment_window(cut.start_ms, cut.end_ms, scores=scored.scores, duration_ms=duration_ms, profile=profile)
            for cut in scored.segments
        ]
        tiles = suspicious_tiles(duration_ms, scored.scores, profile)
        judged = self._template.question("judgement")
        asked = [(window, judged) for window in (*tiles, *views)]
        asked += [(view, self._explanation_question(cut)) for view, cut in zip(views, scored.segments, strict=True)]
        said = iter(self._answers(scored, asked))
        # Answers come in the order of `asked`: tiles, then views, then sentences.
        of_tiles = [self._judgement(next(said), None, window) for window in tiles]
        of_views = [self._judgement(next(said), cut, view) for cut, view in zip(scored.segments, views, strict=True)]
        segments = tuple(
            self._segment(cut, judgement, next(said)) for cut, judgement in zip(scored.segments, of_views, strict=True)
        )
        return _whole(of_tiles, of_views), segments

    def draft(
        self, scored: ScoredVideo, start_ms: int, end_ms: int, label: str, *, question: str = "", phrasing: int = 0
    ) -> DraftedText:
        """A sentence about an interval, wherever a person put its edges, or the answer to a question about it.

        Args:
            scored: the video.
            start_ms: where the interval begins.
            end_ms: where it ends.
            label: the class that the person sees in it.
            question: what is asked; empty for a sentence.
            phrasing: which of the template's questions asks for the sentence; another one may be told another way.

        Raises:
            AnswerUnreadable: the answer to a question is cut off, or holds broken or repeated words.
        """
        profile = self._artefact.profile
        duration_ms = max(scored.video.duration_ms, scored.scores.clip_end_ms[-1])
        window = segment_window(start_ms, end_ms, scores=scored.scores, duration_ms=duration_ms, profile=profile)
        asked = question or question_about(
            self._template.title(label), self._template.question("explanation", phrasing)
        )
        (said,) = self._answers(scored, [(window, without_time_tokens(asked) if profile.tells_slots else asked)])
        if not said.fault:
            return DraftedText(said.text, said.certainty)
        if question:
            raise AnswerUnreadable(
                f"the model found no readable answer ({said.fault}); ask in other words, or write it"
            )
        return DraftedText(self._template.render_answer("explanation", phrasing, label=label), None)

    def _answers(self, scored: ScoredVideo, asked: Sequence[tuple[Window, str]]) -> list[_Said]:
        """Greedy answers, a batch at a time."""
        artefact, profile = self._artefact, self._artefact.profile
        show = VideoOnShow(scored, profile.token_groups)
        said: list[_Said] = []
        for first in range(0, len(asked), _BATCH):
            batch = asked[first : first + _BATCH]
            prompts = [
                artefact.tokenizer.human_ids(
                    question,
                    video_tokens=profile.video_tokens,
                    message=message_about(scored.scores, window, profile),
                )
                for window, question in batch
            ]
            shown = stacked([show.window(window) for window, _ in batch])
            answers = artefact.model.answers(prompts, shown, max_new_tokens=profile.max_new_tokens)
            said += [self._read(answer, window) for answer, (window, _) in zip(answers, batch, strict=True)]
        return said

    def _read(self, answer: Answer, window: Window) -> _Said:
        tokenizer = self._artefact.tokenizer
        text = " ".join(tokenizer.decode(answer.ids).split())
        fault = fault_of_sentence(text, has_ended=answer.has_ended, known_words=self._artefact.known_words)
        yes_or_no_2 = answer.first_logits_W[[tokenizer.yes_id, tokenizer.no_id]]
        told = times_as_seconds(text, window) if self._artefact.profile.tells_slots else text
        return _Said(told, fault, float(yes_or_no_2.softmax(dim=0)[0]), answer.certainty)

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
        start, end = first_inside(parsed.intervals, window) if parsed.is_abnormal else (None, None)
        confidence = said.yes_share if parsed.is_abnormal else 1 - said.yes_share
        return Judgement(parsed.is_abnormal, said.text, start, end, confidence)

    def _segment(self, cut: CutSegment, judgement: Judgement, sentence: _Said) -> PredictedSegment:
        explanation = sentence.text
        if sentence.fault:
            explanation = self._template.render_answer("explanation", 0, label=cut.label)
            judgement = Judgement(judgement.is_abnormal, judgement.text, judgement.start_ms, judgement.end_ms)
        return PredictedSegment(cut.start_ms, cut.end_ms, cut.label, cut.confidence, explanation, judgement)

    def _explanation_question(self, cut: CutSegment) -> str:
        return question_about(self._template.title(cut.label), self._template.question("explanation"))


def first_inside(intervals: Sequence[tuple[int, int]], window: Window) -> tuple[int, int] | tuple[None, None]:
    """The first told interval of what was shown; a model that tells seconds can name times it has never seen."""
    for start_ms, end_ms in intervals:
        start_ms, end_ms = max(start_ms, window.start_ms), min(end_ms, window.end_ms)
        if start_ms < end_ms:
            return start_ms, end_ms
    return None, None


def _whole(of_tiles: Sequence[Judgement], of_views: Sequence[Judgement]) -> Judgement:
    """The judgement of the whole video: the tiles decide, and a closer look at a segment tells the time better."""
    surest = max(of_tiles, key=_certainty_of_yes)
    closer = [judgement for judgement in of_views if judgement.is_abnormal and judgement.start_ms is not None]
    return max(closer, key=_certainty_of_yes) if surest.is_abnormal and closer else surest


def _certainty_of_yes(judgement: Judgement) -> float:
    """Orders the judgements of a video's windows: the surest yes first, the least sure no before surer ones."""
    confidence = 0.5 if judgement.confidence is None else judgement.confidence
    return confidence if judgement.is_abnormal else 1 - confidence - 1
