"""The quick installation that most browser tests share is what it says."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Desk, logged_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_annotator_sees_the_suggestions_of_a_video(desk: Desk, browser: Browser) -> None:
    page = logged_in(browser, desk, "ann")
    page.goto(f"/videos/{desk.filled['videos'][0]}/")
    expect(page.get_by_test_id("segment-row")).to_have_count(2)
    page.context.close()
