"""The frame-time table: presentation time of every frame in milliseconds, packed small."""

import sys
import zlib
from array import array
from collections.abc import Sequence


def pack(times_ms: Sequence[int]) -> bytes:
    """zlib of little-endian int32 milliseconds."""
    table = array("i", times_ms)
    if sys.byteorder == "big":
        table.byteswap()
    return zlib.compress(table.tobytes(), 6)


def unpack(packed: bytes) -> list[int]:
    """The milliseconds that `pack` packed."""
    table = array("i")
    table.frombytes(zlib.decompress(packed))
    if sys.byteorder == "big":
        table.byteswap()
    return table.tolist()
