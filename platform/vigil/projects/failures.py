"""Why work failed and files were refused, told in the reader's language.

Workers and the processes they start write their reasons as plain English text, which is what rows and logs keep. The
commonest of them are named here as catalogues write them, so that a page finds the sentence again and fills it anew.
"""

import re
from functools import lru_cache

from django.utils.translation import get_language, gettext, gettext_noop

CUT_OFF = gettext_noop("the file is cut off: %(bytes)s bytes are missing at its end and %(rest)s")
KNOWN = (
    gettext_noop("the file is empty (0 bytes); copy it again"),
    gettext_noop("the file holds nothing but zeros; copy it again"),
    gettext_noop("this is a text file, not a video; check what was exported under this name"),
    gettext_noop("this is not a video file that FFmpeg can read (%(fault)s); export it again as MP4"),
    gettext_noop(
        "its index (moov) is missing: the recording was cut off before it was closed; "
        "a repair tool such as untrunc may bring it back"
    ),
    gettext_noop("it is encrypted; export it without protection"),
    CUT_OFF,
    gettext_noop("nothing of it can be read; copy it again"),
    gettext_noop(
        "only the first %(seconds)s s can be read; copy it again, or save that part "
        "as a file of its own (ffmpeg -i FILE -c copy PART.mp4)"
    ),
    gettext_noop("it is longer than 24 days; split it"),
    gettext_noop("not one of its first frames can be decoded; the file is damaged or protected"),
    gettext_noop("not one of its frames can be decoded; the file is damaged"),
    gettext_noop("only %(decoded)s of its %(frames)s frames can be decoded; the file is damaged"),
    gettext_noop("its end cannot be decoded; the file is damaged there, cut the end off or copy it again"),
    gettext_noop("it holds sound but no picture; import the video itself"),
    gettext_noop("it holds no frames; the recording may have been stopped before it began"),
    gettext_noop("no decoder here can read its video codec; convert it to H.264 first"),
    gettext_noop("no picture size can be found in it; the file is damaged or has no frames"),
    gettext_noop("its picture of %(width)sx%(height)s is too large (at most %(most)s megapixels); scale it down"),
    gettext_noop(
        "its clock jumps back after %(seconds)s s, as in recordings joined end to end; "
        "split it there, or re-encode it as one MP4"
    ),
    gettext_noop("reading it took too long, as a damaged file does; re-encode it and try again"),
    gettext_noop("the decoder crashed on it (%(how)s); re-encode the file and try again"),
    gettext_noop("decoding it needs more memory than a video may take; re-encode it smaller"),
    gettext_noop("the worker was lost %(times)s times while it made this video ready; press Retry"),
    gettext_noop("its files could not be read or written (%(fault)s); then press Retry"),
    gettext_noop("it is in the project already"),
    gettext_noop("the same content is in the project as %(name)s"),
    gettext_noop("%(same)s; it had no label and now is %(label)s"),
    gettext_noop("%(same)s, labelled %(labels)s; that label was kept"),
    gettext_noop("listed in %(place)s, but no such file was given or found"),
    gettext_noop(
        "the project already has another video called %(name)s; rename the file, or import the folder above it "
        "so that the folder becomes part of the name"
    ),
    gettext_noop("the worker was lost %(times)s times in the middle; try again"),
    gettext_noop("the dataset could not be written: %(fault)s"),
    gettext_noop(
        "nothing to export: in project %(project)s no event has a sentence that a person wrote or accepted; "
        "open a video, accept or correct the explanations and submit, then export again"
    ),
    gettext_noop("nothing to export: project %(project)s has no ready video; bring some with import_videos"),
    gettext_noop("its worker died %(times)s times in the middle, most likely out of memory; free some, then retry"),
    gettext_noop("the files of model %(model)s are gone; promote another version, then retry"),
    gettext_noop("out of memory; close other programs or use a smaller profile, then retry"),
    gettext_noop("the disk is full; free some space, then retry"),
    gettext_noop("the file %(file)s is gone; put it back or import it again, then retry"),
    gettext_noop("unexpected %(kind)s: %(fault)s; the worker's log has the details"),
)
"""As the places that write them do, with a name for each blank."""
SENTENCES = {"rest", "same"}
"""Blanks that hold a reason themselves."""
BLANK = re.compile(r"%\((\w+)\)s")


def failure_told(reason: str) -> str:
    """The reason in the reader's language; as it is stored where nobody has translated it."""
    if not reason or get_language() in (None, "en"):
        return reason
    for text, pattern in _patterns():
        found = pattern.fullmatch(reason)
        if found:
            values: dict[str, str] = found.groupdict()
            told = {name: failure_told(value) for name, value in values.items() if name in SENTENCES}
            return gettext(text) % {**values, **told}
    return reason


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Each known text with what finds it and its values; those that say more come first."""
    ordered = sorted(KNOWN, key=lambda text: -len(BLANK.sub("", text)))
    return [(text, re.compile(_pattern(text), re.DOTALL)) for text in ordered]


def _pattern(text: str) -> str:
    # Split by the blanks, a text is words, name, words, name, ..., words.
    parts = BLANK.split(text)
    return "".join(f"(?P<{part}>.+?)" if number % 2 else re.escape(part) for number, part in enumerate(parts))
