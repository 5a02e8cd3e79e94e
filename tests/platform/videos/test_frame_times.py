"""The frame-time table loses nothing."""

from hypothesis import given
from hypothesis import strategies as st

from vigil.videos.frame_times import pack, unpack


@given(st.lists(st.integers(0, 2**31 - 1)))
def test_what_is_packed_comes_back(times_ms: list[int]) -> None:
    assert unpack(pack(times_ms)) == times_ms


def test_the_bytes_are_little_endian_on_every_machine() -> None:
    import zlib

    assert zlib.decompress(pack([1, 258])) == b"\x01\0\0\0\x02\x01\0\0"


def test_a_day_at_thirty_frames_a_second_fits_in_a_row() -> None:
    day = [round(frame * 1000 / 30) for frame in range(24 * 3600 * 30)]

    assert len(pack(day)) < 4 * 1024**2
