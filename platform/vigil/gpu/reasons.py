"""Puts an error into words for the row and its page; the traceback goes to the log only."""

import errno

from ml.errors import ModelError
from vigil.projects.errors import VigilError

ONE_LINE = 500
EXPECTED = (ModelError, VigilError)
"""Errors whose text says all there is to know; they need no traceback in the log."""


def in_words(error: BaseException) -> str:
    """One line that names what went wrong and, where we know it, the cure."""
    if isinstance(error, EXPECTED):
        return str(error)[:ONE_LINE]
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return "out of memory; close other programs or use a smaller profile, then retry"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "the disk is full; free some space, then retry"
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"the file {error.filename} is gone; put it back or import it again, then retry"
    text = " ".join(str(error).split())[:ONE_LINE]
    return f"unexpected {type(error).__name__}: {text or 'no message'}; the worker's log has the details"
