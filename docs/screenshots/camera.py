"""A browser that photographs pages: one theme or both, as small PNG files."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page

DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
DARK = ("dark",)
BOTH = ("dark", "light")
LARGEST_BYTES = 250_000
COLOURS = (256, 192, 128, 96, 64, 48, 32)


class Trouble(Exception):
    """Why there are no pictures, in one line for the person who asked."""


def compressed(shot: bytes) -> bytes:
    """The picture with as many colours as fit into `LARGEST_BYTES`."""
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    for colours in COLOURS:
        # Maximum coverage keeps the small coloured things (a badge, a segment) that a median cut would give up.
        few = picture.quantize(colours, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
        written = io.BytesIO()
        few.save(written, "PNG", optimize=True)
        if written.tell() < LARGEST_BYTES:
            return written.getvalue()
    raise Trouble(f"a picture stays above {LARGEST_BYTES // 1000} kB even with {COLOURS[-1]} colours")


class Camera:
    """Takes the page that is open; it follows the browser's theme, as none was chosen by hand."""

    def __init__(self, out: Path, say: Callable[[str], None], only: Sequence[str] = ()) -> None:
        self.out = out
        self.say = say
        self.only = only

    def wants(self, *names: str) -> bool:
        """Whether one of these pictures was asked for; all are where none was named."""
        return not self.only or any(name in self.only for name in names)

    def take(self, page: Page, name: str, themes: Sequence[str] = BOTH) -> None:
        """Takes it in each theme."""
        if not self.wants(name):
            return
        for theme in themes:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            path = self.out / f"{name}-{theme}.png"
            path.write_bytes(compressed(page.screenshot(animations="disabled", caret="hide")))
            self.say(f"{path}  {path.stat().st_size // 1000} kB")


@contextmanager
def session(
    browser: Browser, address: str, login: dict[str, str] | None, device: dict[str, Any] = DESK, **more: Any
) -> Iterator[Page]:
    """A page of a fresh session, logged in if there is a login."""
    context = browser.new_context(
        **device, **more, base_url=address, color_scheme="dark", reduced_motion="reduce"
    )  # fmt: skip
    page = context.new_page()
    page.goto("/login")
    if login:
        page.fill("input[name=username]", login["name"])
        page.fill("input[name=password]", login["password"])
        page.get_by_test_id("login").click()
        page.wait_for_load_state("networkidle")
        if "/login" in page.url:
            raise Trouble(f"{address} refuses the login of {login['name']}; is it the file of this installation?")
    yield page
    context.close()


def opened(page: Page, place: str) -> None:
    """Goes to a place of Vigil and waits for its pictures."""
    # A page that polls is never idle for long; its pictures are what is waited for.
    answer = page.goto(place, wait_until="load")
    if answer is None or not answer.ok:
        raise Trouble(f"{page.url} answered {answer.status if answer else 'nothing'}; is it the right project?")
    page.wait_for_function("() => [...document.images].every(one => one.complete || one.loading === 'lazy')")
