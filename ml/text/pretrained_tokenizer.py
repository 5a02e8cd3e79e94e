"""A pretrained model's own tokenizer, with a place for video tokens and with its own way of taking turns.

Times are plain seconds of the video, "from 1.5s to 2.0s", as in the paper. Placeholders and padding have ids outside
the vocabulary: no text can collide with them, and no row is added to the model's embeddings.

Layouts. Where the tokenizer brings a chat template, its turns are used (Qwen, SmolVLM2, ...); where it brings none,
those of the published code (reference section 1.4, Vicuna), after two empty lines:

    ###Human: <Video>[video tokens]</Video> The video contains 8 frames sampled at 1.5, ..., 3.3 seconds. [question]
    ###Assistant: [answer]
    ###

The loss is taken on the answer and what ends it alone; the published code labels the first two tokens of the human's
turn as well, which are the `###` that ends the answer here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError

from ml.errors import WeightsInvalid
from ml.text.languages import ENGLISH

PLACEHOLDER_ID, PADDING_ID = -1, -2
_QUESTION, _ANSWER = "QUESTION-GOES-HERE", "ANSWER-GOES-HERE"
_HUMAN, _ASSISTANT, _END = "\n\n###Human: ", "\n###Assistant:", "\n###"
_VISION_MARKS = (("<|vision_start|>", "<|vision_end|>"), ("<|vision_bos|>", "<|vision_eos|>"))
_VIDEO_MARKS = ("<Video>", "</Video> ")
_BEFORE = ":"
_TURN_MARK = re.compile(r"#{3,}")


@dataclass(frozen=True)
class Layout:
    """What stands around question and answer; special tokens are written out."""

    name: str
    """chat | published"""
    before: str
    after: str
    end: str


class PretrainedTokenizer:
    """Conversations in the words of a pretrained model.

    Args:
        tokenizer: a tokenizer of transformers.
        verdicts: yes and no in the language of the answers.

    Raises:
        WeightsInvalid: its chat template cannot hold a question and an answer, or nothing ends an answer.
    """

    pad_id = PADDING_ID
    video_token_id = PLACEHOLDER_ID
    time_ids: tuple[int, ...] = ()

    def __init__(self, tokenizer: Any, verdicts: tuple[str, str] = ENGLISH.verdicts) -> None:
        self._tokenizer = tokenizer
        self.layout = _chat_layout(tokenizer) if tokenizer.chat_template else _published_layout()
        vocabulary = tokenizer.get_vocab()
        self._opens, self._closes = next((m for m in _VISION_MARKS if set(m) <= set(vocabulary)), _VIDEO_MARKS)
        # A chat template writes the beginning itself.
        has_begin = self.layout.name == "published" and tokenizer.bos_token_id is not None
        self._begin_ids = [tokenizer.bos_token_id] if has_begin else []
        # Some vocabularies write a blank as a token of its own: then it belongs to the opening, not to the answer.
        self._answer_gap = " " if self.layout.name == "published" else ""
        yes, no = verdicts
        if self._first(yes) == self._first(no) and self._answer_gap:
            self._answer_gap = ""
            self.layout = Layout("published", self.layout.before, self.layout.after + " ", self.layout.end)
        self.yes_id, self.no_id = self._first(yes), self._first(no)
        if self.yes_id == self.no_id:
            raise WeightsInvalid(f"the tokenizer starts {yes} and {no} with the same token; use another language model")
        self.stops = self._found_stops()

    @property
    def identity(self) -> str:
        """Layout and vocabulary, hashed."""
        told = [self.layout, self._opens, sorted(self._tokenizer.get_vocab().items())]
        return hashlib.sha256(repr(told).encode()).hexdigest()

    def human_ids(self, question: str, *, video_tokens: int, message: str = "") -> list[int]:
        """Everything up to the answer; see the layouts above. Raises nothing: any text is taken as plain text."""
        asked = f"{message} {question}" if message else question
        return [
            *self._begin_ids,
            *self._marked(self.layout.before + self._opens),
            *[PLACEHOLDER_ID] * video_tokens,
            *self._marked(self._closes),
            *self._plain(asked),
            *self._marked(self.layout.after),
        ]

    def answer_ids(self, answer: str) -> list[int]:
        """The answer as it goes on from the assistant's opening, and the end."""
        return [*self._continued(answer), *self.stops[0]]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of an answer."""
        text: str = self._tokenizer.decode(list(ids), skip_special_tokens=True)
        return text.strip()

    def _first(self, word: str) -> int:
        return self._continued(word)[0]

    def _found_stops(self) -> tuple[tuple[int, ...], ...]:
        eos: int | None = self._tokenizer.eos_token_id
        end = self.layout.end.rstrip()
        stops = [self._after_words(end), self._after_words(end.lstrip()), tuple(self._marked(end.lstrip()))]
        stops.append(() if eos is None else (eos,))
        found = tuple(dict.fromkeys(stop for stop in stops if stop))
        if not found:
            raise WeightsInvalid("neither chat template nor tokenizer say what ends an answer; set its eos_token")
        return found

    def _after_words(self, end: str) -> tuple[int, ...]:
        """What ends an answer, as it is tokenized right after one."""
        alone, ended = self._marked("answer"), self._marked("answer" + end)
        return tuple(ended[len(alone) :]) if ended[: len(alone)] == alone else ()

    def _continued(self, answer: str) -> list[int]:
        """Ids of an answer in the middle of a text: some vocabularies write the beginning of a text in another way."""
        alone, together = self._plain(_BEFORE), self._plain(_BEFORE + self._answer_gap + answer)
        return together[len(alone) :] if together[: len(alone)] == alone else self._plain(self._answer_gap + answer)

    def _plain(self, text: str) -> list[int]:
        """A text by anybody: nothing in it becomes a special token or a turn."""
        text = _TURN_MARK.sub("##", text)
        ids: list[int] = self._tokenizer(text, add_special_tokens=False, split_special_tokens=True).input_ids
        return ids

    def _marked(self, text: str) -> list[int]:
        """A text by the layout: special tokens are meant."""
        ids: list[int] = self._tokenizer(text, add_special_tokens=False).input_ids
        return ids


def _published_layout() -> Layout:
    return Layout("published", _HUMAN, _ASSISTANT, _END)


def _chat_layout(tokenizer: Any) -> Layout:
    """The turns of the tokenizer's own chat template, which takes a content as text or as a list of parts."""
    for is_listed in (False, True):

        def turn(role: str, text: str, is_listed: bool = is_listed) -> dict[str, Any]:
            return {"role": role, "content": [{"type": "text", "text": text}] if is_listed else text}

        turns = [turn("user", _QUESTION), turn("assistant", _ANSWER)]
        try:
            # Models that think aloud are asked not to: the answer's first word is the verdict.
            opened = tokenizer.apply_chat_template(
                turns[:1], tokenize=False, add_generation_prompt=True, enable_thinking=False
            )
            closed = tokenizer.apply_chat_template(turns, tokenize=False, enable_thinking=False)
        except (TemplateError, TypeError, ValueError, KeyError):
            continue
        if opened.count(_QUESTION) == 1 and closed.count(_ANSWER) == 1:
            before, after = opened.split(_QUESTION)
            return Layout("chat", before, after, closed.split(_ANSWER)[1])
    raise WeightsInvalid("the tokenizer's chat template cannot hold a question and an answer; fix it, or take it out")
