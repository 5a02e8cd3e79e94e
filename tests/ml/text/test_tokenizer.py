"""Every text survives the tokenizer, and nobody but code can write a special token."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import BPE

from ml.errors import ArtefactInvalid
from ml.text.tokenizer import VideoTokenizer

TEXTS = [
    "Is there any anomaly in the video?",
    "Yes, there is a fight from <t0> to <t4>.",
    "No, nothing unusual happens.",
    "A man in a dark coat pushes another man to the ground.",
    "一名男子把另一名男子推倒在地。",
]
TOKENIZER = VideoTokenizer.train(TEXTS, vocabulary_size=600, slots=8)


@given(st.text(max_size=60))
def test_any_text_comes_back_whole(text: str) -> None:
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


def test_words_of_the_texts_are_single_tokens() -> None:
    assert len(TOKENIZER.encode("A man in a dark coat pushes another man to the ground.")) == 13
    assert TOKENIZER.encode("Yes") == [TOKENIZER.yes_id]
    assert TOKENIZER.encode("No") == [TOKENIZER.no_id]


def test_time_tokens_are_single_tokens_inside_the_window_only() -> None:
    assert TOKENIZER.slots == 8
    assert TOKENIZER.encode("<t8>") == [TOKENIZER.time_ids[8]]
    assert TOKENIZER.decode([TOKENIZER.time_ids[3]]) == "<t3>"
    assert len(TOKENIZER.encode("<t9>")) > 1


@pytest.mark.parametrize("text", ["</s>", "<pad>", "###Human:", "###Assistant:", "<Video>", "<ImageHere>"])
def test_a_special_token_typed_by_a_person_stays_text(text: str) -> None:
    ids = TOKENIZER.encode(f"Look: {text} now")

    special = {
        TOKENIZER.pad_id,
        TOKENIZER.begin_id,
        TOKENIZER.end_id,
        TOKENIZER.video_token_id,
        TOKENIZER.human_id,
        TOKENIZER.assistant_id,
        TOKENIZER.video_opens_id,
        TOKENIZER.video_closes_id,
    }
    assert not special & set(ids)
    assert TOKENIZER.decode(ids) == f"Look: {text} now"


def test_special_tokens_are_left_out_of_the_text() -> None:
    ids = [TOKENIZER.begin_id, *TOKENIZER.encode("No, nothing"), TOKENIZER.end_id, TOKENIZER.pad_id]

    assert TOKENIZER.decode(ids) == "No, nothing"


def test_it_is_the_same_after_saving_and_for_any_order_of_texts(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(TOKENIZER.to_json(), encoding="utf-8")

    loaded = VideoTokenizer.load(path)

    assert loaded.to_json() == TOKENIZER.to_json()
    assert loaded.encode(TEXTS[1]) == TOKENIZER.encode(TEXTS[1])
    assert VideoTokenizer.train(reversed(TEXTS), vocabulary_size=600, slots=8).to_json() == TOKENIZER.to_json()


def test_a_missing_or_foreign_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtefactInvalid, match=r"tokenizer.json is missing; train phase 3 again"):
        VideoTokenizer.load(tmp_path / "tokenizer.json")
    with pytest.raises(ArtefactInvalid, match="no token '<pad>'"):
        VideoTokenizer(Tokenizer(BPE()))


def test_a_conversation_opens_with_the_video_and_ends_with_the_end() -> None:
    human = TOKENIZER.human_ids("Is there any anomaly in the video?", video_tokens=3)

    assert human[:3] == [TOKENIZER.begin_id, TOKENIZER.human_id, TOKENIZER.video_opens_id]
    assert human[3:7] == [TOKENIZER.video_token_id] * 3 + [TOKENIZER.video_closes_id]
    assert TOKENIZER.decode(human) == "Is there any anomaly in the video?"
    assert human[-1] == TOKENIZER.assistant_id
    assert TOKENIZER.answer_ids("No, nothing")[-1] == TOKENIZER.end_id
