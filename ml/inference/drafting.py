"""Words about one interval of a video, asked for by a person who looks at it."""

from __future__ import annotations

from ml.contracts import DraftedText, VideoRef
from ml.inference.prelabel import Prelabeller
from ml.model.scored_video import ScoredVideo


class Drafter:
    """Writes drafts with a loaded model version. The video that was asked about last stays scored: a person who works
    on a video asks about it again and again."""

    def __init__(self, prelabeller: Prelabeller) -> None:
        self._prelabeller = prelabeller
        self._scored: ScoredVideo | None = None

    def run(
        self, video: VideoRef, start_ms: int, end_ms: int, label: str, *, question: str = "", phrasing: int = 0
    ) -> DraftedText:
        """A sentence about an interval, or the answer to a question about it; see `Explainer.draft`.

        Raises:
            ArtefactInvalid: the model version has no language half.
            AnswerUnreadable: the answer is in no words that can be shown.
            VideoUnreadable: the file cannot be decoded.
        """
        explainer = self._prelabeller.explainer
        if self._scored is None or self._scored.video != video:
            self._scored = None  # One long video's tokens are enough.
            self._scored = self._prelabeller.scored(video)
        return explainer.draft(self._scored, start_ms, end_ms, label, question=question, phrasing=phrasing)
