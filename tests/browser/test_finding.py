"""Finding things: filters in the address, playback under the pointer, sentences and moments that open in place."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Desk, logged_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EVENT_MS = 6000


@pytest.fixture(scope="module")
def filled(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("finding")
    return desk.call(
        "tests.browser.seed_finding:finding_fill", project_name="Finding", folder=str(folder), people=["ann", "vic"]
    )


@pytest.fixture(scope="module")
def ann(desk: Desk, browser: Browser) -> Iterator[Page]:
    page = logged_in(browser, desk, "ann")
    yield page
    page.context.close()


def names(page: Page) -> list[str]:
    return page.get_by_test_id("video-row").locator("a.link-hover").all_inner_texts()


def test_a_filter_is_in_the_address_and_survives_reload_and_back(ann: Page, filled: Any) -> None:
    ann.goto(f"/projects/{filled['slug']}/")
    expect(ann.get_by_test_id("video-row")).to_have_count(4)
    ann.evaluate("window.isSamePage = true")
    ann.get_by_label("Camera", exact=True).select_option("gate")
    expect(ann.get_by_test_id("video-row")).to_have_count(2)
    expect(ann).to_have_url(re.compile(r"/\?camera=gate$"))  # The address follows the list by a moment.
    ann.get_by_label("People", exact=True).select_option("no")
    expect(ann.get_by_test_id("video-row")).to_have_count(1)
    assert ann.evaluate("window.isSamePage") is True
    assert names(ann) == ["gate_20231005_090000.mp4"]
    expect(ann).to_have_url(re.compile("camera=gate&labelled=no|labelled=no&camera=gate"))
    ann.reload()
    assert names(ann) == ["gate_20231005_090000.mp4"]
    ann.go_back()
    expect(ann.get_by_test_id("video-row")).to_have_count(2)
    expect(ann.get_by_label("Camera", exact=True)).to_have_value("gate")
    ann.get_by_test_id("chip").filter(has_text="gate").click()
    expect(ann.get_by_test_id("video-row")).to_have_count(4)
    expect(ann).not_to_have_url(re.compile("camera="))


def test_typing_narrows_the_list_and_keeps_the_place_in_the_field(ann: Page, filled: Any) -> None:
    ann.goto(f"/projects/{filled['slug']}/")
    ann.get_by_label("Name or camera").press_sequentially("yard")
    expect(ann.get_by_test_id("video-row")).to_have_count(2)
    expect(ann.get_by_label("Name or camera")).to_be_focused()
    ann.keyboard.type("_un")
    expect(ann.get_by_test_id("video-row")).to_have_count(1)
    expect(ann).to_have_url(re.compile("q=yard_un"))


def test_the_calendar_leads_to_the_videos_of_a_day(ann: Page, filled: Any) -> None:
    ann.goto(f"/projects/{filled['slug']}/?view=calendar")
    expect(ann.get_by_test_id("calendar")).to_contain_text("October 2023")
    days = ann.get_by_test_id("day")
    assert [day.get_attribute("data-day") for day in days.all()] == ["2023-10-05", "2023-10-06"]
    days.first.click()
    expect(ann.get_by_test_id("video-row")).to_have_count(2)
    expect(ann).to_have_url(re.compile("day_from=2023-10-05"))
    ann.get_by_test_id("view-cameras").click()
    expect(ann.get_by_test_id("camera")).to_have_count(1)


def test_a_picture_plays_under_the_pointer_and_by_the_keyboard_without_loading_the_video(
    ann: Page, filled: Any
) -> None:
    loaded: list[str] = []
    ann.on("request", lambda request: loaded.append(request.url))
    ann.goto(f"/projects/{filled['slug']}/?view=cards")
    film = ann.get_by_test_id("video-card").first.locator(".film")
    box = film.bounding_box()
    assert box is not None
    tiles = []
    for share in (0.05, 0.5, 0.95):
        ann.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        expect(film).to_have_class(re.compile("film-playing"))
        tiles.append(int(film.get_attribute("data-tile") or -1))
    assert 0 <= tiles[0] < tiles[1] < tiles[2]
    ann.mouse.move(2, 2)
    expect(film).not_to_have_class(re.compile("film-playing"))
    ann.get_by_test_id("view-cards").focus()
    ann.keyboard.press("Tab")  # to "Calendar"
    ann.keyboard.press("Tab")  # to "Cameras"
    ann.keyboard.press("Tab")  # to the first card
    expect(film).to_have_class(re.compile("film-playing"))
    expect(film).not_to_have_attribute("data-tile", "0")
    assert any("/filmstrip" in url for url in loaded) and not any("/proxy" in url for url in loaded)


@pytest.mark.parametrize(
    ("words", "found"), [("paint", "Somebody paints the wall."), ("打架", "两名男子在出口附近打架。")]
)
def test_a_sentence_that_was_found_opens_the_workbench_at_its_moment(
    ann: Page, filled: Any, words: str, found: str
) -> None:
    ann.goto(f"/projects/{filled['slug']}/search/")
    ann.get_by_label("Words to search for").fill(words)
    hit = ann.get_by_test_id("hit")
    expect(hit).to_have_count(1)
    expect(hit).to_contain_text(found)
    expect(hit.locator("mark")).to_have_count(1)
    hit.get_by_role("link", name=found).click()
    ann.wait_for_url(re.compile(r"/videos/\d+/\?at="))
    at_ms = int(ann.url.rsplit("=", 1)[1])
    seconds = f"00:{at_ms // 1000:02}."
    expect(ann.get_by_test_id("workbench")).to_contain_text(re.compile(re.escape(seconds)))


def test_moments_alike_are_beside_the_video_and_open_the_other_one(ann: Page, filled: Any) -> None:
    ann.goto(f"/videos/{filled['videos']['yard_undated']}/?at={EVENT_MS + 500}")
    expect(ann.get_by_test_id("workbench")).to_contain_text(re.compile(r"00:06\.[45]"))
    ann.get_by_test_id("tab-similar").click()
    alike = ann.get_by_test_id("similar-moment")
    expect(alike.first).to_be_visible()
    expect(alike.first).to_contain_text(re.compile("(9[0-9]|100) %"))
    other = alike.filter(has_text="gate_20231005_080000").first
    expect(other).to_contain_text("00:06.000")
    other.get_by_role("link").click()
    ann.wait_for_url(re.compile(rf"/videos/{filled['videos']['gate_20231005_080000']}/\?at={EVENT_MS}"))
    expect(ann.get_by_test_id("workbench")).to_contain_text("00:06.")
