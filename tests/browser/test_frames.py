"""The frame that the page names is the frame on screen: its burnt-in number is read back from the picture."""

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Desk, logged_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FILMS = [
    "constant_25.mkv", "as_it_is.mp4", "as_it_is_with_b_frames.mp4", "ntsc.mp4", "ntsc_transport.ts", "film.mkv",
    "film_as_it_is.mp4", "fifty.mp4", "variable.mkv", "variable.mp4", "start_offset.ts", "start_offset.mp4",
    "dropped.mkv", "dropped_xvid.avi", "long_gap.mp4", "open_gop.mp4", "open_gop_cut.mkv",
]  # fmt: skip
FIRST_NUMBER = {"open_gop_cut.mkv": 24}
"""The leading frames of a recording that was cut out of a stream cannot be decoded by anybody."""

READER = """() => {
  const video = document.querySelector('[data-testid=video]');
  const canvas = new OffscreenCanvas(320, 180);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  window.numberIn = (picture) => {
    context.drawImage(picture, 0, 0, 320, 180);
    let bits = 0;
    for (let place = 0; place < 16; place += 1) {
      const { data } = context.getImageData((place % 8) * 40 + 16, Math.floor(place / 8) * 90 + 41, 8, 8);
      let sum = 0;
      for (let at = 0; at < data.length; at += 4) sum += data[at];
      bits = (bits << 1) | (sum / 64 > 128 ? 1 : 0);
    }
    const number = bits >> 4;
    const check = (number ^ (number >> 4) ^ (number >> 8) ^ 10) & 15;
    if (check !== (bits & 15)) throw new Error(`no number can be read in the picture (${bits.toString(2)})`);
    return number;
  };
  window.named = () => Number(document.querySelector('[data-testid=frame]').textContent);
  window.settle = () => new Promise((done, failed) => {
    const deadline = performance.now() + 20000;
    const look = () => {
      if (video.dataset.settled === 'true') done();
      else if (performance.now() > deadline) failed(new Error(
        `frame ${window.named()} never came: on screen ${video.dataset.shownFrame}, at ${video.currentTime} s`));
      else requestAnimationFrame(look);
    };
    look();
  });
  window.onScreen = () => [window.numberIn(video), window.named()];
  // While it plays: each new picture together with the number that the page shows for it in the same drawing. A picture
  // that the browser has already replaced when it tells of it says nothing, so it is told apart by its own time.
  window.watch = () => {
    const pairs = [];
    const told = (_now, metadata) => {
      const frame = new VideoFrame(video);
      const isTheOne = Math.abs(frame.timestamp / 1e6 - metadata.mediaTime) < 0.0005;
      const number = isTheOne ? window.numberIn(frame) : null;
      frame.close();
      requestAnimationFrame(() => { if (number !== null) pairs.push([number, window.named()]); });
      handle = video.requestVideoFrameCallback(told);
    };
    let handle = video.requestVideoFrameCallback(told);
    window.enough = (count) => new Promise((done) => {
      const look = () => (new Set(pairs.map(String)).size >= count ? done() : requestAnimationFrame(look));
      look();
    });
    return new Promise((done) => { window.unwatch = () => { video.cancelVideoFrameCallback(handle); done(pairs); }; });
  };
}"""


@pytest.fixture(scope="module")
def films(desk: Desk) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="vigil-test-numbered-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield desk.call(
            "tests.browser.seed_frames:numbered_import", project_name="Numbered films", folder=folder, annotator="ann"
        )


@pytest.fixture(scope="module")
def page(desk: Desk, browser: Browser) -> Iterator[Page]:
    page = logged_in(browser, desk, "ann")
    yield page
    page.context.close()


def opened(page: Page, film: dict[str, Any]) -> None:
    assert film["state"] == "succeeded", film["error"]
    page.goto(f"/videos/{film['id']}/")
    page.wait_for_selector("[data-testid=transport][data-exact=true]")
    page.evaluate(READER)
    settled(page)


def settled(page: Page) -> None:
    page.evaluate("window.settle()")


def pressed(page: Page, key: str) -> list[int]:
    """Number in the picture and number that the page names, after a key."""
    page.keyboard.press(key)
    settled(page)
    shown: list[int] = page.evaluate("window.onScreen()")
    return shown


@pytest.mark.parametrize("name", FILMS)
def test_the_frame_that_is_named_is_the_frame_on_screen(films: dict[str, Any], page: Page, name: str) -> None:
    film, first = films[name], FIRST_NUMBER.get(name, 0)
    last = film["frames"] - 1
    opened(page, film)
    assert page.evaluate("window.onScreen()") == [first, 0]

    assert pressed(page, "End") == [first + last, last]
    assert [pressed(page, ",") for _ in range(6)] == [[first + last - n, last - n] for n in range(1, 7)]
    assert pressed(page, "Home") == [first, 0]
    assert [pressed(page, ".") for _ in range(20)] == [[first + n, n] for n in range(1, 21)]
    assert [pressed(page, ",") for _ in range(6)] == [[first + n, n] for n in range(19, 13, -1)]

    for key in random.Random(name).choices(["ArrowRight", "ArrowLeft", "ArrowRight", ".", ","], k=8):
        number, named = pressed(page, key)
        assert number == first + named


@pytest.mark.parametrize("name", FILMS)
def test_while_it_plays_and_when_it_stops_the_named_frame_is_on_screen(
    films: dict[str, Any], page: Page, name: str
) -> None:
    film, first = films[name], FIRST_NUMBER.get(name, 0)
    opened(page, film)

    page.evaluate("() => { window.whole = window.watch(); }")
    page.keyboard.press("Space")
    pairs: list[list[int]] = page.evaluate(
        "() => window.enough(15).then(() => { window.unwatch(); return window.whole; })"
    )
    stopped = pressed(page, "Space")

    assert [pair for pair in [*pairs, stopped] if pair[0] != first + pair[1]] == []
    assert len({number for number, _ in pairs}) >= 10
    assert stopped[1] >= pairs[-1][1] - 1
    assert pressed(page, ".")[0] == stopped[0] + 1
