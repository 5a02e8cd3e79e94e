"""Questions and answers about a segment, texts by the current model, phrases: written, undone, saved, there again."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Desk, logged_in
from tests.browser.seed_dialogue import SENTENCE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SEED = "tests.browser.seed_dialogue"


@pytest.fixture(scope="module")
def filled(desk: Desk) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="vigil-test-dialogue-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield desk.call(f"{SEED}:dialogue_fill", folder=folder)


def opened(browser: Browser, desk: Desk, name: str, path: str) -> Page:
    page = logged_in(browser, desk, name)
    page.goto(path)
    expect(page.get_by_test_id("workbench")).to_be_visible()
    return page


def select_first(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("segment-row").first).to_have_attribute("aria-current", "true")


def is_saved(page: Page) -> None:
    expect(page.locator("[data-state=saved]").first).to_be_visible()


def test_a_dialogue_is_written_by_keyboard_undone_saved_and_trained_on(
    desk: Desk, browser: Browser, filled: dict[str, Any]
) -> None:
    video = filled["videos"][0]
    page = opened(browser, desk, "ann", f"/videos/{video}/?question={filled['question']}")
    # The question opened the dialogue of its segment; submitting it unanswered is refused in words.
    expect(page.get_by_test_id("dialogue-composer")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("notice")).to_contain_text("at least one question")

    page.get_by_test_id("dialogue-composer").focus()
    attack = "<img src=x onerror=document.title=1> Who began?"
    page.keyboard.type(attack)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("dialogue-answer")).to_be_focused()
    page.keyboard.type("The man in red.")
    page.keyboard.press("Enter")
    page.get_by_test_id("suggested-question").filter(has_text="How many people take part?").click()
    expect(page.get_by_test_id("dialogue-pair")).to_have_count(2)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    expect(page.get_by_test_id("dialogue-pair")).to_have_count(1)
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_test_id("dialogue-pair")).to_have_count(2)
    is_saved(page)

    page.reload()
    expect(page.get_by_test_id("dialogue-question").first).to_have_value(attack)
    expect(page.get_by_test_id("dialogue-answer").first).to_have_value("The man in red.")
    expect(page.get_by_test_id("dialogue-count")).to_contain_text("1 of 2 answered")
    assert page.title() != "1"
    page.get_by_test_id("submit").click()
    page.wait_for_url(lambda url: f"/videos/{video}/" not in url)
    assert desk.call(f"{SEED}:turns_in_snapshot", slug=filled["slug"]) == [[attack, "The man in red."]]
    page.context.close()


def test_the_current_model_writes_anew_and_the_old_text_stays_until_it_is_taken(
    desk: Desk, browser: Browser, filled: dict[str, Any]
) -> None:
    video = filled["videos"][1]
    page = opened(browser, desk, "ben", f"/videos/{video}/")
    select_first(page)
    row = page.get_by_test_id("segment-row").first
    page.keyboard.press("Alt+r")
    draft = row.get_by_test_id("draft")
    expect(draft).to_have_attribute("data-state", "ready", timeout=60_000)  # a gpu worker loads the model first
    expect(row).to_have_attribute("data-outcome", "open")
    page.keyboard.press("Alt+Enter")
    expect(draft).to_have_count(0)
    # Taken as it is: accepted, and the person's words are compared with this draft from now on.
    expect(row).to_have_attribute("data-outcome", "accepted")
    is_saved(page)
    (segment,) = desk.call(f"{SEED}:document_of", video=video, person="ben")["segments"]
    assert segment["draft_id"] is not None
    assert segment["explanation"] == segment["draft_explanation"] != SENTENCE
    page.keyboard.press("Control+z")
    expect(row).to_have_attribute("data-outcome", "open")
    expect(row).to_contain_text(SENTENCE)
    page.context.close()


def test_waiting_can_be_given_up_and_a_refusal_says_what_to_do(
    desk: Desk, browser: Browser, filled: dict[str, Any]
) -> None:
    page = opened(browser, desk, "ann", f"/videos/{filled['videos'][1]}/")
    select_first(page)
    page.route("**/api/drafts/*", lambda route: route.abort())
    page.get_by_test_id("redraft").click()
    draft = page.get_by_test_id("draft")
    expect(draft).to_contain_text("No connection")
    page.get_by_test_id("draft-cancel").click()
    expect(draft).to_have_count(0)
    expect(page.get_by_test_id("segment-row").first).to_contain_text(SENTENCE)

    page.goto(f"/videos/{filled['modelless']}/")
    expect(page.get_by_test_id("workbench")).to_be_visible()
    page.keyboard.press("n")
    page.get_by_test_id("redraft").click()
    expect(page.get_by_test_id("draft")).to_contain_text("no model in production yet")
    expect(page.get_by_test_id("draft-retry")).to_be_visible()
    page.context.close()


def test_phrases_come_by_key_in_the_language_that_one_writes_in(
    desk: Desk, browser: Browser, filled: dict[str, Any]
) -> None:
    page = opened(browser, desk, "rae", f"/videos/{filled['videos'][0]}/")
    select_first(page)
    page.keyboard.press("e")
    box = page.get_by_test_id("explanation-input")
    box.fill("")
    expect(page.get_by_test_id("phrase").first).to_be_visible()
    page.keyboard.press("Alt+1")
    page.keyboard.type("A woman")
    page.keyboard.press("Tab")
    page.keyboard.type("a guard")
    expect(box).to_have_value("A woman pushes a guard.")
    page.get_by_test_id("phrase-language").select_option("zh-Hans")
    page.get_by_test_id("phrase").filter(has_text="互相挥拳").click()
    expect(box).to_have_value("A woman pushes a guard. 两个人互相挥拳。")
    page.context.close()


def test_a_text_of_100_000_characters_is_told_and_nothing_of_it_is_lost(
    desk: Desk, browser: Browser, filled: dict[str, Any]
) -> None:
    page = opened(browser, desk, "rae", f"/videos/{filled['videos'][1]}/")
    select_first(page)
    page.keyboard.press("e")
    box = page.get_by_test_id("explanation-input")
    box.fill("wall of text " * 8_000)
    expect(page.get_by_test_id("text-count")).to_contain_text("104,000 of at most 5,000 characters")
    is_saved(page)
    page.get_by_test_id("explanation-done").click()
    page.keyboard.press("e")
    assert len(box.input_value()) == 104_000
    (segment,) = desk.call(f"{SEED}:document_of", video=filled["videos"][1], person="rae")["segments"]
    assert len(segment["explanation"]) == 5_000
    box.fill("Two men argue.")
    expect(page.get_by_test_id("text-count")).to_have_count(0)
    page.get_by_test_id("explanation-done").click()
    expect(page.get_by_test_id("segment-row").first).to_contain_text("men argue.")
    page.context.close()
