"""Every page against the rules of WCAG 2.2 AA that a machine can check (axe), dark and light, wide and on a phone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Desk, logged_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = Path(__file__).resolve().parents[2] / "platform/workbench/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}

Open = Callable[[Page, Desk], None]


def place(address: str) -> Open:
    """Goes to an address, in which {slug} and {video} stand for those of the desk."""

    def opened(page: Page, desk: Desk) -> None:
        answer = page.goto(address.format(slug=desk.filled["slug"], video=desk.filled["videos"][0]))
        assert answer is not None and answer.ok, f"{page.url} answered {answer.status if answer else 'nothing'}"

    return opened


def workbench(page: Page, desk: Desk) -> None:
    place("/videos/{video}/")(page, desk)
    page.get_by_test_id("segment-row").first.wait_for()


def questions(page: Page, desk: Desk) -> None:
    place("/projects/{slug}/questions/")(page, desk)
    page.locator("[data-testid=questions]").wait_for()


def dialog(key: str, test_id: str) -> Open:
    """A dialog of the workbench that a key opens."""

    def opened(page: Page, desk: Desk) -> None:
        workbench(page, desk)
        page.keyboard.press(key)
        page.get_by_test_id(test_id).wait_for()

    return opened


def dialogue(page: Page, desk: Desk) -> None:
    """With a question without an answer, and one that was refused a draft: the desk's model has no files."""
    workbench(page, desk)
    page.keyboard.press("Tab")
    page.keyboard.press("d")
    page.get_by_test_id("suggested-question").first.wait_for()
    if page.get_by_test_id("dialogue-pair").count() == 0:
        page.get_by_test_id("suggested-question").first.click()
    page.get_by_test_id("draft-answer").first.click()
    page.locator("[data-testid=draft][data-state=failed]").wait_for()


def explanation_editor(page: Page, desk: Desk) -> None:
    """With the phrases, and more text than can be saved."""
    workbench(page, desk)
    page.keyboard.press("Tab")
    page.keyboard.press("e")
    page.get_by_test_id("phrase").first.wait_for()
    page.get_by_test_id("explanation-input").fill("wall of text " * 400)


def panel(name: str) -> Open:
    """The workbench with a tab of its side panel open."""

    def opened(page: Page, desk: Desk) -> None:
        workbench(page, desk)
        page.get_by_test_id(f"tab-{name}").click()
        page.locator("#side-panel ul, #side-panel ol").first.wait_for()

    return opened


def moments_alike(page: Page, desk: Desk) -> None:
    """The panel as it is before a model has compared the video."""
    workbench(page, desk)
    page.get_by_test_id("tab-similar").click()
    page.get_by_test_id("similar-none").wait_for()


PAGES: dict[str, Open] = {
    "home": place("/"),
    "project": place("/projects/{slug}/"),
    "cards": place("/projects/{slug}/?view=cards&labelled=no"),
    "calendar": place("/projects/{slug}/?view=calendar"),
    "cameras": place("/projects/{slug}/?view=cameras"),
    "search": place("/projects/{slug}/search/?q=kick"),
    "moments alike": moments_alike,
    "training": place("/projects/{slug}/training/"),
    "export": place("/projects/{slug}/export/"),
    "upload": place("/projects/{slug}/upload/"),
    "questions": questions,
    "workbench": workbench,
    "help": dialog("?", "help-overlay"),
    "keys": dialog("Control+,", "key-settings-dialog"),
    "palette": dialog("Control+k", "palette"),
    "settings": place("/settings/"),
    "dialogue": dialogue,
    "explanation editor": explanation_editor,
    "review": place("/projects/{slug}/review/"),
    "agreement": place("/projects/{slug}/agreement/"),
    "agreement of a video": place("/videos/{video}/agreement/"),
    "members": place("/projects/{slug}/members/"),
    "comments": panel("comments"),
    "history": panel("history"),
}
ON_A_PHONE = ("home", "settings", "project", "cards", "search", "questions", "workbench", "review", "agreement")


@pytest.fixture(scope="module")
def page(desk: Desk, browser: Browser) -> Iterator[Page]:
    page = logged_in(browser, desk, "boss")
    yield page
    page.context.close()


def violations(page: Page) -> list[str]:
    """What axe finds, one line a place."""
    page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}}).then(told => told.violations)", RULES
    )
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]} — {' '.join(node.get('failureSummary', '').split())[:300]}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_violation(page: Page, desk: Desk, name: str, theme: str) -> None:
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    PAGES[name](page, desk)
    assert violations(page) == []


@pytest.mark.parametrize("name", ON_A_PHONE)
def test_a_page_has_no_violation_on_a_phone(page: Page, desk: Desk, name: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    PAGES[name](page, desk)
    assert violations(page) == []
    wide = page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
    assert not wide, "the page scrolls sideways"


def test_the_login_page_has_no_violation(desk: Desk, browser: Browser) -> None:
    context = browser.new_context(base_url=desk.address)
    page = context.new_page()
    page.goto("/login")
    assert violations(page) == []
    context.close()


def test_a_violation_would_be_found(page: Page, desk: Desk) -> None:
    PAGES["home"](page, desk)
    page.evaluate("() => document.querySelector('main').append(document.createElement('button'))")
    assert [one for one in violations(page) if one.startswith("button-name")]
