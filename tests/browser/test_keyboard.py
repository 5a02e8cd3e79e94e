"""A whole task by keyboard alone, and keys that a person chooses: presets, rebinding, other layouts, text boxes."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Desk, logged_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def films(desk: Desk) -> list[int]:
    """Films of a project of their own, with two suggestions each and no questions."""
    filled: dict[str, Any] = desk.call("tests.browser.seed_review:project_fill", name="Keyboard", videos=2)
    return list(filled["videos"])


@pytest.fixture
def page(desk: Desk, browser: Browser) -> Iterator[Page]:
    page = logged_in(browser, desk, "ben")
    yield page
    page.context.close()


def walk_to(page: Page, wanted: Locator) -> None:
    """Tab until the element has the focus."""
    for _ in range(80):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


def opened(page: Page, video: int) -> None:
    page.goto(f"/videos/{video}/")
    expect(page.get_by_test_id("timeline")).to_be_focused()
    expect(page.get_by_test_id("segment-row")).not_to_have_count(0)


def row(page: Page, at: int) -> Locator:
    return page.get_by_test_id("segment-row").nth(at)


def number(element: Locator, name: str) -> int:
    return int(element.get_attribute(name) or "-1")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_whole_task_by_keyboard_alone(desk: Desk, browser: Browser, films: list[int]) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=desk.address)
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto("/")
    expect(page.locator("input[name=username]")).to_be_focused()
    page.keyboard.type("ann")
    press(page, "Tab")
    page.keyboard.type(desk.passwords["ann"])
    press(page, "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    for href in ("/projects/keyboard/", f"/videos/{films[0]}/"):
        walk_to(page, page.locator(f'main a[href^="{href}"]:not([tabindex="-1"])').first)
        press(page, "Enter")
        page.wait_for_url(lambda url, href=href: href in url)
    expect(page.get_by_test_id("timeline")).to_be_focused()
    expect(page.get_by_test_id("segment-row")).to_have_count(2)

    press(page, "Tab", "a")  # the first suggestion: accepted, and on to the second
    expect(row(page, 0)).to_have_attribute("data-outcome", "accepted")
    expect(row(page, 1)).to_have_attribute("aria-current", "true")
    press(page, "x")
    expect(row(page, 1)).to_have_attribute("data-outcome", "rejected")

    press(page, "u", "Home", "ArrowRight", "i", "ArrowRight", "ArrowRight", "o")  # a third, drawn from 1 s to 3 s
    drawn = row(page, 0)
    expect(drawn).to_have_attribute("data-outcome", "manual")
    expect(drawn).to_have_attribute("data-start-ms", "1000")
    press(page, "3")
    expect(drawn).to_have_attribute("data-label", "Collision")
    press(page, "e")
    expect(page.get_by_test_id("explanation-input")).to_be_focused()
    page.keyboard.type("A cart hits the gate; nobody is hurt.")  # letters that are keys elsewhere
    press(page, "Control+Enter")
    expect(drawn).to_contain_text("A cart hits the gate; nobody is hurt.")
    expect(page.get_by_test_id("timeline")).to_be_focused()

    before = (number(drawn, "data-start-ms"), number(drawn, "data-end-ms"))
    press(page, "Alt+[", "Alt+Shift+]")
    expect(drawn).to_have_attribute("data-start-ms", str(before[0] - 40))
    expect(drawn).to_have_attribute("data-end-ms", str(before[1] + 40))

    press(page, "[", "ArrowRight", "s")
    expect(page.get_by_test_id("segment-row")).to_have_count(4)
    press(page, "ArrowUp", "m")
    expect(page.get_by_test_id("segment-row")).to_have_count(3)
    press(page, "Control+z")
    expect(page.get_by_test_id("segment-row")).to_have_count(4)
    press(page, "Control+Shift+z")
    expect(page.get_by_test_id("segment-row")).to_have_count(3)

    press(page, "Control+Enter")
    expect(page.get_by_test_id("submitted")).to_be_visible(timeout=30_000)
    page.reload()
    expect(page.get_by_test_id("segment-row")).to_have_count(3)
    expect(row(page, 0)).to_have_attribute("data-label", "Collision")
    page.context.close()


def test_a_preset_and_a_key_of_ones_own_hold_and_stand_in_the_help(page: Page, films: list[int]) -> None:
    opened(page, films[1])
    press(page, "?")
    expect(page.get_by_test_id("help-frame_forward")).to_have_attribute("data-keys", ".")
    page.get_by_test_id("change-keys").click()
    page.get_by_test_id("preset").select_option(label="CVAT")
    settings = page.get_by_test_id("key-settings")
    expect(page.get_by_test_id("row-frame_forward")).to_have_attribute("data-keys", "F .")

    page.get_by_test_id("rebind-split-0").click()
    press(page, "f")
    expect(page.get_by_test_id("key-conflict")).to_contain_text("One frame on")
    press(page, "Escape")  # gives up the key, not the dialog
    page.get_by_test_id("conflict-cancel").click()
    expect(page.get_by_test_id("row-split")).to_have_attribute("data-keys", "Alt+M S")
    page.get_by_test_id("rebind-split-0").click()
    press(page, "f")
    page.get_by_test_id("conflict-swap").click()
    expect(page.get_by_test_id("row-split")).to_have_attribute("data-keys", "F S")
    expect(page.get_by_test_id("row-frame_forward")).to_have_attribute("data-keys", "Alt+M .")
    page.get_by_test_id("rebind-accept-0").click()
    press(page, "5")
    expect(page.get_by_test_id("key-conflict")).to_contain_text("labels")
    press(page, "Escape")
    expect(settings).to_have_attribute("data-stored", "stored")

    page.evaluate("() => localStorage.clear()")  # the server has them
    page.reload()
    expect(page.get_by_test_id("timeline")).to_be_focused()
    press(page, "F1")
    expect(page.get_by_test_id("help-preset")).to_have_text("CVAT")
    expect(page.get_by_test_id("help-split")).to_have_attribute("data-keys", "F S")
    page.get_by_test_id("help-search").fill("split at")
    expect(page.get_by_test_id("help-accept")).to_have_count(0)
    press(page, "Escape", "Escape")  # empties the search, then closes
    expect(page.get_by_test_id("help-overlay")).to_have_count(0)
    frame = page.get_by_test_id("frame")
    expect(frame).to_have_text("0")
    press(page, "Alt+m")
    expect(frame).to_have_text("1")
    press(page, "d")
    expect(frame).to_have_text("0")

    page.goto("/settings/")
    expect(page.get_by_test_id("row-split")).to_have_attribute("data-keys", "F S")
    page.get_by_test_id("reset-keys").click()
    expect(page.get_by_test_id("row-split")).to_have_attribute("data-keys", "Alt+M S")
    page.get_by_test_id("preset").select_option(label="Vigil")
    expect(page.get_by_test_id("key-settings")).to_have_attribute("data-stored", "stored")


def test_keys_work_on_other_layouts_and_are_dead_where_one_writes(page: Page, films: list[int]) -> None:
    opened(page, films[1])
    frame = page.get_by_test_id("frame")

    def pressed(**event: Any) -> None:
        event = {"bubbles": True, "cancelable": True, **event}
        dispatched = "(canvas, event) => canvas.dispatchEvent(new KeyboardEvent('keydown', event))"
        page.get_by_test_id("timeline").evaluate(dispatched, event)

    pressed(key="。", code="Period")  # a Chinese input method's full stop
    expect(frame).to_have_text("1")
    pressed(key="б", code="Comma")  # the same place on a Russian keyboard
    expect(frame).to_have_text("0")
    pressed(key=".", code="Period", isComposing=True)
    press(page, "Tab", "e")
    expect(page.get_by_test_id("explanation-input")).to_be_focused()
    page.keyboard.type("x.")
    expect(row(page, 0)).to_have_attribute("data-outcome", "changed")  # written, not rejected
    press(page, "Escape")

    page.goto(f"/videos/{films[1]}/")
    expect(page.get_by_test_id("timeline")).to_be_focused()
    press(page, "?")
    page.get_by_test_id("single-keys").uncheck()
    press(page, "Escape", "a", ".")
    press(page, "ArrowRight")
    expect(frame).to_have_text("25")
    expect(row(page, 0)).to_have_attribute("data-outcome", "open")
    press(page, "Control+k")
    page.keyboard.type("all keys")
    press(page, "Enter")
    expect(page.get_by_test_id("help-overlay")).to_be_visible()
    page.get_by_test_id("single-keys").check()
    press(page, "Escape")


def test_the_palette_finds_a_command_and_runs_it(page: Page, films: list[int]) -> None:
    opened(page, films[1])
    press(page, "Control+k")
    expect(page.get_by_test_id("palette-query")).to_be_focused()
    page.keyboard.type("last frame")
    press(page, "Enter")
    expect(page.get_by_test_id("palette")).to_have_count(0)
    expect(page.get_by_test_id("frame")).not_to_have_text("0")
    expect(page.get_by_test_id("timeline")).to_be_focused()
