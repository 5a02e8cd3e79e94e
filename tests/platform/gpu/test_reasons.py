"""Errors in words."""

import errno

import pytest

from ml.errors import VideoUnreadable
from vigil.gpu.reasons import in_words
from vigil.projects.errors import Invalid


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (VideoUnreadable("a.mp4 cannot be decoded"), "a.mp4 cannot be decoded"),
        (Invalid("give some videos a label"), "give some videos a label"),
        (MemoryError(), "out of memory"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), "out of memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/media/a.mp4"), "the file /media/a.mp4 is gone"),
        (ZeroDivisionError("division\nby zero"), "unexpected ZeroDivisionError: division by zero"),
        (KeyError(), "unexpected KeyError: no message"),
    ],
)
def test_the_words_name_what_went_wrong_in_one_line(error, words):
    told = in_words(error)
    assert told.startswith(words)
    assert "\n" not in told


def test_long_messages_are_cut():
    assert len(in_words(ValueError("x" * 10_000))) < 700
