"""What a file's outermost structure says before any decoder sees it: truncated, without index, encrypted, faststart.

FFmpeg reads a cut MP4 or AVI without a word up to where it ends; only the sizes written in the file tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MP4_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"styp", b"sidx", b"uuid", b"pnot", b"udta"}
MOOV_READ_MAX = 64 * 1024**2
EBML_MAGIC, SEGMENT_ID = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"


@dataclass(frozen=True)
class Structure:
    """What the outermost structure tells. A container that is none of MP4, AVI and Matroska tells nothing."""

    missing_bytes: int = 0
    """How much the file should be longer."""
    has_no_index: bool = False
    """An MP4 without `moov`: a recording that was never closed."""
    is_encrypted: bool = False
    is_faststart: bool = False
    """An MP4 whose index stands before its frames, so that a browser can start at once."""


def structure_of(path: Path) -> Structure:
    """The outermost structure of the file at `path`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[4:8] in MP4_BOXES:
            return _mp4(file, size)
        if head[:4] in {b"RIFF", b"RIFX"}:
            return _riff(head, size)
        if head[:4] == EBML_MAGIC:
            return _matroska(file, size)
    return Structure()


def _mp4(file: BinaryIO, size: int) -> Structure:
    kinds: list[bytes] = []
    is_encrypted = False
    end = 0
    for kind, start, end in _boxes(file, size):
        kinds.append(kind)
        if kind == b"moov":
            file.seek(start)
            # A sample entry `encv` is followed by six reserved zero bytes.
            is_encrypted = b"encv\0\0\0\0\0\0" in file.read(min(end - start, MOOV_READ_MAX))
    has_index = b"moov" in kinds
    return Structure(
        missing_bytes=max(0, end - size),
        has_no_index=not has_index,
        is_encrypted=is_encrypted,
        is_faststart=has_index and b"mdat" in kinds and kinds.index(b"moov") < kinds.index(b"mdat"),
    )


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of each top-level box; the last end may lie past the end of the file."""
    position = 0
    while position + 8 <= size:
        file.seek(position)
        header = file.read(16)
        length, kind = int.from_bytes(header[:4], "big"), header[4:8]
        if length == 1 and len(header) == 16:
            length = int.from_bytes(header[8:16], "big")
        elif length == 0:
            length = size - position
        if length < 8 or not all(32 <= letter < 127 or letter == 0xA9 for letter in kind):
            return  # rubbish after the last box: some cameras pad their files
        yield kind, position, position + length
        position += length


def _riff(head: bytes, size: int) -> Structure:
    length = int.from_bytes(head[4:8], "little" if head[:4] == b"RIFF" else "big")
    # A recorder that never closed its file leaves 0 or the largest number there.
    is_known = 0 < length < 0xFFFFFF00
    return Structure(missing_bytes=max(0, length + 8 - size) if is_known else 0)


def _matroska(file: BinaryIO, size: int) -> Structure:
    file.seek(4)
    header_length = _ebml_number(file)
    if header_length is None:
        return Structure()
    file.seek(header_length, 1)
    if file.read(4) != SEGMENT_ID:
        return Structure()
    length = _ebml_number(file)
    # A live recording leaves the length unknown.
    return Structure(missing_bytes=0 if length is None else max(0, file.tell() + length - size))


def _ebml_number(file: BinaryIO) -> int | None:
    """The variable-length number at the position; None where it is unknown or broken."""
    first = file.read(1)
    if not first or first[0] == 0:
        return None
    width = 9 - first[0].bit_length()
    value = int.from_bytes(bytes([first[0] & (0xFF >> width)]) + file.read(width - 1), "big")
    return None if value == (1 << (7 * width)) - 1 else value
