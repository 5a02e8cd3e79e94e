"""The turn-taking of a conversation, as ids: the same code in training and in serving.

Layout of the published code (`ltc_vllm` section 1.4): a human turn that opens with the video's tokens, consecutive
between `<Video>` and `</Video>`, then the question; the assistant's turn; an end token. A conversation has one round.
"""

from __future__ import annotations

from ml.text.tokenizer import VideoTokenizer


def human_ids(tokenizer: VideoTokenizer, question: str, *, video_tokens: int) -> list[int]:
    """The human's turn and the assistant's opening; the answer follows it."""
    return [
        tokenizer.begin_id,
        tokenizer.human_id,
        tokenizer.video_opens_id,
        *[tokenizer.video_token_id] * video_tokens,
        tokenizer.video_closes_id,
        *tokenizer.encode(question),
        tokenizer.assistant_id,
    ]


def answer_ids(tokenizer: VideoTokenizer, answer: str) -> list[int]:
    """The assistant's words and its end token: what the loss is taken on."""
    return [*tokenizer.encode(answer), tokenizer.end_id]
