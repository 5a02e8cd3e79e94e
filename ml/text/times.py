"""Times in the small model's language: tokens for the edges of a shown window's slots, and back to milliseconds.

A model of a million weights that trains for seconds cannot copy digits. So a shown window `[start_ms, end_ms)` is cut
into S equal slots, and its language has S + 1 words for the slots' edges, `<t0>` to `<tS>`; the tokens of a slot carry
the embeddings of its two edges, so that telling a time is pointing at a slot. People only ever see seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from annotation_templates.conversations import seconds_text

_TIME_TOKEN = re.compile(r"<t(\d+)>")


@dataclass(frozen=True)
class Window:
    """A stretch of video as the language model is shown it."""

    start_ms: int
    end_ms: int
    slots: int

    def __post_init__(self) -> None:
        if self.end_ms <= self.start_ms:
            raise ValueError(f"a window must not be empty: [{self.start_ms}, {self.end_ms}) ms")
        if self.slots < 1:
            raise ValueError(f"a window needs at least one slot, not {self.slots}")

    def edge_ms(self, index: int) -> int:
        """The time of edge `index`; beyond the last edge it is the end of the window."""
        index = min(max(index, 0), self.slots)
        return self.start_ms + round((self.end_ms - self.start_ms) * index / self.slots)

    def nearest_edge(self, at_ms: int) -> int:
        """The edge next to a time, which may lie outside the window."""
        share = (at_ms - self.start_ms) / (self.end_ms - self.start_ms)
        return min(max(round(share * self.slots), 0), self.slots)

    def interval_tokens(self, start_ms: int, end_ms: int) -> tuple[str, str]:
        """The two words for an interval: never the same word, and inside the window."""
        first, last = self.nearest_edge(start_ms), self.nearest_edge(end_ms)
        if last <= first:
            first = min(first, self.slots - 1)
            last = first + 1
        return time_token(first), time_token(last)


def time_token(index: int) -> str:
    """The word for edge `index`."""
    return f"<t{index}>"


def times_as_seconds(text: str, window: Window) -> str:
    """`text` for people: each time token becomes seconds of the video, "12.5s"."""
    return _TIME_TOKEN.sub(lambda found: seconds_text(window.edge_ms(int(found[1]))), text)


def without_time_tokens(text: str) -> str:
    """A person's text in which nothing reads as a time token."""
    return _TIME_TOKEN.sub(r"t\1", text)
