"""Times that are typed, speeds, the loop, and a picture that does not come."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Desk, logged_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PROXY = re.compile(r"/media/videos/\d+/proxy")


@pytest.fixture(scope="module")
def video(desk: Desk) -> Iterator[int]:
    with tempfile.TemporaryDirectory(prefix="vigil-test-playing-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        made: dict[str, Any] = desk.call(
            "tests.browser.seed_frames:film_import", project_name="Playing", folder=folder, annotator="ann"
        )
        yield made["id"]


@pytest.fixture
def page(desk: Desk, browser: Browser, video: int) -> Iterator[Page]:
    page = logged_in(browser, desk, "ann")
    page.goto(f"/videos/{video}/")
    page.wait_for_selector("[data-testid=transport][data-exact=true]")
    expect(page.get_by_test_id("video")).to_have_attribute("data-settled", "true")
    yield page
    page.context.close()


def typed(page: Page, field: str, text: str) -> None:
    page.get_by_test_id(field).fill(text)
    page.keyboard.press("Enter")


def test_one_types_where_to_go(page: Page) -> None:
    frame = page.get_by_test_id("frame")
    page.keyboard.press("t")
    typed(page, "type-position", "soon")
    expect(page.get_by_test_id("time-fault")).to_contain_text("This is no time")
    typed(page, "type-position", "1:00")
    expect(page.get_by_test_id("time-fault")).to_contain_text("ends before")
    typed(page, "type-position", "0:04.000")
    expect(frame).to_have_text("100")
    page.keyboard.press("t")
    typed(page, "type-position", "f33")
    expect(frame).to_have_text("33")
    page.keyboard.press("t")
    typed(page, "type-position", "+2f")
    expect(frame).to_have_text("35")
    expect(page.get_by_test_id("video")).to_have_attribute("data-shown-frame", "35")

    page.keyboard.press("Shift+T")
    expect(page.get_by_test_id("open-position")).to_have_text("f35")
    page.keyboard.press("t")
    typed(page, "type-position", "50")
    expect(frame).to_have_text("50")
    page.keyboard.press("Shift+T")
    expect(page.get_by_test_id("open-position")).to_have_text("00:02.000")


def test_one_types_the_edges_of_a_segment_and_takes_them_back(page: Page) -> None:
    row = page.get_by_test_id("segment-row").first
    page.keyboard.press("n")
    expect(row).to_have_attribute("data-start-ms", "0")
    page.keyboard.press("Alt+o")
    typed(page, "type-end", "f99")
    expect(row).to_have_attribute("data-end-ms", "4000")
    expect(page.get_by_test_id("frame")).to_have_text("99")
    page.keyboard.press("Alt+i")
    typed(page, "type-start", "00:05.5")
    expect(page.get_by_test_id("time-fault")).to_contain_text("after its end")
    typed(page, "type-start", "1.5")
    expect(row).to_have_attribute("data-start-ms", "1500")
    page.keyboard.press("Control+z")
    expect(row).to_have_attribute("data-start-ms", "0")
    page.keyboard.press("Control+z")
    expect(row).to_have_attribute("data-end-ms", "2000")
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("segment-row")).to_have_count(0)


def test_speed_keys_go_through_all_speeds_and_playing_keeps_the_chosen_one(page: Page) -> None:
    speed = page.get_by_test_id("speed")
    for _ in range(12):
        page.keyboard.press(">")
    expect(speed).to_have_value("16")
    for _ in range(9):
        page.keyboard.press("<")
    expect(speed).to_have_value("1")
    page.keyboard.press(">")
    page.keyboard.press("Space")
    expect(speed).to_have_value("1.25")
    assert page.get_by_test_id("video").evaluate("video => video.playbackRate") == 1.25
    page.keyboard.press("l")
    expect(speed).to_have_value("2")
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    expect(speed).to_have_value("1.25")


def test_a_segment_loops_until_told_otherwise(page: Page) -> None:
    page.keyboard.press("n")
    page.keyboard.press("Alt+o")
    typed(page, "type-end", "0.4")
    page.get_by_test_id("video").evaluate("""video => {
      window.rounds = 0;
      video.addEventListener('seeked', () => { if (video.currentTime < 0.1 && !video.paused) window.rounds += 1; });
    }""")
    page.keyboard.press("r")
    expect(page.get_by_test_id("loop")).to_have_attribute("aria-pressed", "true")
    page.evaluate("""() => new Promise((done) => {
      const look = () => (window.rounds >= 3 ? done() : requestAnimationFrame(look));
      look();
    })""")
    page.keyboard.press("r")
    expect(page.get_by_test_id("loop")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_test_id("frame")).not_to_have_text(re.compile(r"^\d$"))


@pytest.mark.parametrize("kind", ["network", "busy", "signed_out"])
def test_a_picture_that_does_not_come_is_explained_and_comes_back(page: Page, kind: str) -> None:
    answers = {
        "network": lambda route: route.abort("internetdisconnected"),
        "busy": lambda route: route.fulfill(status=503, body="busy"),
        "signed_out": lambda route: route.fulfill(status=302, headers={"Location": "/login?next=/"}),
    }

    def answered(route: Route) -> None:
        answers[kind](route)

    page.keyboard.press("t")
    typed(page, "type-position", "f33")
    page.route(PROXY, answered)
    page.get_by_test_id("video").evaluate("video => video.load()")
    trouble = page.get_by_test_id("media-trouble")
    expect(trouble).to_have_attribute("data-kind", kind)
    expect(page.get_by_test_id("frame")).to_have_text("33")

    page.unroute(PROXY)
    page.get_by_test_id("media-retry").click()
    expect(trouble).to_have_count(0)
    expect(page.get_by_test_id("video")).to_have_attribute("data-settled", "true")
    expect(page.get_by_test_id("video")).to_have_attribute("data-shown-frame", "33")


def test_while_the_picture_is_on_its_way_the_page_says_so(page: Page) -> None:
    held: list[Route] = []
    page.route(PROXY, lambda route: held.append(route) if not held else route.continue_())
    page.get_by_test_id("video").evaluate("video => video.load()")
    expect(page.get_by_test_id("media-waiting")).to_be_visible()
    held[0].continue_()
    expect(page.get_by_test_id("media-waiting")).to_have_count(0)
    expect(page.get_by_test_id("video")).to_have_attribute("data-settled", "true")
