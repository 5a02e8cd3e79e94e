"""The proxy shows at each moment what the source shows, and a browser can play and seek it."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.platform.videos.clips import browser_ready_clip, grey_of, greys_of, write_clip
from vigil.videos.frame_times import unpack
from vigil.videos.probing import Probe, probe_file
from vigil.videos.proxy_plan import Filmstrip
from vigil.videos.rendering import FILMSTRIP_FILE, POSTER_FILE, PROXY_FILE, render_file
from vigil.videos.sandbox import Abandoned, Refused


def rendered(source: Path, out_dir: Path) -> tuple[Probe, Filmstrip, bool]:
    out_dir.mkdir()
    probe = probe_file(source)
    return probe, *render_file(source, probe, out_dir)


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.avi", "mpeg4", {"bf": "2", "qmin": "1", "qmax": "1"}),
        ("a.avi", "libx264", {}),
        ("a.mp4", "libx265", {}),
        ("a.ts", "libx264", {}),
        ("a.mkv", "libx264", {"bf": "3"}),
        ("a.h264", "libx264", {}),
    ],
)
def test_frame_for_frame_the_proxy_is_the_source(
    tmp_path: Path, name: str, codec: str, options: dict[str, str]
) -> None:
    fps = 25 if name.endswith("h264") else 15
    _, _, has_proxy = rendered(write_clip(tmp_path / name, codec=codec, options=options, fps=fps), tmp_path / "out")

    proxy = greys_of(tmp_path / "out" / PROXY_FILE)
    assert has_proxy
    assert [grey for _, grey in proxy] == pytest.approx([grey_of(i) for i in range(30)], abs=3)
    assert [time for time, _ in proxy] == pytest.approx([i / fps for i in range(30)], abs=0.003)


@pytest.mark.parametrize("start_ms", [0, 5000])
def test_each_frame_of_a_variable_rate_keeps_its_very_time(tmp_path: Path, start_ms: int) -> None:
    times_ms = [0, 40, 80, 120, 500, 540, 1000, 1007, 1066, 1100, 2050, 2090]
    source = write_clip(tmp_path / "a.mkv", frames=len(times_ms), times_ms=[start_ms + ms for ms in times_ms])
    probe, _, _ = rendered(source, tmp_path / "out")

    proxy = greys_of(tmp_path / "out" / PROXY_FILE)
    assert unpack(probe.packed_times) == times_ms
    assert [round(time * 1000, 3) for time, _ in proxy] == times_ms
    assert [grey for _, grey in proxy] == pytest.approx([grey_of(index) for index in range(len(times_ms))], abs=3)


def test_a_frame_that_stands_long_is_repeated_and_easy_to_reach(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "a.mkv", frames=4, times_ms=[0, 40, 4500, 4540])
    rendered(source, tmp_path / "out")

    proxy = greys_of(tmp_path / "out" / PROXY_FILE)
    assert [round(time * 1000) for time, _ in proxy] == [0, 40, 1040, 2040, 3040, 4040, 4500, 4540]
    assert {round(grey, -1) for time, grey in proxy if 0.04 <= time < 4.5} == {round(grey_of(1), -1)}
    assert probe_file(tmp_path / "out" / PROXY_FILE).keyframe_gap_ms <= 1000


def test_all_of_sixty_frames_a_second_are_kept(tmp_path: Path) -> None:
    rendered(write_clip(tmp_path / "a.mkv", fps=60, frames=60, options={"crf": "8"}), tmp_path / "out")

    proxy = greys_of(tmp_path / "out" / PROXY_FILE)
    assert [grey for _, grey in proxy] == pytest.approx([grey_of(i) for i in range(60)], abs=3)


def test_the_proxy_suits_a_browser(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "a.avi", codec="mpeg4", fps=Fraction(30000, 1001), frames=90)
    probe, _, _ = rendered(source, tmp_path / "out")

    proxy = probe_file(tmp_path / "out" / PROXY_FILE)
    assert (proxy.codec, proxy.pix_fmt, proxy.is_faststart, proxy.start_ms) == ("h264", "yuv420p", True, 0)
    assert proxy.keyframe_gap_ms <= 501
    assert unpack(proxy.packed_times) == unpack(probe.packed_times)
    assert (proxy.frame_count, proxy.duration_ms) == (90, probe.duration_ms)


def test_a_large_picture_is_scaled_down_and_a_small_one_left(tmp_path: Path) -> None:
    rendered(write_clip(tmp_path / "a.mp4", size=(1920, 1080), frames=4), tmp_path / "large")
    rendered(write_clip(tmp_path / "b.mp4", size=(90, 66), frames=4), tmp_path / "small")

    large, small = probe_file(tmp_path / "large" / PROXY_FILE), probe_file(tmp_path / "small" / PROXY_FILE)
    assert (large.width, large.height) == (1280, 720)
    assert (small.width, small.height) == (90, 66)


def test_a_turned_source_stands_upright(tmp_path: Path) -> None:
    """The left half is dark; turned by a quarter to the right, the dark half is on top."""
    source = tmp_path / "a.mp4"
    write_halves(source, rotation=-90)
    rendered(source, tmp_path / "out")

    poster = np.asarray(Image.open(tmp_path / "out" / POSTER_FILE).convert("L"), dtype=float)
    assert poster.shape == (64, 48)
    assert poster[:24].mean() < 60 < 180 < poster[40:].mean()


def write_halves(path: Path, rotation: int) -> None:
    import av

    with av.open(str(path), "w") as box:
        stream = box.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.set_display_rotation(rotation)
        image = np.zeros((48, 64, 3), np.uint8)
        image[:, 32:] = 230
        for _ in range(5):
            box.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        box.mux(stream.encode(None))


def test_full_range_colours_keep_their_brightness(tmp_path: Path) -> None:
    rendered(write_clip(tmp_path / "a.avi", codec="mjpeg", pix_fmt="yuvj420p"), tmp_path / "out")

    strip = np.asarray(Image.open(tmp_path / "out" / FILMSTRIP_FILE).convert("L"), dtype=float)
    assert strip[:, :100].mean() == pytest.approx(grey_of(0), abs=6)


def test_a_browser_ready_source_needs_no_proxy_but_has_stills(tmp_path: Path) -> None:
    _, strip, has_proxy = rendered(browser_ready_clip(tmp_path / "a.mp4", frames=60), tmp_path / "out")

    assert not has_proxy
    assert not (tmp_path / "out" / PROXY_FILE).exists()
    assert (strip.count, strip.interval_ms) == (8, 500)
    with Image.open(tmp_path / "out" / POSTER_FILE) as poster:
        assert poster.size == (64, 48)


@pytest.mark.parametrize("make", [write_clip, browser_ready_clip])
def test_each_tile_shows_its_moment(tmp_path: Path, make: object) -> None:
    _, strip, _ = rendered(make(tmp_path / "a.mp4", frames=90), tmp_path / "out")  # type: ignore[operator]

    sheet = np.asarray(Image.open(tmp_path / "out" / FILMSTRIP_FILE).convert("L"), dtype=float)
    assert sheet.shape == (strip.rows * strip.tile_height, strip.columns * strip.tile_width)
    for tile in range(strip.count):
        top, left = tile // strip.columns * strip.tile_height, tile % strip.columns * strip.tile_width
        grey = sheet[top : top + strip.tile_height, left : left + strip.tile_width].mean()
        frame = tile * strip.interval_ms * 15 // 1000
        behind = range(frame - 8, frame + 1) if make is browser_ready_clip else [frame]
        assert min(abs(grey - grey_of(index)) for index in behind) < 5


def test_a_file_whose_frames_do_not_decode_is_refused(tmp_path: Path) -> None:
    good = write_clip(tmp_path / "a.mkv", frames=60)
    probe = probe_file(good)
    (tmp_path / "out").mkdir()

    with pytest.raises(Refused, match="of its 600 frames"):
        render_file(good, replace(probe, packed_times=probe_of_many(), frame_count=600), tmp_path / "out")


def probe_of_many() -> bytes:
    from vigil.videos.frame_times import pack

    return pack([67 * index for index in range(600)])


def test_rendering_stops_when_told(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "a.mp4", frames=900, size=(640, 480), options={"preset": "ultrafast"})
    (tmp_path / "out").mkdir()

    with pytest.raises(Abandoned):
        render_file(source, probe_file(source), tmp_path / "out", should_stop=lambda: True)


def test_rendering_tells_how_far_it_is(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "a.mkv", frames=1500, size=(640, 480), options={"preset": "ultrafast"})
    (tmp_path / "out").mkdir()
    told: list[float] = []

    render_file(source, probe_file(source), tmp_path / "out", on_progress=told.append)

    assert told == sorted(told)
    assert all(0 <= share < 1 for share in told)
    assert told[-1] > 0
    assert {file.name for file in (tmp_path / "out").iterdir()} == {PROXY_FILE, POSTER_FILE, FILMSTRIP_FILE}
