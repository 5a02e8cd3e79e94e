"""How a language model is spoken to: the turn-taking of a conversation as ids, the same code in training and serving.

Each model has its own tokenizer and its own turns; `Speech` is what the rest needs of them. The small model trained
here speaks `ml.text.tokenizer.VideoTokenizer`, a pretrained one `ml.text.pretrained_tokenizer.PretrainedTokenizer`.
A conversation has one round: the video's tokens and a question, then the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ml.text.languages import ENGLISH, Language


class Speech(Protocol):
    """A tokenizer that knows how its model takes turns."""

    @property
    def pad_id(self) -> int:
        """Pads a batch; may lie outside the vocabulary."""

    @property
    def video_token_id(self) -> int:
        """The place of a video token; may lie outside the vocabulary, since its embedding is always replaced."""

    @property
    def time_ids(self) -> tuple[int, ...]:
        """Tokens for the edges of a window's slots, in order; empty where times are told in plain seconds."""

    @property
    def yes_id(self) -> int:
        """First token of an answer that says yes."""

    @property
    def no_id(self) -> int:
        """First token of an answer that says no."""

    @property
    def stops(self) -> tuple[tuple[int, ...], ...]:
        """Runs of tokens that end an answer; the first is the one that training teaches."""

    @property
    def identity(self) -> str:
        """Names vocabulary and layout: equal identities give equal ids for equal texts."""

    def human_ids(self, question: str, *, video_tokens: int, message: str = "") -> list[int]:
        """The human's turn and the assistant's opening; the answer follows it.

        Args:
            question: a question, taken as plain text whatever it holds.
            video_tokens: how many placeholders stand in it, consecutive.
            message: what is said of the video before the question (`frames_message`).
        """

    def answer_ids(self, answer: str) -> list[int]:
        """The assistant's words and their end: what the loss is taken on."""

    def decode(self, ids: Sequence[int]) -> str:
        """The text of an answer, without what ends it."""


def frames_message(times_ms: Sequence[int], language: Language = ENGLISH) -> str:
    """ "The video contains 8 frames sampled at 1.5, ..., 3.3 seconds." (reference section 1.4), with measured times."""
    times = language.between.join(f"{at_ms / 1000:.1f}" for at_ms in times_ms)
    return language.frames.format(count=len(times_ms), times=times)
