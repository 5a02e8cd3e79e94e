"""Takes the README's pictures of a running Vigil, dark and light.

    python docs/screenshots.py http://127.0.0.1:8000 --logins .vigil/demo/logins.json --project demo --out docs/images

The logins are the file that the demo project keeps: [{"name": "admin", "password": ...}, {"name": "annotator", ...}].
Looking at questions leases them to the annotator for a while; nothing is answered, saved or trained.
"""

import argparse
import io
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route, sync_playwright

SIZE = {"width": 1440, "height": 900}
THEMES = ("dark", "light")
LARGEST_BYTES = 250_000
COLOURS = (256, 192, 128, 96, 64, 48, 32)
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
MOST_VIDEOS_TRIED = 12


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
    """Takes the page that is open in each theme; the page follows the browser's, as no theme was chosen by hand."""

    def __init__(self, out: Path, say: Callable[[str], None]) -> None:
        self.out = out
        self.say = say

    def take(self, page: Page, name: str) -> None:
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            path = self.out / f"{name}-{theme}.png"
            path.write_bytes(compressed(page.screenshot(animations="disabled", caret="hide")))
            self.say(f"{path}  {path.stat().st_size // 1000} kB")


@contextmanager
def session(browser: Browser, address: str, login: dict[str, str] | None) -> Iterator[Page]:
    """A page of a fresh session, logged in if there is a login."""
    context = browser.new_context(viewport=SIZE, base_url=address, color_scheme="dark", reduced_motion="reduce")  # type: ignore[arg-type]
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


def pages_of_a_manager(page: Page, slug: str, camera: Camera) -> None:
    """Home, the project's videos, training, export, upload."""
    places = {"home": "/", "project": f"/projects/{slug}/", "training": f"/projects/{slug}/training/"}
    places |= {"export": f"/projects/{slug}/export/", "upload": f"/projects/{slug}/upload/"}
    for name, place in places.items():
        # A page that polls is never idle for long; its pictures are what is waited for.
        answer = page.goto(place, wait_until="load")
        if answer is None or not answer.ok:
            raise Trouble(f"{page.url} answered {answer.status if answer else 'nothing'}; is {slug!r} the project?")
        page.wait_for_function("() => [...document.images].every(one => one.complete || one.loading === 'lazy')")
        camera.take(page, name)


def workbench(page: Page, slug: str, wanted: str | None, camera: Camera) -> None:
    """A video with suggestions, its first segment selected and on screen."""
    page.goto(f"/projects/{slug}/?sort=score" + (f"&q={wanted}" if wanted else ""))
    links = page.locator("[data-testid=video-row] a.font-medium").evaluate_all("all => all.map(a => a.href)")
    for link in links[:MOST_VIDEOS_TRIED]:
        page.goto(link)
        page.get_by_test_id("workbench").wait_for()
        row = page.locator("[data-testid=segment-row][data-outcome=open]").first
        if row.count():
            select_first(page, row)
            camera.take(page, "workbench")
            return
    raise Trouble(f"none of the {len(links)} videos of {slug!r} has an open suggestion; run manage.py prelabel")


def select_first(page: Page, row: Locator) -> None:
    """Selects the segment, goes a third into it, waits for its frame and the filmstrip."""
    start_ms, end_ms = (int(row.get_attribute(name) or 0) for name in ("data-start-ms", "data-end-ms"))
    row.locator("button").first.click()
    page.get_by_test_id("timeline").focus()
    for _ in range(min(20, (end_ms - start_ms) // 3000)):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "least_s => { const video = document.querySelector('video');"
        " return video.readyState >= 2 && !video.seeking && video.currentTime >= least_s; }",
        arg=start_ms / 1000 - 0.1,
    )
    page.wait_for_load_state("networkidle")


def question(page: Page, slug: str, kind: str, camera: Camera) -> None:
    """The question page with a question of this kind, a moment into its seconds."""

    def only_this_kind(route: Route) -> None:
        asked = {**json.loads(route.request.post_data or "{}"), "kinds": [kind]}
        route.continue_(post_data=json.dumps(asked))

    page.route("**/questions/next", only_this_kind)
    page.goto(f"/projects/{slug}/questions/")
    page.locator("[data-testid=questions][data-state=asking], [data-testid=questions][data-state=done]").wait_for()
    if page.get_by_test_id("questions-done").count():
        raise Trouble(f"no {kind} question waits for this annotator in {slug!r}")
    page.wait_for_function(
        "() => { const video = document.querySelector('[data-testid=video]'); window.began ??= video.currentTime;"
        " return video.readyState >= 2 && Math.abs(video.currentTime - window.began) > 1.2; }"
    )
    page.keyboard.press("k")
    if kind == "glance":
        page.keyboard.press("Space")
    camera.take(page, kind)
    page.unroute("**/questions/next")


def pictures_taken(asked: argparse.Namespace, chromium: str) -> None:
    """Takes all of them.

    Raises:
        Trouble: the file of logins, the project, its videos or its questions are not what was asked for.
    """
    logins = {login["name"]: login for login in json.loads(asked.logins.read_text())}
    if not {"admin", "annotator"} <= logins.keys():
        raise Trouble(f"{asked.logins} holds {', '.join(logins) or 'nobody'}; it needs admin and annotator")
    asked.out.mkdir(parents=True, exist_ok=True)
    camera = Camera(asked.out, print)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        with session(browser, asked.address, None) as page:
            camera.take(page, "login")
        with session(browser, asked.address, logins["admin"]) as page:
            pages_of_a_manager(page, asked.project, camera)
        with session(browser, asked.address, logins["annotator"]) as page:
            question(page, asked.project, "verify", camera)
            question(page, asked.project, "glance", camera)
            workbench(page, asked.project, asked.video, camera)
        browser.close()


def asked_for() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("address", help="where Vigil serves, as http://127.0.0.1:8000")
    parser.add_argument("--logins", type=Path, required=True, help="JSON with the logins of admin and annotator")
    parser.add_argument("--project", required=True, help="slug of the project, as in its address")
    parser.add_argument("--video", help="name of the video for the workbench (default: the highest score)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the PNG files")
    return parser.parse_args()


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        if chromium is None:
            raise Trouble("Chromium is not installed (Debian: apt-get install chromium)")
        pictures_taken(asked_for(), chromium)
    except Trouble as trouble:
        print(f"screenshots: {trouble}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
