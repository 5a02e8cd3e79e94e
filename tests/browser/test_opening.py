"""A video that cannot be worked on yet, or not yet with a model's help: the page says why, and goes on by itself."""

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Desk, logged_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WORKBENCH = re.compile(r"/api/videos/\d+/workbench")
SEED = "tests.browser.seed_frames:"


@pytest.fixture(scope="module")
def video(desk: Desk) -> Iterator[int]:
    with tempfile.TemporaryDirectory(prefix="vigil-test-opening-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        made: dict[str, Any] = desk.call(f"{SEED}film_import", project_name="Opening", folder=folder, annotator="ann")
        yield made["id"]


@pytest.fixture
def page(desk: Desk, browser: Browser) -> Iterator[Page]:
    page = logged_in(browser, desk, "ann")
    yield page
    page.context.close()


def test_a_video_that_is_made_ready_shows_how_far_it_is_and_why_it_failed(desk: Desk, page: Page, video: int) -> None:
    desk.call(f"{SEED}unready", video_id=video, state="running", progress=0.4)
    page.goto(f"/videos/{video}/")
    expect(page.get_by_test_id("page-preparing")).to_contain_text("40 % done")
    desk.call(f"{SEED}unready", video_id=video, state="failed", error="the file is cut off")
    expect(page.get_by_test_id("quarantine-reason")).to_have_text("the file is cut off")
    expect(page.get_by_test_id("page-quarantined")).to_contain_text("A manager of the project")
    expect(page.get_by_test_id("make-ready")).to_have_count(0)


def test_a_manager_makes_it_ready_again_and_the_page_opens(desk: Desk, browser: Browser, video: int) -> None:
    desk.call(f"{SEED}unready", video_id=video, state="failed", error="the disk was full")
    page = logged_in(browser, desk, "boss")
    page.goto(f"/videos/{video}/")
    page.get_by_test_id("make-ready").click()
    expect(page.get_by_test_id("workbench")).to_be_visible(timeout=60_000)
    page.context.close()


def test_without_a_prediction_the_page_says_what_is_awaited_until_it_comes(desk: Desk, page: Page, video: int) -> None:
    desk.call(f"{SEED}ready", video_id=video)
    page.goto(f"/videos/{video}/")
    awaited = page.get_by_test_id("awaited")
    expect(awaited).to_have_attribute("data-state", "no_model")
    for state, error in (("queued", ""), ("running", ""), ("failed", "The GPU ran out of memory.")):
        desk.call(f"{SEED}awaiting", video_id=video, state=state, error=error)
        page.reload()
        expect(awaited).to_have_attribute("data-state", state)
    expect(awaited).to_contain_text("out of memory")
    desk.call(f"{SEED}predicted", video_id=video)
    expect(page.get_by_test_id("segment-row")).to_have_count(2)


@pytest.mark.parametrize(
    ("status", "state"), [(500, "page-away"), (404, "page-refused"), (403, "page-refused"), (401, "page-signed_out")]
)
def test_an_answer_that_is_none_is_explained_and_the_page_goes_on(
    desk: Desk, page: Page, video: int, status: int, state: str
) -> None:
    desk.call(f"{SEED}ready", video_id=video)

    def refused(route: Route) -> None:
        body = json.dumps({"error": "x", "detail": "This is why."})
        route.fulfill(status=status, content_type="application/json", body=body)

    page.route(WORKBENCH, refused)
    page.goto(f"/videos/{video}/")
    expect(page.get_by_test_id(state)).to_contain_text("This is why.")
    page.unroute(WORKBENCH)
    if status in (403, 404):
        page.get_by_role("button", name="Try again").click()
    elif status == 401:
        expect(page.get_by_role("link", name="Log in again")).to_have_attribute(
            "href", f"/login?next=%2Fvideos%2F{video}%2F"
        )
        return
    expect(page.get_by_test_id("workbench")).to_be_visible()
