"""Where the keys go: text boxes keep what is written, the focus comes back, tabs, marks and taps swallow no key."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Desk, logged_in
from tests.browser.seed_review import KEYS

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SEED = "tests.browser.seed_review"


@pytest.fixture(scope="module")
def films(desk: Desk) -> list[int]:
    """Films of a project of their own, with two suggestions each and no questions."""
    filled: dict[str, Any] = desk.call(f"{SEED}:project_fill", name="Focus", videos=6)
    return list(filled["videos"])


@pytest.fixture
def page(desk: Desk, browser: Browser) -> Iterator[Page]:
    page = logged_in(browser, desk, "ben")
    yield page
    page.context.close()


def opened(page: Page, video: int, annotation: int | None = None) -> None:
    page.goto(f"/videos/{video}/" + (f"?annotation={annotation}" if annotation else ""))
    expect(page.get_by_test_id("timeline")).to_be_focused()
    expect(page.get_by_test_id("segment-row")).not_to_have_count(0)


def row(page: Page, at: int) -> Locator:
    return page.get_by_test_id("segment-row").nth(at)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def open_tab(page: Page) -> str | None:
    return page.locator("[role=tab][aria-selected=true]").get_attribute("data-tab")


def test_a_slash_is_written_and_a_dialog_gives_the_focus_back_to_the_text(page: Page, films: list[int]) -> None:
    opened(page, films[0])
    press(page, "Tab", "e")
    box = page.get_by_test_id("explanation-input")
    expect(box).to_be_focused()
    box.fill("")
    page.keyboard.type("he/she runs")
    expect(box).to_have_value("he/she runs")
    expect(page.get_by_test_id("palette")).to_have_count(0)
    press(page, "Control+k")
    expect(page.get_by_test_id("palette-query")).to_be_focused()
    press(page, "Escape")
    expect(page.get_by_test_id("palette")).to_have_count(0)
    expect(box).to_be_focused()
    page.keyboard.type(" x")  # rejects where keys are commands
    expect(box).to_have_value("he/she runs x")
    expect(row(page, 1)).to_have_attribute("data-outcome", "open")
    press(page, "Escape")
    expect(page.get_by_test_id("timeline")).to_be_focused()
    expect(row(page, 0)).to_have_attribute("data-outcome", "open")
    press(page, "/")  # beside text boxes it still is the palette
    expect(page.get_by_test_id("palette-query")).to_be_focused()
    press(page, "Escape")
    expect(page.get_by_test_id("timeline")).to_be_focused()


def test_a_segment_that_was_begun_while_it_plays_is_handed_in_with_the_rest(page: Page, films: list[int]) -> None:
    opened(page, films[1])
    press(page, "u", "Home", "Space")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.8")
    press(page, "2")
    begun_s = page.evaluate("() => document.querySelector('video').currentTime")
    page.wait_for_function("begun_s => document.querySelector('video').currentTime > begun_s + 0.6", arg=begun_s)
    press(page, "Control+Enter")
    drawn = page.locator("[data-testid=segment-row][data-outcome=manual]")
    expect(drawn).to_have_count(1)
    expect(page.get_by_test_id("notice")).to_contain_text("ends here now")
    expect(page.get_by_test_id("submitted")).to_have_count(0)  # it is looked at first
    length_ms = int(drawn.get_attribute("data-end-ms") or 0) - int(drawn.get_attribute("data-start-ms") or 0)
    assert length_ms > 0
    press(page, "Control+Enter")
    expect(page.get_by_test_id("submitted")).to_be_visible()
    page.reload()
    expect(drawn).to_have_count(1)


def test_space_plays_after_a_press_of_a_check_box(page: Page, films: list[int]) -> None:
    opened(page, films[2])
    watched = page.get_by_test_id("fully-watched")
    watched.click()
    expect(watched).to_be_checked()
    expect(page.get_by_test_id("timeline")).to_be_focused()
    press(page, "Space")
    page.wait_for_function("() => !document.querySelector('video').paused")
    expect(watched).to_be_checked()
    press(page, "Space")
    watched.focus()
    press(page, "Space")  # by keyboard the box keeps its own key, and the focus
    expect(watched).not_to_be_checked()
    expect(watched).to_be_focused()


def test_marked_segments_that_are_gone_take_no_keys(page: Page, films: list[int]) -> None:
    opened(page, films[3])
    press(page, "Tab", "Home", "n")
    expect(page.get_by_test_id("segment-row")).to_have_count(3)
    area = page.get_by_test_id("timeline").bounding_box()
    assert area
    drawn = int(row(page, 0).get_attribute("data-end-ms") or 0)
    marked = page.get_by_test_id("marked")
    press(page, "u")
    page.keyboard.down("Shift")
    for share in range(20, 100, 4):  # wherever the lane of one's own lies
        page.mouse.click(
            area["x"] + 65 + (area["width"] - 75) * drawn / 40_000, area["y"] + area["height"] * share / 100
        )
        if marked.count():
            break
    page.keyboard.up("Shift")
    expect(marked).to_contain_text("1 segment marked")
    page.get_by_test_id("timeline").focus()
    press(page, "Control+z")
    expect(page.get_by_test_id("segment-row")).to_have_count(2)
    expect(marked).to_have_count(0)
    press(page, "Tab", "a")
    expect(page.locator("[data-outcome=accepted]")).to_have_count(1)


def test_editing_opens_the_list_of_segments(page: Page, films: list[int]) -> None:
    opened(page, films[4])
    press(page, "Tab")
    page.get_by_test_id("tab-history").click()
    page.get_by_test_id("timeline").focus()
    press(page, "e")
    expect(page.get_by_test_id("explanation-input")).to_be_focused()
    assert open_tab(page) == "segments"


def test_accepting_by_the_button_keeps_the_focus_in_the_row(page: Page, films: list[int]) -> None:
    opened(page, films[4])
    row(page, 0).get_by_test_id("accept").focus()
    press(page, "Enter")
    expect(row(page, 0)).to_have_attribute("data-outcome", "accepted")
    expect(row(page, 0).get_by_test_id("edit")).to_be_focused()
    row(page, 0).get_by_test_id("reject").click()  # by pointer the keys go back to the timeline
    expect(page.get_by_test_id("timeline")).to_be_focused()
    press(page, "n")
    page.locator("[data-outcome=manual]").get_by_test_id("delete").focus()
    press(page, "Enter")
    expect(page.locator("[data-outcome=manual]")).to_have_count(0)
    expect(page.get_by_test_id("timeline")).to_be_focused()


def test_the_reason_of_a_rejection_survives_other_tabs_and_a_reload(
    desk: Desk, browser: Browser, films: list[int]
) -> None:
    annotation = desk.call(f"{SEED}:annotate", name="ann", video_id=films[5], spans=[[2000, 4000], [9000, 12000]])
    rae = logged_in(browser, desk, "rae")
    opened(rae, films[5], annotation)
    press(rae, "Tab")
    rae.get_by_test_id("tab-history").click()
    rae.get_by_test_id("timeline").focus()
    press(rae, "Shift+X")
    reason = rae.get_by_test_id("review-reason-text")
    expect(reason).to_be_focused()
    assert open_tab(rae) == "segments"
    rae.keyboard.type("It begins a/the second later.")
    rae.get_by_test_id("tab-comments").click()
    expect(reason).to_have_count(0)
    rae.get_by_test_id("tab-segments").click()
    expect(reason).to_have_value("It begins a/the second later.")
    rae.reload()
    rejected = rae.locator(f"[data-row-id='{KEYS[0]}']")
    rejected.get_by_test_id("review-reject").click()
    expect(reason).to_have_value("It begins a/the second later.")
    rae.get_by_test_id("review-reason-send").click()
    expect(rejected.get_by_test_id("review-comment")).to_have_text("It begins a/the second later.")
    rejected.get_by_test_id("review-reject").click()
    expect(reason).to_have_value("")
    rae.context.close()
