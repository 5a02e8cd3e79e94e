"""Every kind of file is described truly or refused with the reason that a person needs."""

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image

from tests.browser.numbered import cut_at_keyframe
from tests.platform.videos.clips import browser_ready_clip, write_audio_only, write_clip
from vigil.videos.frame_times import unpack
from vigil.videos.probing import Probe, probe_file
from vigil.videos.sandbox import Refused

UNEVEN_MS = [0, 40, 80, 120, 500, 540, 1000, 1033, 1066, 1100]


def refusal(path: Path) -> str:
    with pytest.raises(Refused) as caught:
        probe_file(path)
    return str(caught.value)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.avi", "mpeg4"),
        ("a.mp4", "libx265"),
        ("a.mkv", "libx264"),
        ("a.ts", "libx264"),
        ("a.webm", "libvpx"),
        ("a.flv", "flv"),
        ("a.wmv", "wmv2"),
        ("a.avi", "libx264"),
    ],
)
def test_size_rate_and_frames_are_found_in_every_container(tmp_path: Path, name: str, codec: str) -> None:
    probe = probe_file(write_clip(tmp_path / name, codec=codec))

    assert (probe.width, probe.height, probe.frame_count) == (64, 48, 30)
    assert probe.fps == pytest.approx(15, abs=0.02)
    assert abs(probe.duration_ms - 2000) <= 2
    assert not probe.is_variable_rate
    assert unpack(probe.packed_times)[:4] == pytest.approx([0, 67, 133, 200], abs=1)


def test_variable_rate_keeps_the_time_of_each_frame(tmp_path: Path) -> None:
    probe = probe_file(write_clip(tmp_path / "a.mkv", frames=10, times_ms=UNEVEN_MS))

    assert probe.is_variable_rate
    assert unpack(probe.packed_times) == UNEVEN_MS


def test_times_count_from_the_first_frame_whatever_the_start(tmp_path: Path) -> None:
    probe = probe_file(write_clip(tmp_path / "a.mkv", frames=10, times_ms=[5000 + ms for ms in UNEVEN_MS]))

    assert probe.start_ms == 5000
    assert unpack(probe.packed_times) == UNEVEN_MS


def test_a_dropped_frame_leaves_its_gap(tmp_path: Path) -> None:
    times_ms = [0, 40, 80, 160, 200]
    probe = probe_file(write_clip(tmp_path / "a.mp4", frames=5, times_ms=times_ms, options={"bf": "0"}))

    assert unpack(probe.packed_times) == times_ms
    assert probe.is_variable_rate


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_ntsc_is_a_constant_rate_even_in_whole_milliseconds(tmp_path: Path, name: str) -> None:
    probe = probe_file(write_clip(tmp_path / name, fps=Fraction(30000, 1001), frames=90))

    assert not probe.is_variable_rate
    assert probe.fps == pytest.approx(29.97, abs=0.01)


def test_a_stream_without_any_times_is_timed_by_its_rate(tmp_path: Path) -> None:
    probe = probe_file(write_clip(tmp_path / "a.h264"))

    assert probe.frame_count == 30
    assert not probe.is_timed_by_packets
    assert unpack(probe.packed_times)[:3] == [0, 40, 80]


@pytest.mark.parametrize(
    ("turn", "clockwise", "shown"), [(90, 270, (48, 64)), (-90, 90, (48, 64)), (180, 180, (64, 48))]
)
def test_a_turned_picture_has_the_size_people_see(
    tmp_path: Path, turn: int, clockwise: int, shown: tuple[int, int]
) -> None:
    probe = probe_file(write_clip(tmp_path / "a.mp4", rotation=turn))

    assert (probe.rotation, (probe.width, probe.height)) == (clockwise, shown)


def test_metadata_that_is_no_utf8_does_no_harm(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", metadata={"title": "QQQQQQQQ"})
    content = path.read_bytes()
    assert b"QQQQQQQQ" in content
    path.write_bytes(content.replace(b"QQQQQQQQ", b"\xff\xfe\xe9\x80\xff\xc0\xc1\xf5"))

    assert probe_file(path).frame_count == 30


def test_one_frame_is_a_video(tmp_path: Path) -> None:
    probe = probe_file(write_clip(tmp_path / "a.mp4", frames=1))

    assert (probe.frame_count, probe.duration_ms, probe.fps) == (1, 67, pytest.approx(15))


def test_faststart_and_keyframes_are_found(tmp_path: Path) -> None:
    ready, plain = probe_file(browser_ready_clip(tmp_path / "a.mp4")), probe_file(write_clip(tmp_path / "b.mp4"))

    assert (ready.is_faststart, ready.keyframe_gap_ms) == (True, 533)
    assert (plain.is_faststart, plain.keyframe_gap_ms) == (False, 2000)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"camera offline\n" * 20, "text file"),
        ("摄像头离线".encode() * 20, "text file"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "text file"),
        (b"\0" * 5000, "nothing but zeros"),
        (b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", "text file"),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "text file"),
        (bytes(range(256)) * 20, "not a video file"),
    ],
)
def test_what_is_no_video_is_refused_by_what_it_is(tmp_path: Path, content: bytes, reason: str) -> None:
    assert reason in refusal(written(tmp_path / "a.mp4", content))


def test_a_picture_called_mp4_is_refused(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "a.png")

    assert "not a video file" in refusal((tmp_path / "a.png").rename(tmp_path / "a.mp4"))


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    assert "sound but no picture" in refusal(write_audio_only(tmp_path / "a.mp4"))


@pytest.mark.parametrize("name", ["a.mp4", "a.avi"])
def test_a_video_without_frames_is_refused(tmp_path: Path, name: str) -> None:
    assert "no frames" in refusal(write_clip(tmp_path / name, frames=0))


def test_a_truncated_file_says_how_much_is_left(tmp_path: Path) -> None:
    whole = browser_ready_clip(tmp_path / "whole.mp4").read_bytes()
    cut = written(tmp_path / "a.mp4", whole[:-500])

    reason = refusal(cut)
    assert "500 bytes are missing" in reason
    assert "s can be read" in reason


@pytest.mark.parametrize("make", [write_clip, browser_ready_clip])
@pytest.mark.parametrize("name", ["a.mp4", "a.avi", "a.mkv"])
def test_a_truncated_file_is_never_taken_for_a_whole_one(
    tmp_path: Path, name: str, make: Callable[[Path], Path]
) -> None:
    whole = make(tmp_path / f"whole{Path(name).suffix}").read_bytes()

    assert "cut off" in refusal(written(tmp_path / name, whole[: len(whole) * 4 // 5]))


def test_a_recording_that_was_never_closed_is_refused(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "whole.mp4").read_bytes()
    without_index = whole[: whole.index(b"moov") - 4]

    assert "moov" in refusal(written(tmp_path / "a.mp4", without_index))


def test_an_encrypted_file_is_refused(tmp_path: Path) -> None:
    content = write_clip(tmp_path / "a.mp4").read_bytes()
    locked = content.replace(b"avc1\0\0\0\0\0\0", b"encv\0\0\0\0\0\0")
    assert locked != content

    assert "encrypted" in refusal(written(tmp_path / "a.mp4", locked))


def test_frames_of_noise_are_refused(tmp_path: Path) -> None:
    content = bytearray(browser_ready_clip(tmp_path / "a.mp4").read_bytes())
    start = content.index(b"mdat") + 4
    content[start:] = os.urandom(len(content) - start)

    assert "decoded" in refusal(written(tmp_path / "a.mp4", bytes(content)))


def test_recordings_joined_end_to_end_are_refused_where_the_clock_jumps(tmp_path: Path) -> None:
    one = write_clip(tmp_path / "one.ts").read_bytes()

    assert "clock jumps back after 1.9 s" in refusal(written(tmp_path / "a.ts", one * 2))


def test_a_picture_too_large_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", codec="mjpeg", pix_fmt="yuvj420p", size=(8320, 32), frames=1)

    assert "too large" in refusal(path)


def test_a_probe_survives_the_way_through_json(tmp_path: Path) -> None:
    probe = probe_file(write_clip(tmp_path / "a.mp4"))
    fields = {name: value for name, value in vars(probe).items() if name != "packed_times"}

    assert Probe(**fields, packed_times=probe.packed_times) == probe


OPEN_GOP = {"x264-params": "open-gop=1:bframes=3:b-adapt=0:keyint=8:min-keyint=8:scenecut=0"}


def test_an_open_gop_cannot_be_shown_from_each_of_its_keyframes(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "a.mp4", frames=40, options=OPEN_GOP)

    assert not probe_file(whole).starts_anew
    assert probe_file(browser_ready_clip(tmp_path / "b.mp4")).starts_anew


def test_frames_whose_reference_was_cut_off_are_not_in_the_table(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "a.mp4", frames=40, fps=25, options=OPEN_GOP)
    probe = probe_file(cut_at_keyframe(whole, tmp_path / "b.mkv", 2))

    with av.open(str(tmp_path / "b.mkv")) as box:
        shown = [round(float(frame.time) * 1000) for frame in box.decode(video=0)]
    assert unpack(probe.packed_times) == [time_ms - shown[0] for time_ms in shown]
    assert (probe.start_ms, probe.frame_count) == (shown[0], len(shown))
