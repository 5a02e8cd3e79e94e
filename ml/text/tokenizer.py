"""A small BPE tokenizer, trained on the texts of one run, with words for video tokens and for times.

Byte level, so that any text of any language survives the round trip. `<ImageHere>` marks the places that the adaptor's
tokens take; `<t0>` to `<tS>` are times (see `ml.text.times`). Only code writes special tokens: encoding a person's
text never gives one, but for times, which `without_time_tokens` takes out of people's texts first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import AddedToken, Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer

from ml.errors import ArtefactInvalid
from ml.text.languages import ENGLISH
from ml.text.times import time_token

PAD, BEGIN, END = "<pad>", "<s>", "</s>"
VIDEO_OPENS, VIDEO_CLOSES, VIDEO_TOKEN = "<Video>", "</Video>", "<ImageHere>"
HUMAN, ASSISTANT = "###Human:", "###Assistant:"
_SPECIAL = (PAD, BEGIN, END, VIDEO_OPENS, VIDEO_CLOSES, VIDEO_TOKEN, HUMAN, ASSISTANT)
_LONGEST_TOKEN = 18
_TIME_TOKEN = re.compile(r"(<t\d+>)")


class VideoTokenizer:
    """Text to token ids and back."""

    def __init__(self, tokenizer: Tokenizer, verdicts: tuple[str, str] = ENGLISH.verdicts) -> None:
        self._tokenizer = tokenizer
        # Text that looks like a special token stays text.
        self._tokenizer.encode_special_tokens = True
        vocabulary = tokenizer.get_vocab()
        missing = [name for name in (*_SPECIAL, time_token(0), time_token(1)) if name not in vocabulary]
        if missing:
            raise ArtefactInvalid(f"the tokenizer has no token {missing[0]!r}; train phase 3 again")
        self.pad_id, self.begin_id, self.end_id = (vocabulary[name] for name in (PAD, BEGIN, END))
        self.video_token_id = vocabulary[VIDEO_TOKEN]
        self.video_opens_id, self.video_closes_id = vocabulary[VIDEO_OPENS], vocabulary[VIDEO_CLOSES]
        self.human_id, self.assistant_id = vocabulary[HUMAN], vocabulary[ASSISTANT]
        self.time_ids = tuple(vocabulary[time_token(i)] for i in range(len(vocabulary)) if time_token(i) in vocabulary)
        self.yes_id, self.no_id = (self.encode(word)[0] for word in verdicts)
        self.stops = ((self.end_id,),)
        self._spoken = {*self.time_ids}
        self._specials = {vocabulary[name] for name in _SPECIAL}

    @classmethod
    def train(
        cls, texts: Iterable[str], *, vocabulary_size: int, slots: int, verdicts: tuple[str, str] = ENGLISH.verdicts
    ) -> VideoTokenizer:
        """A tokenizer for `texts` that can tell the edges of `slots` slots, and says yes and no in one token each."""
        tokenizer = Tokenizer(BPE())
        tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
        tokenizer.decoder = ByteLevelDecoder()
        specials = [AddedToken(name, special=True) for name in _SPECIAL]
        specials += [AddedToken(time_token(i), special=True) for i in range(slots + 1)]
        trainer = BpeTrainer(
            vocab_size=max(vocabulary_size, 256 + len(specials)),
            min_frequency=1,
            show_progress=False,
            special_tokens=specials,
            initial_alphabet=ByteLevel.alphabet(),
            # Without it a Chinese sentence, which has no blanks, would become one token.
            max_token_length=_LONGEST_TOKEN,
        )
        # Sorted, so that equal sets of texts give equal vocabularies.
        spoken = [part for text in sorted(texts) for part in _TIME_TOKEN.split(text)[::2]]
        tokenizer.train_from_iterator([*verdicts] * 1000 + spoken, trainer)
        return cls(tokenizer, verdicts)

    @classmethod
    def load(cls, path: Path, verdicts: tuple[str, str] = ENGLISH.verdicts) -> VideoTokenizer:
        """The tokenizer in a `tokenizer.json`.

        Raises:
            ArtefactInvalid: the file is absent or is not one of ours.
        """
        if not path.is_file():
            raise ArtefactInvalid(f"{path} is missing; train phase 3 again")
        return cls(Tokenizer.from_str(path.read_text(encoding="utf-8")), verdicts)

    def to_json(self) -> str:
        """The content of `tokenizer.json`."""
        return str(self._tokenizer.to_str(pretty=False))

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return int(self._tokenizer.get_vocab_size())

    @property
    def slots(self) -> int:
        """Slots of a window whose edges it can tell."""
        return len(self.time_ids) - 1

    @property
    def identity(self) -> str:
        """Its whole content."""
        return self.to_json()

    def human_ids(self, question: str, *, video_tokens: int, message: str = "") -> list[int]:
        """The published layout (reference section 1.4): `<Video>`, the video's tokens, `</Video>`, the question.

        The message is left out: the tokens of a slot carry its time (see `ml.text.times`).
        """
        del message
        return [
            self.begin_id,
            self.human_id,
            self.video_opens_id,
            *[self.video_token_id] * video_tokens,
            self.video_closes_id,
            *self.encode(question),
            self.assistant_id,
        ]

    def answer_ids(self, answer: str) -> list[int]:
        """The assistant's words and its end token."""
        return [*self.encode(answer), self.end_id]

    def encode(self, text: str) -> list[int]:
        """Ids of `text`; time tokens in it become their ids, any other special token stays plain text."""
        ids: list[int] = []
        for part in _TIME_TOKEN.split(text):
            time_id = self._time_id(part)
            if time_id is not None:
                ids.append(time_id)
            elif part:
                ids.extend(self._tokenizer.encode(part, add_special_tokens=False).ids)
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """Text of `ids`, time tokens kept as words and all other special tokens left out."""
        pieces: list[str] = []
        run: list[int] = []
        for token_id in [*ids, self.end_id]:
            if token_id not in self._specials and token_id not in self._spoken:
                run.append(token_id)
                continue
            pieces.append(self._tokenizer.decode(run, skip_special_tokens=False) if run else "")
            run = []
            if token_id in self._spoken:
                pieces.append(time_token(self.time_ids.index(token_id)))
        return "".join(pieces)

    def _time_id(self, part: str) -> int | None:
        found = _TIME_TOKEN.fullmatch(part)
        index = int(part[2:-1]) if found else -1
        return self.time_ids[index] if 0 <= index < len(self.time_ids) else None
